"""Runs a notebook's file cell by cell, to its end or to the first error. Part of the simulator, not of the runtime."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from types import ModuleType
from typing import Any, Callable, Dict

from notebook_cells import compile_cell
from notebook_files import CALL, NotebookCell, NotPython, as_python, find_notebook, read_notebook
from notebook_stand_ins import Exit, Restart, namespace

# Magics that mean nothing here: what they change is how a notebook looks, or the simulation has it anyway
_NOTHING = ("matplotlib", "config", "load_ext", "autoreload", "reload_ext", "md", "html", "precision", "colors")


class NotebookRun:
    """One notebook, in one process: *job* says from which cell on."""

    def __init__(self, job: Dict[str, Any], kernel: Any, execute: Callable[[Any, Dict[str, Any]], None]) -> None:
        program = job["program"]
        self.job, self.kernel, self.execute = job, kernel, execute
        self.file = os.path.abspath(program["target"])
        self.folder = os.path.dirname(self.file)
        self.count = 0
        sys.argv[:] = [program["target"], *program["args"]]
        main = ModuleType("__main__")
        sys.modules["__main__"] = main
        self.namespace: Dict[str, Any] = main.__dict__
        self.namespace.update(namespace(program["args"]))
        self.namespace[CALL] = self.magic

    def run(self) -> int:
        """The exit status: that of a program which does what the cells do."""
        first = self.job["program"].get("first_cell", 1)
        number = first
        try:
            cells = read_notebook(self.file)
            os.chdir(self.folder)
            for cell in cells:
                number = cell.number
                if number >= first:
                    self._run_cell(cell)
        except NotPython as error:
            print(f"simulate: {error}", file=sys.stderr)
            return 2
        except Restart:
            with open(self.job["restart"], "w", encoding="utf-8") as stream:
                json.dump({"first_cell": number + 1}, stream)
        except Exit as stop:
            print(f"Notebook exited: {stop}")
        except Exception:
            print(f"simulate: cell {number} of {os.path.basename(self.file)} failed:", file=sys.stderr)
            raise
        return 0

    def _run_cell(self, cell: NotebookCell) -> None:
        if cell.language == "sh":
            self._shell(cell.source)
        elif cell.language != "python":
            self._say(f"cell {cell.number} is not run: {cell.language} is not simulated")
        else:
            self._run_python(cell.source)
        self.kernel.after_cell()

    def _run_python(self, source: str) -> None:
        self.count += 1
        self.namespace.pop("_", None)
        self.execute(compile_cell(self.count, as_python(source), self.job["runtime"]), self.namespace)
        value = self.namespace.get("_")
        if value is not None and not source.rstrip().endswith(";"):
            print(repr(value))

    def magic(self, word: str, rest: str) -> None:
        """Do what a magic line asks for, or say that it is not done."""
        if word in ("sh", "bash"):
            self._shell(rest)
        elif word == "run":
            self._run_other(rest)
        elif word == "restart_python":
            raise Restart
        elif word in ("env", "set_env") and "=" in rest:
            name, _, value = rest.partition("=")
            os.environ[name.strip()] = value.strip()
        elif word in ("pip", "uv", "conda"):
            self._say(f"%{word} {rest} is not run: the environment is used as it is")
        elif word not in _NOTHING:
            self._say(f"%{word} is not simulated, so this line is left out")

    def _run_other(self, named: str) -> None:
        file = find_notebook(named, self.folder)
        if file is None:
            raise FileNotFoundError(f"%run {named}: there is no such notebook in {self.folder}")
        before, self.folder = self.folder, os.path.dirname(file)
        try:
            for cell in read_notebook(file):
                self._run_cell(cell)
        finally:
            self.folder = before

    def _shell(self, line: str) -> None:
        sys.stdout.flush()
        status = subprocess.run(line, shell=True, check=False).returncode
        if status:
            self._say(f"the shell ended with status {status}")

    def _say(self, what: str) -> None:
        print(f"simulate: {what}", file=sys.stderr)
