"""Editable packages work beside other code that changes the import system, and as the standard library expects."""

from __future__ import annotations

from pathlib import Path

import pytest

from real.houses import House
from real.neighbours import NEEDS_US, SERVED, furnish
from support.environments import Environment, make_venv, once
from support.kernels import ERAS
from support.workspaces import Workspace

FILES = {
    "acme/data.txt": "data\n",
    "acme/part/__init__.py": "",
    "acme/part/one.py": "",
    "acme/counter.py": "COUNT = []\n",
}


@pytest.fixture(scope="module")
def shared_house(shared: Path, tools: Path, wheel: Path, wheelhouse: Path) -> House:
    """One environment for the tests here, none of which changes it."""

    def at(folder: Path) -> House:
        return House(Environment(folder / "env", tools), Workspace(folder).create(), wheelhouse, wheel)

    def make(folder: Path) -> None:
        make_venv(folder / "env", tools)
        at(folder).install("dbx-patch")
        furnish(at(folder), FILES)

    return at(once(shared / "real" / "finders", make))


@pytest.fixture(params=ERAS)
def era(request: pytest.FixtureRequest) -> str:
    return str(request.param)


REBUILT = "import sys; sys.meta_path = [h for h in sys.meta_path if 'PostImportHook' not in repr(h)]"
FOREIGN = """
import sys
from importlib.machinery import PathFinder
class Foreign:
    asked = []
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        cls.asked.append(name)
        return PathFinder.find_spec(name, path, target)
sys.meta_path.insert(0, Foreign)
"""
INDIRECT = """
import sys
from importlib.util import find_spec
class Nosy:
    busy = False
    def find_spec(self, name, path=None, target=None):
        if Nosy.busy:
            return None
        Nosy.busy = True
        try:
            return find_spec(name)
        finally:
            Nosy.busy = False
sys.meta_path.insert(0, Nosy())
"""
OURS = "import sys; [type(f).__name__ for f in sys.meta_path if type(f).__module__.startswith('dbx_patch')]"
BOTH = ["ImportTrigger", "EditableFallback"]


@pytest.mark.parametrize("cell", [REBUILT, FOREIGN, INDIRECT], ids=["rebuilt", "foreign finder", "asks the others"])
def test_meta_path_changed_by_a_cell(shared_house: House, era: str, cell: str) -> None:
    cells = ("import sys; 'acme' in sys.modules", cell, OURS, NEEDS_US)
    assert shared_house.notebook.values(*cells, runtime=era) == [False, None, BOTH, SERVED]


def test_what_the_copied_workaround_takes_away_is_not_ours(shared_house: House, era: str) -> None:
    gone = "import sys; [type(f).__name__ for f in sys.meta_path if 'PostImportHook' in repr(f)]"
    assert shared_house.notebook.values(gone, REBUILT, gone, runtime=era) == [["ImportHookFinder"], None, []]


def test_a_finder_that_removes_ours_leaves_what_can_work(shared_house: House, era: str) -> None:
    remove = "import sys; sys.meta_path = [f for f in sys.meta_path if 'dbx_patch' not in type(f).__module__]"
    again = "import dbx_patch; dbx_patch.apply_all_patches(verbose=False); import sys; del sys.modules['acme']"
    values = shared_house.notebook.values("import acme", remove, again, NEEDS_US, OURS, runtime=era)
    assert values[3:] == [SERVED, BOTH]


def test_reload(shared_house: House, era: str) -> None:
    cell = "import acme.counter as c, importlib; c.COUNT.append(1); old = c; importlib.reload(c); [c.COUNT, c is old]"
    package = "import acme, acme.sub, library; importlib.reload(acme); importlib.reload(acme.sub).PARENT"
    assert shared_house.notebook.values(cell, package, runtime=era) == [[[], True], "editable"]


def test_walk_packages(shared_house: House, era: str) -> None:
    cell = "import acme, pkgutil; sorted(m.name for m in pkgutil.walk_packages(acme.__path__, 'acme.'))"
    expected = ["acme." + name for name in ("counter", "deep", "deep.leaf", "lazy", "part", "part.one", "sub")]
    assert shared_house.notebook.values(cell, runtime=era) == [expected]


def test_walking_all_of_sys_path_imports_nothing(shared_house: House, era: str) -> None:
    cell = "import pkgutil, sys; [[m.name for m in pkgutil.iter_modules() if m.name == 'acme'], 'acme' in sys.modules]"
    assert shared_house.notebook.values(cell, runtime=era) == [[["acme"], False]]


def test_resources(shared_house: House, era: str) -> None:
    cell = "import importlib.resources, pkgutil; [{}, pkgutil.get_data('acme', 'data.txt').decode()]"
    how = (
        "(importlib.resources.files('acme') / 'data.txt').read_text() if hasattr(importlib.resources, 'files')"
        " else importlib.resources.read_text('acme', 'data.txt')"
    )
    assert shared_house.notebook.values(cell.format(how), runtime=era) == [["data\n", "data\n"]]


def test_metadata(shared_house: House, era: str) -> None:
    cell = """
import importlib.metadata as metadata
found = metadata.distribution("acme-project")
[found.version, '"editable": true' in found.read_text("direct_url.json"),
 sum((d.metadata["Name"] or "").startswith("acme") for d in metadata.distributions())]
"""
    assert shared_house.notebook.values(cell, runtime=era) == [["1.0", True, 1]]


def test_find_spec_and_loader_are_pythons_own(shared_house: House, era: str) -> None:
    cell = """
import importlib.util, sys
spec = importlib.util.find_spec("acme.deep.leaf")
import acme.deep.leaf as leaf
import inspect
[type(spec.loader).__name__, type(leaf.__loader__).__name__, leaf.__spec__.cached == leaf.__cached__,
 inspect.getsource(leaf), type(leaf.__spec__.loader).__module__.partition(".")[0]]
"""
    expected = ["SourceFileLoader", "SourceFileLoader", True, "NAME = __name__\n"]
    assert shared_house.notebook.values(cell, runtime=era)[0][:4] == expected


def test_runpy(shared_house: House, era: str) -> None:
    cell = "import runpy; runpy.run_module('acme.sub', run_name='other')['NAME']"
    through = "import library; library.call(lambda: runpy.run_module('acme.deep.leaf')['NAME'])"
    assert shared_house.notebook.values(cell, through, runtime=era) == ["other", "acme.deep.leaf"]
