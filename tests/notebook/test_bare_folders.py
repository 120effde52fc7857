"""A folder named like the package, in the Git root or beside the notebook, never stands for the package itself.

It is mostly the project's own folder. Python makes an empty namespace of it where nothing else is found.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dbx_patch.simulator import Variant
from support.covering import covering
from support.environments import Environment, make_venv, once
from support.kernels import ERAS, LIBRARY, Notebook, renamed_runtime
from support.sessions import copy_of
from support.stacked import arrival_cell, install_cell
from support.workspaces import Workspace, flat_project, src_project, write

SHAPES = {"path line": src_project, "setuptools' finder": flat_project}
HOOKS = ("path_hooks", "cache", "cache_outside_git")
PLACES = ("beside the notebook", "in the Git root")
WAYS = {
    "cell": "import acme; acme.VALUE",
    "submodule": "import acme.sub; acme.sub.PARENT",
    "library": "import library, sys; library.load('acme.deep.leaf'); sys.modules['acme'].VALUE",
    "lazily": "import acme.lazy, library; library.call(acme.lazy.load); acme.VALUE",
}
PURGE = "import sys; [sys.modules.pop(m) for m in [*sys.modules] if m.partition('.')[0] == 'acme'] and None\n"


class InGit(Notebook):
    """A Git folder with a notebook in it, and the project's folder beside that or in the root."""

    def __init__(self, folder: Path, tools: Path, place: str) -> None:
        super().__init__(Environment(folder / "env", tools), Workspace(folder))
        self.root = self.workspace.home
        self.notebook_folder = self.root / "notebooks"
        self.project = (self.notebook_folder if place == PLACES[0] else self.root) / "acme"

    def options(self, era: str, hook: str, renamed: bool = False) -> dict[str, Any]:
        """For a kernel."""
        return {
            "runtime": era,
            "variant": Variant(hook=hook, repository=self.root),
            "notebook": self.notebook_folder / "notebook",
            "runtime_dir": renamed_runtime(era) if renamed else None,
        }


@pytest.fixture(params=SHAPES)
def shape(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def in_git(shared: Path, tools: Path, wheel: Path, shape: str, place: str) -> InGit:
    """With the project installed; for tests that change nothing."""

    def make(folder: Path) -> None:
        made = InGit(folder, tools, place)
        made.workspace.create()
        made.notebook_folder.mkdir()
        make_venv(made.environment.folder, tools)
        write(made.environment.site_packages, {"library.py": LIBRARY})
        made.environment.install(wheel)
        copy_of(made.environment, folder / "without the project")
        made.environment.install_editable(SHAPES[shape](made.project, "acme"))

    folder = once(shared / f"bare folders {list(SHAPES).index(shape)} {PLACES.index(place)}", make)
    return InGit(folder, tools, place)


@pytest.mark.parametrize(
    "shape, place, hook, era, renamed",
    covering([*SHAPES], PLACES, HOOKS, ERAS, [False, True], strength=3),
    indirect=["shape", "place"],
)
def test_the_package_is_found(in_git: InGit, era: str, hook: str, renamed: bool) -> None:
    options = in_git.options(era, hook, renamed)
    for first in WAYS:  # each as the first import in a kernel of its own, and then the others
        order = {first: WAYS[first], **WAYS}
        values = in_git.values(*[PURGE + cell for cell in order.values()], **options)
        assert dict(zip(order, values)) == dict.fromkeys(WAYS, "editable"), first


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("era", ERAS)
def test_a_folder_that_nothing_is_installed_from_stays_a_namespace(in_git: InGit, era: str, hook: str) -> None:
    write(in_git.notebook_folder, {"bare/part.py": "VALUE = 'in a namespace'\n"})
    cells = ["import bare.part; bare.part.VALUE", "[bare.__file__ if hasattr(bare, '__file__') else None]"]
    assert in_git.values(*cells, **in_git.options(era, hook)) == ["in a namespace", [None]]


INSTALLS = {
    "in the cell that installs": "{install}{purge}import acme; acme.VALUE",
    "in the next cell": "{install}{purge}1",
    "after a namespace was imported": "import acme\n{install}{purge}import acme; acme.VALUE",
}


@pytest.mark.parametrize("when", INSTALLS)
@pytest.mark.parametrize("era", ERAS)
def test_installed_in_a_session(in_git: InGit, era: str, place: str, when: str, tmp_path: Path) -> None:
    """The project was there before, so `acme` was an empty namespace for this session's cells."""
    before = in_git.environment.folder.parent / "without the project"
    in_git.environment = copy_of(Environment(before, in_git.environment.tools), tmp_path / "env")
    renamed = (era == "modern") == (place == PLACES[0])  # each era and each place meets both kinds of runtime
    options = in_git.options(era, "cache" if renamed else "path_hooks", renamed)
    by_pip = when == "in the cell that installs"
    arrival = "" if by_pip else arrival_cell(in_git.environment, in_git.project, tmp_path / "scratch")
    install = arrival or install_cell(in_git.environment, in_git.project)
    cell = INSTALLS[when].format(install=install, purge=PURGE)
    cells = ["1", cell, PURGE + WAYS["library"], PURGE + WAYS["submodule"]]
    expected = 1 if when == "in the next cell" else "editable"
    assert in_git.values(*cells, **options) == [1, expected, "editable", "editable"]


@pytest.mark.parametrize("era", ERAS)
def test_installed_in_a_session_where_no_hook_guards_the_repository(in_git: InGit, era: str, tmp_path: Path) -> None:
    """Imported in the cell that installs, after it was an empty namespace."""
    before = in_git.environment.folder.parent / "without the project"
    in_git.environment = copy_of(Environment(before, in_git.environment.tools), tmp_path / "env")
    install = arrival_cell(in_git.environment, in_git.project, tmp_path / "scratch")
    namespace = "import acme; [hasattr(acme, 'VALUE')]"
    cells = [
        namespace,
        PURGE + install + WAYS["cell"],
        *[PURGE + WAYS[way] for way in ("library", "submodule", "lazily")],
    ]
    options = in_git.options(era, "cache_outside_git")
    assert in_git.values(*cells, **options) == [[False], *["editable"] * 4]
