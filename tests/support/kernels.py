"""Simulated kernels for tests: both eras, and releases that have renamed every private name."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable

import pytest

from dbx_patch.simulator import Cell, CellReport, SimulationReport, materialise
from support.environments import Environment, make_venv, once
from support.simulating import shop, simulate, watch
from support.workspaces import Workspace, flat_project, package, src_project, write

ERAS = ("legacy", "modern")
# Private names that dbx-patch touches, and what another release might call them.
RENAMES = {
    "patch_sys_path_with_developer_paths": "set_up_paths",
    "_WsfsImportHook__": "_WorkspaceHook__",
    "WsfsImportHook": "WorkspaceHook",
    "_WorkspacePathEntryFinder": "_EntryFinder",
    "_is_user_import": "_from_user",
    "__is_user_import": "__from_user",
    "_handle_sys_path_maybe_updated": "_after_cell",
    "register_autoreload_allowlist_check": "add_check",
    "_AUTORELOAD_ALLOWLIST_CHECKS": "_CHECKS",
}
LIBRARY = """
import importlib

def load(name):
    return importlib.import_module(name).__name__

def call(function):
    return function()
"""
# What a cell does, and what it then shows, in a notebook of `make_notebook`
PURGE = "import sys; [sys.modules.pop(m) for m in list(sys.modules) if m.startswith('acme_')] and None; "
NEEDS_PATCH = {
    "cell": "import acme_src; acme_src.VALUE",
    "submodule": "import acme_src.sub; acme_src.sub.NAME",
    "library": "import library; library.load('acme_src.deep.leaf')",
    "finder-install, from a library": "import library; library.load('acme_flat.deep.leaf')",
    "lazily, from editable code called by a library": "import library, acme_src.lazy as lazy; library.call(lazy.load)",
}
VALUES = ["editable", "acme_src.sub", "acme_src.deep.leaf", "acme_flat.deep.leaf", "acme_src.deep.leaf"]


@lru_cache
def renamed_runtime(era: str) -> Path:
    """A materialised runtime in which no private name that dbx-patch knows is left."""
    shell = materialise(shop() / f"renamed {era}", era)
    pattern = re.compile("|".join(sorted(map(re.escape, RENAMES), key=len, reverse=True)))
    for file in shell.parent.rglob("*.py"):
        file.write_text(pattern.sub(lambda match: RENAMES[match.group()], file.read_text()))
    return shell


class Notebook:
    """An environment, a workspace with editable projects in it, and kernels to run cells in."""

    def __init__(self, environment: Environment, workspace: Workspace) -> None:
        self.environment = environment
        self.workspace = workspace

    def run(self, *cells: str | Cell, **options: Any) -> SimulationReport:
        """Run cells in a fresh kernel of the environment's interpreter."""
        options.setdefault("notebook", self.workspace.notebook)
        report = simulate(cells, workspace=self.workspace.folder, python=self.environment.python, **options)
        assert report.returncode == 0 and report.stderr == "" and report.stdout == "", report
        return report

    def values(self, *cells: str | Cell, **options: Any) -> list[Any]:
        """Run cells that must all succeed; returns the value of each one's last expression."""
        report = self.run(*cells, **options)
        for cell in report.cells:
            assert cell.ok and cell.stdout == "", cell.traceback or cell.stdout
        assert len(report.cells) == len(cells)
        return [cell.value for cell in report.cells]


def make_notebook(folder: Path, tools: Path, wheel: Path | None) -> Notebook:
    """An environment with a library, and two real editable installs (shapes A and B) from the workspace."""
    environment = make_venv(folder / "env", tools)
    workspace = Workspace(folder).create()
    if wheel is not None:
        environment.install(wheel)
    environment.install_editable(src_project(workspace.home / "proj", "acme_src"))
    environment.install_editable(flat_project(workspace.home / "flat", "acme_flat"))
    write(workspace.home / "proj-other", package("other"))
    write(workspace.home / "proj/src2", package("second"))
    write(environment.site_packages, {"library.py": LIBRARY})
    watch(environment.python)
    return Notebook(environment, workspace)


Furnish = Callable[[Notebook], object]


@pytest.fixture(scope="module")
def furnish() -> Furnish | None:
    """What a test file's notebook has beyond the others': a file that needs more has a fixture of this name."""
    return None


@pytest.fixture(scope="module")
def notebook(
    request: pytest.FixtureRequest, shared: Path, tools: Path, wheel: Path, furnish: Furnish | None
) -> Notebook:
    """The notebook of a file's tests, none of which changes it: one for all files that add nothing to it."""

    def make(folder: Path) -> None:
        made = make_notebook(folder, tools, wheel)
        if furnish is not None:
            furnish(made)

    folder = once(shared / ("notebook" if furnish is None else request.module.__name__), make)
    return Notebook(Environment(folder / "env", tools), Workspace(folder))


@pytest.fixture
def own_notebook(environment: Environment, tmp_path: Path) -> Notebook:
    """A notebook for one test, which may install what it likes: dbx-patch and a library, no editable install yet."""
    write(environment.site_packages, {"library.py": LIBRARY})
    return Notebook(environment, Workspace(tmp_path).create())


def error_of(cell: CellReport) -> str:
    assert not cell.ok
    return f"{cell.error_type}: {cell.error}"


__all__ = [
    *("ERAS", "LIBRARY", "NEEDS_PATCH", "PURGE", "VALUES", "Cell", "Furnish", "Notebook"),
    *("error_of", "furnish", "make_notebook", "notebook", "own_notebook", "renamed_runtime"),
]
