"""The driver's side: a notebook's cells, or a user's own program, in a fresh interpreter."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

from dbx_patch.simulator.layout import (
    WORKSPACE_NAME,
    AnyPath,
    materialise,
    notebook_folder,
    process_environment,
    run_to_the_end,
    runtime_folders,
)
from dbx_patch.simulator.reports import Cell, CellReport, SimulationReport
from dbx_patch.simulator.variant import DEFAULT, Variant


def simulate(
    cells: Sequence[Union[str, Cell]],
    *,
    workspace: AnyPath,
    runtime: str = "modern",
    notebook: Optional[AnyPath] = None,
    python: str = sys.executable,
    runtime_folder: str = "after",
    runtime_dir: Optional[AnyPath] = None,
    env: Optional[Mapping[str, Optional[str]]] = None,
    interpreter_args: Sequence[str] = (),
    timeout: float = 120,
    count_ops: bool = False,
    variant: Variant = DEFAULT,
) -> SimulationReport:
    """Run *cells* in a simulated notebook kernel, each to its end even if one before it failed.

    *workspace* plays ``/Workspace``. *runtime_folder*: the runtime's own folder is on ``sys.path`` ``"before"``
    start-up (by ``PYTHONPATH``), or only ``"after"`` it, by the launcher. *runtime_dir*: what `materialise` returned.
    *variant*: how it is set up where that is not known. Raises ``subprocess.TimeoutExpired``.
    """
    with _workshop(runtime_dir, workspace, runtime) as (shop, python_shell):
        report = shop / "report.json"
        job = {
            "runtime": runtime,
            "workspace": os.path.abspath(workspace),
            "program": None,
            "notebook_dir": notebook_folder(notebook),
            "cells": [_cell(cell) for cell in cells],
            "count_ops": count_ops,
            "report": str(report),
            "variant": variant.to_job(),
        }
        path = _before(runtime_folder, python_shell)
        environment = process_environment(workspace, runtime, python=python, python_path=path, env=env)
        command = _command(python, interpreter_args, python_shell, job, shop)
        done, found = run_to_the_end(command, environment, report, timeout)
    return _report(runtime, done, found)


def _cell(cell: Union[str, Cell]) -> Dict[str, Any]:
    step = cell if isinstance(cell, Cell) else Cell(cell)
    return {"source": step.source, "notebook_dir": notebook_folder(step.notebook)}


def _report(runtime: str, done: "subprocess.CompletedProcess[str]", found: Dict[str, Any]) -> SimulationReport:
    cells = [CellReport.from_dict(cell) for cell in found.get("cells", [])]
    start = found.get("start_sys_path", [])
    return SimulationReport(runtime, done.returncode, done.stdout, done.stderr, start, cells)


def run_program(
    kind: str,
    target: str,
    args: Sequence[str] = (),
    *,
    workspace: AnyPath,
    runtime: str = "modern",
    python: str = sys.executable,
    runtime_folder: str = "after",
    runtime_dir: Optional[AnyPath] = None,
    env: Optional[Mapping[str, Optional[str]]] = None,
    interpreter_args: Sequence[str] = (),
    variant: Variant = DEFAULT,
) -> int:
    """Run a user's ``"file"``, ``"code"`` or ``"module"`` as one cell; its exit status (128 + n for signal n).

    Its stdin, stdout and stderr are this process's, and so is ``PYTHONPATH``. Its folder, or the current one, counts as
    the notebook's. A notebook's file is run cell by cell; where it restarts Python, it goes on in another process.
    *workspace* may have any name here; what lies *in* it comes under the runtime's rules, but for an environment
    inside it (a project's ``.venv``), which is treated as one outside.
    """
    folder = os.path.dirname(os.path.abspath(target)) if kind == "file" else str(Path.cwd())
    with _workshop(runtime_dir, workspace, runtime, executors=False) as (shop, python_shell):
        job: Dict[str, Any] = {"runtime": runtime, "notebook_dir": folder}
        job.update(workspace=os.path.abspath(workspace), variant=variant.to_job())
        job["program"] = {"kind": kind, "target": target, "args": list(args)}
        before = _before(runtime_folder, python_shell)
        # the user's own entries stay, as a cluster's environment variables have them
        settings: Dict[str, Optional[str]] = {"PYTHONPATH": os.environ.get("PYTHONPATH")}
        settings.update({"SIMULATOR_ENVIRONMENT_ELSEWHERE": "1", **(env or {})})
        environment = process_environment(workspace, runtime, python=python, python_path=before, env=settings)
        restart = shop / "restart.json"
        job["restart"] = str(restart)
        while True:
            command = _command(python, interpreter_args, python_shell, job, shop)
            status = subprocess.run(command, env=environment, check=False).returncode
            if not restart.exists():
                break
            job["program"].update(json.loads(restart.read_text("utf-8")))  # where a notebook goes on
            restart.unlink()
    return 128 - status if status < 0 else status


def _before(runtime_folder: str, python_shell: Path) -> List[str]:
    if runtime_folder not in ("before", "after"):
        raise ValueError(f"runtime_folder is 'before' or 'after', not {runtime_folder!r}")
    return runtime_folders(python_shell) if runtime_folder == "before" else []


@contextlib.contextmanager
def _workshop(
    runtime_dir: Optional[AnyPath], workspace: AnyPath, runtime: str, *, executors: bool = True
) -> Iterator[Tuple[Path, Path]]:
    """A temporary folder, and the runtime's: the given one or one made there."""
    name = os.path.basename(os.path.abspath(workspace)) or WORKSPACE_NAME
    with tempfile.TemporaryDirectory(prefix="simulated-databricks-") as temporary:
        shop = Path(temporary).resolve()
        if runtime_dir is None:
            yield shop, materialise(shop, runtime, workspace_name=name, executors=executors)
        else:
            yield shop, Path(runtime_dir).resolve()


def _command(
    python: str, interpreter_args: Sequence[str], python_shell: Path, job: Dict[str, Any], shop: Path
) -> List[str]:
    connection = shop / "connection.json"
    connection.write_text(json.dumps(job), "utf-8")
    launcher = python_shell / "scripts" / "db_ipykernel_launcher.py"
    return [python, *interpreter_args, str(launcher), "-f", str(connection)]
