"""A package gets an install's portion only where its file says so; a namespace has its portions in `site`'s order."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

import pytest

from dbx_patch.hooks import portions
from dbx_patch.index.install import Install
from support.installed import index_of
from support.workspaces import write

pytestmark = pytest.mark.usefixtures("import_state")
EXTENDS = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"


@pytest.mark.parametrize("text, joins", [(EXTENDS, True), ("VALUE = 1\n", False), (None, False)])
def test_what_its_file_says_decides(site: Path, project: Path, tmp_path: Path, text: str | None, joins: bool) -> None:
    """None: its file is gone, or nothing that can be read."""
    portion = write(project / "src", {"space/half.py": ""}) / "space"
    file = tmp_path / "older/space/__init__.py"
    if text is not None:
        write(tmp_path / "older", {"space/__init__.py": text})
    module = sys.modules["space"] = ModuleType("space")
    module.__file__, module.__path__ = str(file), [str(file.parent)]
    index = index_of(site, {"_acme.pth": f"{project}/src\n"})
    assert portions.joined("space", index, list(index.installs)) == ([str(portion)] if joins else [])
    assert (str(portion) in module.__path__) is joins


def test_a_namespaces_portions_are_in_the_order_of_site_folders(site: Path, tmp_path: Path) -> None:
    """Also when importlib looks for them again, since ``sys.path`` has changed; what stands before stays before."""
    places = {name: str(write(tmp_path / name, {f"space/{name}.py": ""})) for name in ("first", "lower", "own", "last")}
    install = Install("space", str(site))
    sys.path[:] = [places["first"], str(site), places["lower"]]
    theirs, own = PathFinder.find_spec("space"), ModuleSpec("space", None, is_package=True)
    own.submodule_search_locations = [f"{places['own']}/space"]
    assert theirs is not None
    portions.join(theirs, own, [install])
    found = [f"{places[name]}/space" for name in ("first", "own", "lower", "last")]
    assert list(theirs.submodule_search_locations or ()) == found[:3]
    sys.path.append(places["last"])
    assert list(theirs.submodule_search_locations or ()) == found
