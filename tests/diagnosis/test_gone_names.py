"""What 0.1 had, and what an uninstalled dbx-patch no longer has, fails with a sentence that says what to do."""

from __future__ import annotations

import subprocess

import pytest

from support.environments import DATABRICKS, Environment, clean_environ
from support.kernels import Notebook


def test_names_that_are_gone_say_what_replaces_them(notebook: Notebook) -> None:
    cell = """
import dbx_patch
said = []
for name in ("install_sitecustomize", "uninstall_sitecustomize", "check_sitecustomize_status", "no_such_thing"):
    try:
        getattr(dbx_patch, name)
    except AttributeError as error:
        said.append(str(error))
said
"""
    *gone, plain = notebook.values(cell)[0]
    assert all("active by itself" in text and "check_startup_status()" in text for text in gone)
    assert len(gone) == 3 and plain == "module 'dbx_patch' has no attribute 'no_such_thing'"


GONE = ("patch_dbx", "patch_and_install", "install_sitecustomize", "uninstall_sitecustomize")
IMPORTS = [f"from dbx_patch import {name}" for name in (*GONE, "check_sitecustomize_status")]
IMPORTS.append("import dbx_patch.install_sitecustomize")
IMPORTS.append("from dbx_patch.install_sitecustomize import install_sitecustomize")
IMPORTS += ["import dbx_patch.patch_dbx", "from dbx_patch.patch_dbx import patch_dbx"]


@pytest.mark.parametrize("statement", IMPORTS)
def test_imports_of_the_old_version_say_what_to_do(notebook: Notebook, statement: str) -> None:
    done = notebook.environment.run(
        f"try:\n    {statement}\nexcept ImportError as error:\n    print(error)", env=DATABRICKS
    )
    [sentence] = done.stdout.splitlines()
    assert (
        statement.split()[-1].rpartition(".")[2] in sentence and "since 1.0 dbx-patch is active by itself" in sentence
    )
    assert "apply_all_patches()" in sentence or "check_startup_status()" in sentence


def test_a_name_that_never_was_fails_as_everywhere(notebook: Notebook) -> None:
    cell = """
import dbx_patch
said = [hasattr(dbx_patch, name) for name in ("patch_dbx", "nothing", "explain")]
try:
    from dbx_patch import nothing
except ImportError as error:
    said.append(str(error).partition(" (")[0])
said
"""
    assert notebook.values(cell) == [[False, False, True, "cannot import name 'nothing' from 'dbx_patch'"]]


UNINSTALLED = """
import sys, dbx_patch
dbx_patch.check_patch_status(verbose=False)
print("ready", flush=True)
sys.stdin.readline()
for code in ("dbx_patch.load_ipython_extension", "from dbx_patch import load_ipython_extension", "dbx_patch.unknown"):
    try:
        exec(code)
    except ImportError as error:
        print(error)
print(dbx_patch.check_patch_status(verbose=False).warnings)
"""


def test_uninstalled_while_it_runs_says_what_to_do(environment: Environment) -> None:
    line = [environment.python, "-c", UNINSTALLED]
    with subprocess.Popen(line, env=clean_environ(DATABRICKS), stdin=-1, stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout and process.stdout.readline() == "ready\n"
        environment.pip("uninstall", "-q", "-y", "dbx-patch")
        said, errors = process.communicate("go on\n", timeout=60)
    *fails, warnings = said.splitlines()
    assert errors == "" and len(fails) == 3, said
    assert set(fails) == {"dbx-patch was uninstalled while this process was running: restart Python"}
    assert "when Python is restarted" in warnings
