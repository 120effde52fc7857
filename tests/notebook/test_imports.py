"""What a user imports in a notebook works from cells, libraries, threads and subprocesses; nothing else opens up."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.environments import Environment, once
from support.kernels import NEEDS_PATCH, PURGE, VALUES, Cell, Notebook, error_of, make_notebook
from support.workspaces import Workspace, write

FOLDERS = ("before", "after")


@pytest.mark.core
@pytest.mark.parametrize("folder", FOLDERS)
def test_imports_work_and_would_not_without(notebook: Notebook, runtime: dict[str, object], folder: str) -> None:
    cells = [PURGE + cell for cell in NEEDS_PATCH.values()]
    assert notebook.values(*cells, runtime_folder=folder, **runtime) == VALUES
    off = notebook.run(*cells, runtime_folder=folder, env={"DBX_PATCH_ENABLED": "0"}, **runtime)
    for cell, report in zip(cells, off.cells):
        if "acme_flat" not in cell:  # setuptools' finder answers by itself in some of its releases
            assert error_of(report).startswith("ModuleNotFoundError: No module named 'acme_")


@pytest.mark.parametrize("what", NEEDS_PATCH)
def test_each_import_as_the_first(notebook: Notebook, runtime: dict[str, object], what: str) -> None:
    assert notebook.values(NEEDS_PATCH[what], **runtime) == [VALUES[list(NEEDS_PATCH).index(what)]]


def test_import_in_threads(notebook: Notebook, runtime: dict[str, object]) -> None:
    cell = """
import threading
found = []
def work(name):
    import library
    found.append(library.load(name))
names = ["acme_src.sub", "acme_src.deep.leaf", "acme_flat.sub", "acme_flat.deep.leaf"] * 4
threads = [threading.Thread(target=work, args=(name,)) for name in names]
[thread.start() for thread in threads]
[thread.join(60) for thread in threads]
sorted(found) == sorted(names)
"""
    assert notebook.values(cell, **runtime) == [True]


def test_import_in_a_subprocess_of_the_kernel(notebook: Notebook, era: str) -> None:
    cell = """
import subprocess, sys
code = "import acme_src.sub; print(acme_src.sub.NAME)"
subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
"""
    assert notebook.values(cell, runtime=era) == ["acme_src.sub\n"]


def test_lost_paths_come_back_once_each_after_the_notebook_changes(
    notebook: Notebook, runtime: dict[str, object]
) -> None:
    elsewhere = str(notebook.workspace.folder / "Users/first.last@company.com/elsewhere/notebook")
    source = str(notebook.workspace.home / "proj/src")
    values = notebook.values(
        "1", Cell("import acme_src.sub", elsewhere), f"import sys; sys.path.count({source!r})", **runtime
    )
    expected = 0 if runtime["runtime_dir"] else 1  # unknown hooks: it is lost again until the next import needs it
    assert values[2] == expected
    both = notebook.values("1", Cell(f"import acme_src.sub, sys; sys.path.count({source!r})", elsewhere), **runtime)
    assert both[1] == 1


@pytest.mark.core
def test_modules_beside_the_notebook_are_as_before(notebook: Notebook, runtime: dict[str, object]) -> None:
    report = notebook.run("import beside; beside.VALUE", "import library; library.load('beside2')", **runtime)
    assert report.cells[0].value == "beside the notebook"
    assert error_of(report.cells[1]) == "ModuleNotFoundError: No module named 'beside2'"
    report = notebook.run("import library; library.load('beside')", **runtime)
    assert error_of(report.cells[0]) == "ModuleNotFoundError: No module named 'beside'", "a library's are refused"


def test_notebooks_stay_refused(runtime: dict[str, object], shared: Path, tools: Path, wheel: Path) -> None:
    """In an editable package and beside it, from cells and libraries, whoever answers; nothing of them runs."""
    source = "# Databricks notebook source\nimport sys; sys.ran = __name__\n"

    def make(folder: Path) -> None:
        home = make_notebook(folder, tools, wheel).workspace.home
        write(home / "proj/src", {"acme_src/explore.py": source, "explore.py": source})

    folder = once(shared / "with notebooks", make)
    notebook = Notebook(Environment(folder / "env", tools), Workspace(folder))
    names = ("acme_src.explore", "explore")
    cells = [text for name in names for text in (f"import {name}", f"import library; library.load({name!r})")]
    for order in (1, -1):
        report = notebook.run(*cells[::order], "import sys; getattr(sys, 'ran', 'nothing')", **runtime)
        assert report.cells[-1].value == "nothing"
        errors = [cell.error_type for cell in report.cells[:-1]][::order]
        from_cell, from_library, *beside = errors
        assert from_cell == "NotebookImportException"
        assert from_library == ("ModuleNotFoundError" if runtime["runtime_dir"] else from_cell)
        assert set(beside) <= {from_cell, "ModuleNotFoundError"}


def test_setup_and_tests_do_not_become_importable(notebook: Notebook, runtime: dict[str, object]) -> None:
    cells = [f"import library; library.load({name!r})" for name in ("setup", "tests")]
    for cell in notebook.run("import acme_src, acme_flat", *cells, "import setup", "import tests", **runtime).cells[1:]:
        assert error_of(cell).startswith("ModuleNotFoundError: No module named")
