"""Runs cells as IPython does, and reports on them. Part of the simulator, not of the runtime."""

from __future__ import annotations

import builtins
import contextlib
import importlib
import io
import json
import os
import sys
import traceback
from types import ModuleType
from typing import Any, Callable, Dict, List, Optional

from notebook_cells import compile_cell
from workspace_mount import refuse_bytecode
from workspace_ops import WorkspaceOps

# IPython lies in site-packages, and so does the kernel below it: the stack walk meets the former first.
_RUN_CODE = "def run_code(code, namespace):\n    exec(code, namespace)\n"
_DISPATCH = "def dispatch_shell(run_code, code, namespace):\n    run_code(code, namespace)\n"


def _from_library(source: str, name: str, file: str) -> Any:
    folders = [e for e in sys.path if os.path.basename(e) == "site-packages"]
    folder = folders[0] if folders else os.path.join(sys.prefix, "lib", "site-packages")
    namespace: Dict[str, Any] = {"__name__": "IPython"}
    exec(compile(source, os.path.join(folder, *file.split("/")), "exec"), namespace)  # noqa: S102
    return namespace[name]


def make_executor() -> Callable[[Any, Dict[str, Any]], None]:
    """A function that runs code with the frames of a notebook's cell below it."""
    run_code = _from_library(_RUN_CODE, "run_code", "IPython/core/interactiveshell.py")
    dispatch = _from_library(_DISPATCH, "dispatch_shell", "ipykernel/kernelbase.py")
    return lambda code, namespace: dispatch(run_code, code, namespace)


class _Notebook:
    """One ``__main__`` namespace for all cells, as in a notebook."""

    def __init__(self, job: Dict[str, Any], kernel: Any) -> None:
        self.job = job
        self.kernel = kernel
        self.execute = make_executor()
        main = ModuleType("__main__")
        sys.modules["__main__"] = main
        self.namespace: Dict[str, Any] = main.__dict__
        self.ops: Optional[WorkspaceOps] = None
        if job["count_ops"]:
            self.ops = WorkspaceOps(job["workspace"])
            self.ops.install()

    def run(self, number: int, source: str) -> Dict[str, Any]:
        """Run one cell, then the runtime's hook."""
        out = io.StringIO()
        report: Dict[str, Any] = {"ok": True, "value": None}
        self.namespace.pop("_", None)
        with contextlib.redirect_stdout(out):
            try:
                code = compile_cell(number, source, self.job["runtime"])
                if self.ops is not None:
                    self.ops.start()
                self.execute(code, self.namespace)
            except BaseException as error:  # noqa: BLE001  (a cell may raise anything; the kernel lives on)
                report["workspace_ops"] = self._stop_counting()
                report.update(ok=False, error_type=type(error).__name__, error=str(error))
                report["traceback"] = _format_exception()
        report.setdefault("workspace_ops", self._stop_counting())
        report["value"] = _plain(self.namespace.get("_"))
        report["hint"] = self.kernel.after_cell()
        report["stdout"] = out.getvalue()
        report["sys_path"] = list(sys.path)
        return report

    def _stop_counting(self) -> Optional[Dict[str, Any]]:
        return None if self.ops is None else self.ops.stop()


def _format_exception() -> str:
    """The current one; formatting may import, which must not meet what a cell has done to imports."""
    wrapped = builtins.__import__
    builtins.__import__ = importlib.__import__
    try:
        return traceback.format_exc()
    finally:
        builtins.__import__ = wrapped


def _plain(value: Any) -> Any:
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError):
        return repr(value)


def serve(job: Dict[str, Any], kernel: Any) -> int:
    """Run what the connection file asks for; the process's exit status."""
    if not job["variant"]["bytecode"]:
        refuse_bytecode(job["workspace"])
    if job["program"] is not None:
        from simulated_program import run_program  # a quarter of what a kernel takes to start, so only where it is used

        return run_program(job, kernel, make_executor())
    notebook = _Notebook(job, kernel)
    done: List[Dict[str, Any]] = []
    report = {"start_sys_path": list(sys.path), "cells": done}
    _write(job, report)
    _change_folder(job["notebook_dir"])
    for number, cell in enumerate(job["cells"], 1):
        if cell["notebook_dir"] is not None:
            _change_folder(cell["notebook_dir"])
            kernel.notebook_changed(cell["notebook_dir"])
        done.append(notebook.run(number, cell["source"]))
        _write(job, report)
    return 0


def _write(job: Dict[str, Any], report: Dict[str, Any]) -> None:
    """After every cell: the next one may end the process."""
    with open(job["report"], "w", encoding="utf-8") as stream:
        json.dump(report, stream)


def _change_folder(folder: Optional[str]) -> None:
    if folder is not None and os.path.isdir(folder):
        os.chdir(folder)
