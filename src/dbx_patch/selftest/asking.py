"""Imports as a cell makes them, and as a library does, by the rules that the runtime tells one from the other with.

The runtime walks the stack: a file in a site folder is a library's, the end of the stack a user's. So a cell runs in a
thread of its own, whose stack has nothing else; ``threading`` would add frames, which others wrap. A library's code is
compiled with a file name in a site folder that the runtime knows. Nothing is written into that folder.
"""

from __future__ import annotations

import _thread
import os
import sys
import threading
import time
from dataclasses import dataclass
from types import ModuleType
from typing import Any

_CELL_FILE = "<ipython-input-1-selftest>"
_NOTEBOOK_MODULE = "IPython.core.interactiveshell"
_RUN_CELL = """
def run_cell(code, namespace, outcome, done):
    try:
        exec(code, namespace)
        outcome.append((True, namespace.get("result")))
    except BaseException as error:
        outcome.append((False, type(error).__name__ + ": " + str(error)))
    finally:
        forget_thread()
        done.release()
"""
_LIBRARY = """
import importlib

def load(name):
    return importlib.import_module(name).__name__

def call(function, *arguments):
    return function(*arguments)
"""
# One import may be slow on a mount; this is a hang
_LONGEST_SECONDS = 6.0


class Hung(Exception):
    """A cell has not ended, though it had all the time that one may take."""


class OutOfTime(Exception):
    """The time for the whole self-test was over before a cell had ended, or begun."""


@dataclass
class Outcome:
    """How a cell ended: ``value`` is what it assigned to ``result``, or its error."""

    works: bool
    value: Any


class Asker:
    """Runs cells; ``library``: the name of the library's module, which a cell can import. ``deadline``: monotonic."""

    def __init__(self, token: str, deadline: float) -> None:
        self.library = token + "_library"
        self._deadline = deadline
        self._running: Any = None
        space: dict[str, Any] = {"forget_thread": _forget_thread}
        file = getattr(sys.modules.get(_NOTEBOOK_MODULE), "__file__", None) or _CELL_FILE
        exec(compile(_RUN_CELL, file, "exec"), space)
        self._run_cell = space["run_cell"]

    def add_library(self, site_folder: str) -> None:
        """Have the library be a module of a site folder, as far as anybody can tell from its code."""
        module = ModuleType(self.library)
        module.__file__ = os.path.join(site_folder, self.library + ".py")
        exec(compile(_LIBRARY, module.__file__, "exec"), module.__dict__)
        sys.modules[self.library] = module

    def cell(self, code: str) -> Outcome:
        """Run the code of a cell. Raises Hung, or OutOfTime."""
        left = self._deadline - time.monotonic()
        if left < 0:
            raise OutOfTime("the time for the whole self-test was over")
        code = code.replace("LIBRARY", self.library)
        outcome: list[tuple[bool, Any]] = []
        done = _thread.allocate_lock()
        done.acquire()
        self._running = done
        compiled = compile(code, _CELL_FILE, "exec")
        _thread.start_new_thread(self._run_cell, (compiled, {"__name__": "__main__"}, outcome, done))
        if not done.acquire(timeout=min(_LONGEST_SECONDS, left)):
            if left < _LONGEST_SECONDS:
                raise OutOfTime("the time for the whole self-test was over while a cell still ran")
            raise Hung(f"no answer within {_LONGEST_SECONDS:.0f} s")
        self._running = None
        return Outcome(*outcome[0])

    def wait(self) -> list[str]:
        """Wait for a cell that was left running, since it would go on importing; say so where it does not end."""
        running, self._running = self._running, None
        if running is None or running.acquire(timeout=2.5):
            return []
        return ["a cell that has not ended, and may still import"]


def _forget_thread() -> None:
    """Have ``threading`` forget this thread, which it has not started.

    Older Pythons go on listing one that has asked for itself. No interrupt comes to any but the main thread.
    """
    known, identifier = getattr(threading, "_active", {}), _thread.get_ident()
    if type(known.get(identifier)).__name__ == "_DummyThread":
        known.pop(identifier, None)


def library_folder(guards: list[Any]) -> str:
    """Return a site folder whose code the runtime's hooks (``guards``) take for a library's; "" where none is known.

    A hook knows the site folders that were on ``sys.path`` when it was made.
    """
    folders = [e for e in sys.path if isinstance(e, str) and e.rstrip("/").endswith(("site-packages", "dist-packages"))]
    for guard in guards:
        for name, known in list(getattr(guard, "__dict__", {}).items()):
            if name.endswith("site_packages") and isinstance(known, (list, tuple)):
                folders = [folder for folder in folders if any(folder.startswith(str(k)) for k in known)]
    return folders[0] if folders else ""
