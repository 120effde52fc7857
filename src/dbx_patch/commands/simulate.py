"""``dbx-patch simulate``: a user's own code under the simulated layers, and what dbx-patch did meanwhile."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from dbx_patch.diagnosis.startup import check_startup_status
from dbx_patch.output.results import SCHEMA
from dbx_patch.simulator import materialise, run_program
from dbx_patch.simulator.__main__ import add_arguments, variant_of

# Put behind the simulated kernel's own `serve`, in a copy of that runtime made for this run.
_REPORTING = """

_serve_only = serve


def serve(job, kernel):
    try:
        return _serve_only(job, kernel)
    finally:
        try:
            import dbx_patch

            status = dbx_patch.check_patch_status(verbose=False).to_dict()
            with open({report!r}, "w", encoding="utf-8") as stream:
                json.dump(status, stream)
        except Exception:
            pass  # the program may have left anything behind: then there is no report
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what ``dbx-patch simulate`` takes: the simulator's own options, and ours."""
    parser.usage = "%(prog)s [OPTIONS] (FILE | -c CODE | -m MODULE) [ARGS]"
    add_arguments(parser)
    parser.add_argument("--without-patch", action="store_true", help="switch dbx-patch off")
    json_option = next(action for action in parser._actions if action.dest == "json")
    json_option.help = "at the end, print JSON to stderr: exit status, and what the patches and the fallback did"


def run(program: tuple[str, str, list[str]], options: argparse.Namespace) -> int:
    """Run ``program`` (kind, target, arguments) and return its exit status; its streams are this process's.

    With ``options.json``, a line of JSON follows on stderr, so that the program's stdout stays as it is.
    """
    kind, target, args = program
    env: dict[str, str | None] = {"DBX_PATCH_ENABLED": "0"} if options.without_patch else {}
    if not options.without_patch and check_startup_status(verbose=False).cause == "not_installed":
        print("dbx-patch is not installed in this environment, so the program runs without it.", file=sys.stderr)
    variant = variant_of(options)
    common: dict[str, Any] = {
        "workspace": options.workspace,
        "runtime": options.runtime,
        "env": env,
        "variant": variant,
    }
    if not options.json:
        return run_program(kind, target, args, **common)
    with tempfile.TemporaryDirectory(prefix="dbx-patch-simulate-") as folder:
        report = Path(folder).resolve() / "status.json"
        status = run_program(kind, target, args, runtime_dir=_reporting_runtime(report, options), **common)
        found = json.loads(report.read_text("utf-8")) if report.exists() else None
    data = {
        "schema": SCHEMA,
        "exit_status": status,
        "runtime": options.runtime,
        "workspace": os.path.abspath(options.workspace),
        "variant": variant.to_job(),
    }
    print(json.dumps({**data, "without_patch": options.without_patch, "status": found}), file=sys.stderr)
    return status


def _reporting_runtime(report: Path, options: argparse.Namespace) -> Path:
    name = os.path.basename(os.path.abspath(options.workspace))
    shell = materialise(report.parent, options.runtime, workspace_name=name, executors=False)
    kernel = shell / "lib" / "simulated_kernel.py"
    kernel.write_text(kernel.read_text("utf-8") + _REPORTING.format(report=str(report)), "utf-8")
    return shell
