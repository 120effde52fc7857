"""Runs a user's own file, module or code as if it were a cell. Part of the simulator, not of the runtime."""

from __future__ import annotations

import os
import runpy
import sys
import threading
import traceback
from types import ModuleType
from typing import Any, Callable, Dict

from notebook_files import is_notebook
from simulated_notebook import NotebookRun

Execute = Callable[[Any, Dict[str, Any]], None]


def run_program(job: Dict[str, Any], kernel: Any, execute: Execute) -> int:
    """The exit status that ``python`` itself would have had. Nothing is written but what the program writes.

    A notebook's file is run cell by cell, and what is left out of it is said on stderr.
    """
    program = job["program"]
    main = ModuleType("__main__")
    sys.modules["__main__"] = main
    status = 0
    try:
        if program["kind"] == "file" and is_notebook(program["target"]):
            status = NotebookRun(job, kernel, execute).run()
        else:
            _run(program, main.__dict__, execute)
        _wait_for_threads()
    except SystemExit as stop:
        return _status(stop.code)
    except KeyboardInterrupt:
        traceback.print_exc()
        return 130
    except BaseException as error:  # noqa: BLE001  (as the interpreter's own top level)
        frames = error.__traceback__
        while frames is not None and _is_ours(frames.tb_frame.f_code.co_filename):
            frames = frames.tb_next
        traceback.print_exception(type(error), error, frames)
        return 1
    return status


def _run(program: Dict[str, Any], namespace: Dict[str, Any], execute: Execute) -> None:
    kind, target = program["kind"], program["target"]
    if kind == "module":
        sys.argv[:] = [target, *program["args"]]
        call = "import runpy; runpy.run_module(target, run_name='__main__', alter_sys=True)"
        execute(compile(call, __file__, "exec"), {"target": target, "__name__": runpy.__name__})
    elif kind == "code":
        sys.argv[:] = ["-c", *program["args"]]
        execute(compile(target, "<string>", "exec", dont_inherit=True), namespace)
    else:
        sys.argv[:] = [target, *program["args"]]
        file = os.path.abspath(target)
        with open(file, "rb") as stream:
            source = stream.read()
        namespace["__file__"] = file
        execute(compile(source, file, "exec", dont_inherit=True), namespace)


def _wait_for_threads() -> None:
    """As the interpreter does at its end, which a kernel's `os._exit` would cut short."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()


def _is_ours(file: str) -> bool:
    here = os.path.dirname(os.path.abspath(__file__))
    return file.startswith(here) or file.endswith(("IPython/core/interactiveshell.py", "ipykernel/kernelbase.py"))


def _status(code: Any) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1
