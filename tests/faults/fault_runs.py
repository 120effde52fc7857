"""Runs a script of this folder in the interpreter of an environment with an editable install of every shape."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from dbx_patch.simulator import materialise
from faults.fault_world import furnish
from faults.injection import FAULTS
from support.environments import clean_environ, run
from support.kernels import Notebook, make_notebook

EXHAUSTIVE = os.environ.get("DBX_PATCH_TEST_FAULTS") == "all"
# "1/2": the first half of what is injected and of the mutated runtimes; another run has the second
NUMBER, SHARES = map(int, os.environ.get("DBX_PATCH_TEST_SHARE", "1/1").split("/"))
SECONDS = 7200 if EXHAUSTIVE else 1000  # for one script


def make_world(folder: Path, tools: Path, wheel: Path) -> None:
    furnish(make_notebook(folder, tools, wheel))


def settled(folder: Path) -> int:
    """Give a folder an mtime that is not young, as one that nobody has changed for an hour; return that."""
    before = os.stat(folder).st_mtime_ns - 3_600_000_000_000
    os.utime(folder, ns=(before, before))
    return before


def session(
    folder: Path, world: Notebook, era: str, script: str = "fault_session.py", **options: Any
) -> dict[str, Any]:
    """Run a script in the world's interpreter; its report."""
    shell = materialise(folder, era)
    site = world.environment.site_packages
    home, notebooks = str(world.workspace.home), str(world.workspace.notebook_folder)
    prefix = str(world.workspace.folder.parent)
    report = folder / "report.json"
    job = {
        "names": {"SITE": str(site), "HOME": home, "NOTEBOOKS": notebooks, "PREFIX": prefix},
        "mtime": settled(site),
        "era": era,
        "python_shell": str(shell),
        "report": str(report),
        "kinds": len(FAULTS) if EXHAUSTIVE else 2,
        "exhaustive": EXHAUSTIVE,
        **options,
    }
    (folder / "job.json").write_text(json.dumps(job))
    env = {"DATABRICKS_RUNTIME_VERSION": "17.3", "WSFS_TEST_DIR": prefix, "DBX_PATCH_ENABLED": "0"}
    env["PYTHONPATH"] = str(shell.parent / "spark/python")
    command = [world.environment.python, Path(__file__).with_name(script), folder / "job.json"]
    run(command, env=clean_environ(env), timeout=SECONDS)
    found: dict[str, Any] = json.loads(report.read_text())
    return found
