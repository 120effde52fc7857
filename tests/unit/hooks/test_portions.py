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


def test_a_half_goes_where_its_path_entry_stands(site: Path, tmp_path: Path) -> None:
    """As a restart would have it; the portion that was loaded stays first."""
    roots = {name: write(tmp_path / "ws" / name, {"space/x.py": ""}) for name in "abc"}
    first, last = (write(tmp_path / name, {"space/__init__.py": EXTENDS, "space/y.py": ""}) for name in ("one", "two"))
    index = index_of(site, {"x.pth": "".join(f"{root}\n" for root in roots.values())})
    sys.path[:] = [f"{roots['a']}/", str(first), 3, str(roots["b"]), str(last), str(roots["b"])]  # type: ignore[list-item]
    module = sys.modules["space"] = ModuleType("space")
    module.__file__, module.__path__ = f"{first}/space/__init__.py", [f"{first}/space", "/x", f"{last}/space"]
    assert portions.joined("space", index, list(index.installs)) == [f"{roots[name]}/space" for name in "abc"]
    expected = [f"{first}/space", "/x", f"{roots['a']}/space", f"{roots['b']}/space"]
    assert module.__path__ == [*expected, f"{last}/space", f"{roots['c']}/space"]
    assert portions.joined("space", index, list(index.installs)) == [], "they are there"


def test_a_deeper_package_and_folders_that_are_not_there(site: Path, project: Path, tmp_path: Path) -> None:
    write(project / "src", {"space/deep/half.py": ""})
    older = write(tmp_path / "older", {"space/deep/__init__.py": EXTENDS})
    index = index_of(site, {"x.pth": f"{project}/src\n"})
    sys.path[:] = [str(project / "src"), str(older)]
    module = sys.modules["space.deep"] = ModuleType("space.deep")
    module.__file__, module.__path__ = f"{older}/space/deep/__init__.py", [f"{older}/space/deep"]
    assert portions.joined("space.deep", index, list(index.installs)) == [f"{project}/src/space/deep"]
    other = sys.modules["space.none"] = ModuleType("space.none")
    other.__file__, other.__path__ = module.__file__, [f"{older}/space/none"]
    assert portions.joined("space.none", index, list(index.installs)) == []
    other.__path__ = iter(())  # type: ignore[assignment]
    assert portions.joined("space.none", index, list(index.installs)) == [], "a path that is no list"
    assert portions.joined("not.loaded", index, list(index.installs)) == []


def test_where_installs_would_have_a_packages_folder(site: Path, project: Path) -> None:
    mapping = {"whole": f"{project}/src/acme", "file": f"{project}/src/acme/__init__.py"}
    text = f"import sys\nMAPPING = {mapping!r}\nNAMESPACES = {{}}\n"
    line = "import __editable___x_finder; __editable___x_finder.install()\n"
    index = index_of(site, {"__editable___x_finder.py": text, "x.pth": line, "a.pth": f"{project}/src\n"})
    assert portions.halves("whole", index.installs) == [f"{project}/src/whole", f"{project}/src/acme"]
    assert portions.halves("file", index.installs) == [f"{project}/src/file", f"{project}/src/acme"]
    assert portions.halves("a.b", index.installs) == [f"{project}/src/a/b"]


def test_whether_a_package_extends_its_path_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "__init__.py"
    for word in portions.EXTENDERS:
        file = tmp_path / f"{word}.py"
        file.write_text(f"{word}(__path__)\n")
        assert portions.extends_its_path(str(file))
        file.unlink()
        assert portions.extends_its_path(str(file))
    for size in (64 * 1024, 64 * 1024 + 1):  # such a package has a line or two
        large = tmp_path / f"{size}.py"
        large.write_text("extend_path".ljust(size, "#"))
        assert portions.extends_its_path(str(large)) == (size == 64 * 1024)
    assert portions.extends_its_path(None) is False
