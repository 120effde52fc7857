"""A callback that is registered late is called once and in time: while the body runs, by a callback, or after it."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.environments import DATABRICKS, Environment
from support.kernels import ERAS, Notebook
from support.workspaces import write

HEAD = "import sys, dbx_patch\nsys.path.insert(0, '.')\ncalls = []\n"
# A body that has others register for the module itself, half way
BODY = "import registers\nFIRST = 1\nregisters.register('body')\nLAST = 1\n"
REGISTERS = """
import sys, dbx_patch

calls = []

def register(who, name="runtime_module"):
    @dbx_patch.when_imported(name)
    def callback(module):
        calls.append((who, module.__name__, hasattr(module, "LAST")))
"""


def outcome(environment: Environment, folder: Path, code: str) -> str:
    done = environment.run(HEAD + code, env=DATABRICKS, cwd=folder)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout.strip()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "code", {"runtime_module.py": BODY, "registers.py": REGISTERS})


@pytest.mark.parametrize("known", [False, True])
def test_registered_while_the_body_runs(installed: Environment, folder: Path, known: bool) -> None:
    """Whether the module was one that somebody waits for when its import began, or was not."""
    before = "import registers; registers.register('before')\n" if known else ""
    code = before + "import runtime_module, registers; print(registers.calls)"
    called = [(who, "runtime_module", True) for who in (["before"] if known else []) + ["body"]]
    assert outcome(installed, folder, code) == str(called)


def test_registered_while_the_body_runs_of_one_that_fails(installed: Environment, folder: Path) -> None:
    write(folder, {"runtime_module.py": BODY + "if not sys_ok: pass\n"})
    code = "try: import runtime_module\nexcept NameError as error: print(error.name)\n"
    code += "import registers; print(registers.calls)\n"
    code += "import builtins; builtins.sys_ok = 1; import runtime_module; print(registers.calls)"
    failed, first, then = outcome(installed, folder, code.replace("error.name", "'failed'")).splitlines()
    assert (failed, first) == ("failed", "[]")
    assert then == str([("body", "runtime_module", True)] * 2)  # two functions, of two runs of the body


def test_registered_by_another_callback_of_that_module(installed: Environment, folder: Path) -> None:
    write(folder, {"runtime_module.py": "LAST = 1\n"})
    code = """
import registers
@dbx_patch.when_imported("runtime_module")
def first(module):
    registers.register("callback")
import runtime_module
print(registers.calls)
"""
    assert outcome(installed, folder, code) == str([("callback", "runtime_module", True)])


def test_registered_while_a_module_is_reloaded(installed: Environment, folder: Path) -> None:
    """By its body, and by a callback that the reload calls: a module that is loaded already, and that is not all."""
    code = """
import importlib, registers, runtime_module
@dbx_patch.when_imported("runtime_module")
def first(module):
    if registers.calls: registers.register("callback")
del registers.calls[1:]
importlib.reload(runtime_module)
print(registers.calls[1:])
"""
    called = [(who, "runtime_module", True) for who in ("body", "callback") * 2]  # two functions of each, once each
    assert outcome(installed, folder, code) == str(called)


def test_registered_by_another_modules_callback(installed: Environment, folder: Path) -> None:
    """Of a module that the body imports: its own is still running."""
    write(folder, {"runtime_module.py": "import inner\nLAST = 1\n", "inner.py": ""})
    code = """
import registers
dbx_patch.when_imported("inner")(lambda module: registers.register("inner"))
import runtime_module
print(registers.calls)
"""
    assert outcome(installed, folder, code) == str([("inner", "runtime_module", True)])


def test_the_specs_of_such_modules_are_plain_ones(installed: Environment, folder: Path) -> None:
    code = "import runtime_module\n"
    code += "print(type(runtime_module.__spec__).__name__, runtime_module.__spec__._initializing)\n"
    assert outcome(installed, folder, code) == "ModuleSpec False"


@pytest.mark.parametrize("decorated", ["json", "later"])
@pytest.mark.parametrize("era", ERAS)
def test_a_callback_imports_from_the_workspace(own_notebook: Notebook, era: str, decorated: str) -> None:
    """It is the user's code, with no frame of ours on the stack that would make a library's import of it."""
    write(own_notebook.workspace.notebook_folder, {"later.py": "", "of_callback.py": "VALUE = 1\n"})
    cell = f"""
import json, dbx_patch
found = []
@dbx_patch.when_imported({decorated!r})
def callback(module):
    import of_callback
    found.append([module.__name__, of_callback.VALUE])
import later
found, dbx_patch.check_patch_status(verbose=False).faults
"""
    assert own_notebook.values(cell, runtime=era) == [[[[decorated, 1]], []]]
