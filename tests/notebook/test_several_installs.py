"""Two installs with one name: the first in `site`'s order counts, for libraries too; what plugin discovery lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbx_patch.simulator import Variant
from support.environments import Environment, once
from support.kernels import Notebook, make_notebook
from support.workspaces import Workspace, package, write

NAMES = {"first": ["both"], "second": ["both", "second_only"], "aside": ["aside_only"]}
LOAD = "import library, sys; library.load('{0}.sub'); sys.modules['{0}'].VALUE"


@pytest.fixture
def several(shared: Path, tools: Path, wheel: Path) -> Notebook:
    """Hand-written path lines for two projects of the workspace that both have the package ``both``."""

    def make(folder: Path) -> None:
        made = make_notebook(folder, tools, wheel)
        for project, names in NAMES.items():
            for name in names:
                write(made.workspace.home / project / "src", package(name, project))
        lines = {f"_{number}.pth": f"{made.workspace.home}/{name}/src\n" for number, name in enumerate(NAMES)}
        write(made.environment.site_packages, lines)

    folder = once(shared / "several", make)
    return Notebook(Environment(folder / "env", tools), Workspace(folder))


@pytest.mark.parametrize("hook", ["path_hooks", "cache"])
def test_the_first_counts(several: Notebook, era: str, hook: str) -> None:
    """In a cell and for a library, whichever comes first in a kernel; and after the paths are lost."""
    lose = "import sys; sys.path[:] = [p for p in sys.path if 'my project' not in p]\n"
    for first in ("import both.deep.leaf, both; both.VALUE", LOAD.format("both"), lose + LOAD.format("both")):
        cells = (first, LOAD.format("both"), LOAD.format("second_only"), "import both.lazy; both.lazy.__file__")
        *values, file = several.values(*cells, runtime=era, variant=Variant(hook=hook))
        assert values == ["first", "first", "second"] and "/first/src/" in file


def test_an_entry_that_is_not_on_the_path_is_found_by_a_library(several: Notebook, era: str) -> None:
    cells = ("import sys; sys.path.remove(next(p for p in sys.path if '/aside/' in p))", LOAD.format("aside_only"))
    assert several.values(*cells, runtime=era)[1] == "aside"


def test_plugin_discovery(several: Notebook, era: str) -> None:
    """``pkgutil`` lists an editable package's modules, and nothing of the notebook's folder that it did not before."""
    packages = "import pkgutil, acme_src, acme_flat, both\n"
    packages += "[[m.name for m in pkgutil.iter_modules(p.__path__, 'x.')] for p in"
    folder = f"import pkgutil; [m.name for m in pkgutil.iter_modules([{str(several.workspace.notebook_folder)!r}])]"
    walk = "import pkgutil, acme_src; [m.name for m in pkgutil.walk_packages(acme_src.__path__, 'acme_src.')]"
    cells = (f"{packages} (acme_src, acme_flat, both)]", walk, folder)
    listed, walked, beside = several.values(*cells, runtime=era)
    assert listed == [["x.deep", "x.lazy", "x.sub"]] * 3
    assert walked == ["acme_src.deep", "acme_src.deep.leaf", "acme_src.lazy", "acme_src.sub"]
    off = several.run(folder, runtime=era, env={"DBX_PATCH_ENABLED": "0"}).cells[0]
    assert off.ok and beside == off.value
