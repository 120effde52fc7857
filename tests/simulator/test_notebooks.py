"""`simulate` runs a notebook's file cell by cell, does the magics it knows, and says what it leaves out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import dbx_patch
from simulator.worlds import ERAS
from support.environments import clean_environ
from support.workspaces import write

SOURCE = str(Path(dbx_patch.__file__).parent.parent)
# Each cell and what it prints; the notebook is written in both formats
CELLS = {
    "import sys, os, helper\nhelper.VALUE": "'beside'\n",
    "from dbruntime.pythonPathHook import PythonPathHook as Hook\n"
    "calls, real = [], Hook._handle_sys_path_maybe_updated\n"
    "Hook._handle_sys_path_maybe_updated = lambda self: (calls.append(1), real(self))[1]": "",
    "%md\n# Title": "",
    "len(calls)": "1\n",  # the runtime's own work after the cell before; a text is no cell to it
    "%load_ext autoreload\n%env SIZE=big\nfor _ in range(2):\n    !echo $SIZE\n%time print('end')": "big\nbig\nend\n",
    "%sh\necho shell\nfalse": "shell\n",
    "%sql\nselect 1": "",
    "%pip install nothing-of-the-kind": "",
    "%run ./lib/other": "'other'\n",
    "from_other, os.path.basename(os.getcwd()), __name__": "('other', 'etl', '__main__')\n",
    "%%time\nprint(sys.argv[1:])": "['day=1', '--x']\n",
    "dbutils.widgets.text('day', '0'); dbutils.widgets.text('city', 'Bonn')\n"
    "dbutils.widgets.getAll()": "{'day': '1', 'city': 'Bonn'}\n",
    "display('shown'); text = '''\n%not a magic\n'''; text.strip()": "shown\n'%not a magic'\n",
    "'not shown';": "",
}


def as_source(cells: list[str]) -> str:
    def magic(cell: str) -> str:
        return "\n".join(f"# MAGIC {line}" for line in cell.split("\n")) if cell.startswith("%") else cell

    parts = "\n\n# COMMAND ----------\n\n".join(map(magic, cells))
    return f"# Databricks notebook source\n# DBTITLE 1,First\n{parts}\n"


def as_json(cells: list[str], language: str = "python") -> str:
    made = [{"cell_type": "code", "source": cell.splitlines(True), "metadata": {}, "outputs": []} for cell in cells]
    return json.dumps({"cells": made, "metadata": {"language_info": {"name": language}}, "nbformat": 4})


def simulate(folder: Path, *args: str, **env: str) -> Any:
    line = [sys.executable, "-m", "dbx_patch.simulator", "--workspace", str(folder.parent), *args]
    # the current folder comes first: the process finds the package in its source
    environ = clean_environ({"DBX_PATCH_ENABLED": "0", "PYTHONPATH": SOURCE, **env})
    return subprocess.run(line, cwd=folder, env=environ, capture_output=True, text=True, timeout=120)


@pytest.fixture
def etl(tmp_path: Path) -> Path:
    other = as_source(["from_other = 'other'", "from_other"])
    files = {"helper.py": "VALUE = 'beside'\n", "lib/other.py": other}
    return write(tmp_path / "Workspace/etl", files)


@pytest.mark.parametrize("suffix", [".py", ".ipynb"])
@pytest.mark.parametrize("runtime", ERAS)
def test_a_notebook_is_run_cell_by_cell(etl: Path, runtime: str, suffix: str) -> None:
    write(etl, {"nb" + suffix: (as_source if suffix == ".py" else as_json)(list(CELLS))})
    done = simulate(etl, "--runtime", runtime, "nb" + suffix, "day=1", "--x")
    assert (done.returncode, done.stdout) == (0, "".join(CELLS.values())), done.stderr
    told = [line for line in done.stderr.splitlines() if not line.startswith("simulate: cell 7 is not run: %sql")]
    assert told == [
        "simulate: the shell ended with status 1",
        "simulate: %pip install nothing-of-the-kind is not run: the environment is used as it is",
    ]
    assert len(done.stderr.splitlines()) == 3


def test_it_ends_with_the_first_cell_that_fails(etl: Path) -> None:
    cells = ["print('one')", "def f():\n    1 / 0\nf()", "print('three')"]
    write(etl, {"nb.py": as_source(cells), "syntax.py": as_source(["1 +"]), "status.py": as_source(["exit(3)"])})
    done = simulate(etl, "nb.py")
    assert (done.returncode, done.stdout) == (1, "one\n")
    first, *trace = done.stderr.splitlines()
    assert first == "simulate: cell 2 of nb.py failed:" and trace[-1] == "ZeroDivisionError: division by zero"
    assert trace[1].endswith(", line 3, in <module>") and "simulated_" not in done.stderr
    assert simulate(etl, "syntax.py").stderr.splitlines()[-1].startswith("SyntaxError: ")
    assert simulate(etl, "status.py").returncode == 3


@pytest.mark.parametrize("how", ["dbutils.library.restartPython(); print('never')", "%restart_python"])
def test_a_restart_goes_on_with_the_next_cell_in_another_process(etl: Path, how: str) -> None:
    cells = ["import os; x = os.getpid(); print(x)", how, "import os; print(os.getpid(), 'x' in dir())", "1"]
    write(etl, {"nb.py": as_source(cells)})
    done = simulate(etl, "nb.py")
    first, second, last = done.stdout.splitlines()
    assert (done.returncode, done.stderr, last) == (0, "", "1")
    assert second.endswith(" False") and second.split()[0] != first


def test_stand_ins_say_what_they_are(etl: Path) -> None:
    cells = [
        "[hasattr(spark, 'sql'), hasattr(dbutils.fs, 'ls'), hasattr(dbutils, 'library')]",
        "spark",
        "try:\n    dbutils.secrets.get('a', 'b')\nexcept AttributeError as error:\n    print(error)",
        "dbutils.notebook.exit('done')",
        "print('never')",
    ]
    write(etl, {"nb.py": as_source(cells), "last.py": as_source(["spark.range(3)"])})
    done = simulate(etl, "nb.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "[False, False, True]",
        "<stand-in for spark: only the import layers of Databricks are simulated>",
        "dbutils.secrets is a stand-in of the simulation and has no 'get'.",
        "Notebook exited: done",
    ]
    assert "There is no Spark here; a session of your own" in simulate(etl, "last.py").stderr.splitlines()[-1]


def test_what_is_no_python_notebook_is_refused(etl: Path) -> None:
    write(etl, {"r.ipynb": as_json(["1"], "r"), "broken.ipynb": "{", "plain.py": "# no notebook\nprint(__file__)\n"})
    for name, why in (("r.ipynb", "a notebook in r"), ("broken.ipynb", "no notebook")):
        done = simulate(etl, name)
        assert done.returncode == 2 and why in done.stderr and len(done.stderr.splitlines()) == 1
    assert simulate(etl, "plain.py").stdout == f"{etl}/plain.py\n"


def test_pythonpath_stays(etl: Path, tmp_path: Path) -> None:
    write(tmp_path / "more", {"more_modules.py": "VALUE = 7\n"})
    done = simulate(etl, "-c", "import more_modules; print(more_modules.VALUE)", PYTHONPATH=f"{SOURCE}:{tmp_path}/more")
    assert (done.returncode, done.stdout) == (0, "7\n"), done.stderr


PLACES = """
import sys, os
names = [os.path.basename(entry.rstrip('/')) for entry in sys.path]
hooks = [getattr(hook, '__name__', '') for hook in sys.path_hooks]
print('Workspace' in names, names.index('etl') < names.index('lib-dynload'))
print(bool({'WsfsImportHook', '_WorkspacePathEntryFinder'} & set(hooks)))
cached = type(sys.path_importer_cache.get(os.getcwd())).__name__
print(cached in ('WsfsImportHook', '_WorkspacePathEntryFinder'))
import helper
print(os.path.isdir('__pycache__'))
"""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("", "False True True True True"),
        ("--hook path_hooks --notebook-folder slot", "False True True True True"),
        ("--notebook-folder end", "False False True True True"),
        ("--hook cache", "False True False True True"),
        ("--hook cache --repository ..", "True True False True True"),
        ("--hook cache_outside_git --repository ..", "True True False False True"),
        ("--no-bytecode", "False True True True False"),
    ],
)
@pytest.mark.parametrize("runtime", ERAS)
def test_each_variant_can_be_played(etl: Path, runtime: str, options: str, said: str) -> None:
    write(etl, {"main.py": PLACES})
    done = simulate(etl, "--runtime", runtime, *options.split(), "main.py", PYTHONDONTWRITEBYTECODE="")
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, said.split(), "")
