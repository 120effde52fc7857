"""What installers' finders answer is told in the order in which they are asked, and whose a file is by its folder."""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from typing import Any

import pytest

from dbx_patch.diagnosis.explain import explain
from support.here import Here
from support.installed import distribution
from support.workspaces import write


def test_parts_of_a_namespace_are_in_the_order_of_the_path(here: Here) -> None:
    first = here.install("one", {"spread/a.py": ""})
    second = here.install("two", {"spread/b.py": ""})
    assert explain("spread").location == f"{first}/spread"
    assert (explain("spread.a").location, explain("spread.b").location) == (
        f"{first}/spread/a.py",
        f"{second}/spread/b.py",
    )
    write(second, {"spread/__init__.py": ""})
    assert explain("spread").location == f"{second}/spread/__init__.py" and not explain("spread.a").works


def test_setuptools_stand_in_for_a_namespace(here: Here) -> None:
    code = write(here.home / "mapped", {"spread/a.py": "", "mapped.py": ""})
    module = here.map("mapped", {"mapped": code / "mapped.py"}, {"spread": [f"{code}/spread"]})
    assert not explain("spread.a").works
    sys.path.append(module.PATH_PLACEHOLDER)
    found = explain("spread.a")
    assert found.works and found.location == f"{code}/spread/a.py"
    said = {finder.finder: finder.says for finder in explain("spread").finders}
    assert said["_EditableFinder"] == f"has it, from mapped: {code}/spread"
    sys.path[-1] = "__editable__.other-1.0.finder.__path_hook__"
    assert not explain("spread").works


class Newer:
    """Setuptools' finder since 69."""

    @classmethod
    def find_spec(cls, name: str, path: Any = None, target: Any = None) -> Any:
        return PathFinder.find_spec(name, path, target) if name == "none" else None


@pytest.mark.parametrize("is_newer", [False, True])
def test_setuptools_finder_has_submodules_which_the_older_one_takes_from_the_disk(here: Here, is_newer: bool) -> None:
    """A library is refused by the hook for that folder, and asks the finders behind it."""
    code = write(
        here.home / "mapped", {"mapped/__init__.py": "", "mapped/deep/__init__.py": "", "mapped/deep/x.py": ""}
    )
    module = here.map("mapped", {"mapped": code / "mapped"})
    if is_newer:
        module._EditableFinder.find_spec = Newer.find_spec
    here.guard(code / "mapped", code / "mapped/deep")
    for name in ("mapped", "mapped.deep", "mapped.deep.x"):
        in_cell, in_library, _ = explain(name).importers
        assert in_cell.works and in_library.works == (name == "mapped" or not is_newer), name
    assert not explain("mapped.none").works


def test_a_finder_of_the_library_editables_is_one_for_all(here: Here) -> None:
    code = write(here.home / "plain", {"plain/__init__.py": "", "other.py": ""})
    source = "from editables.redirector import RedirectingFinder as F\nF.install()\n"
    source += f"F.map_module('plain', {str(code / 'plain/__init__.py')!r})\n"
    write(here.site, {"_plain.py": source, "plain.pth": "import _plain\n"})
    distribution(here.site, "plain", ["plain.pth", "_plain.py"], project=code)
    sys.modules["_plain"] = sys
    assert not explain("plain").works
    sys.meta_path.append(type("RedirectingFinder", (), {"__module__": "editables.redirector"}))
    found = explain("plain")
    assert found.works and found.location == f"{code}/plain/__init__.py"
    assert {f.finder: f.says for f in found.finders}["RedirectingFinder"] == f"has it, from plain: {found.location}"


def test_the_innermost_project_is_whose_a_file_is(here: Here) -> None:
    outer = here.install("outer", {"outer/__init__.py": ""})
    inner = write(outer / "outer/inner", {"part.py": "", "__init__.py": ""})
    here.map("inner", {"inner": inner})
    assert "the editable install inner" in explain("outer.inner.part").verdict
    assert "the editable install outer" in explain("outer").verdict


def test_what_extends_its_own_path_has_parts_of_others(armed: Here) -> None:
    extends = "from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n"
    first = armed.install("one", {"spread/__init__.py": extends, "spread/deep/__init__.py": extends})
    second = armed.install("two", {"spread/b.py": "", "spread/deep/c.py": ""})
    third = armed.install("three", {"spread/__init__.py": extends, "spread/d.py": ""}, lost=True)
    for name, root in {"spread.b": second, "spread.deep.c": second, "spread.d": third, "spread": first}.items():
        found = explain(name)
        assert found.works and found.location.startswith(f"{root}/spread"), (name, found)


def test_a_mapped_file_that_is_gone_is_nothing(here: Here) -> None:
    code = here.home / "mapped"
    here.map("mapped", {"mapped": code / "mapped.py"})
    found = explain("mapped")
    assert not found.works and f"has it at {code}/mapped.py, which does not exist" in found.verdict


def test_a_module_is_mapped_with_and_without_its_suffix(here: Here) -> None:
    code = write(here.home / "mapped", {"one.py": "", "two/__init__.py": "", "three/x.txt": "", "four/x.py": ""})
    modules = {"one": code / "one", "two": code / "two/__init__.py", "four": code / "four"}
    here.map("mapped", modules)
    places = {name: explain(name).location[len(str(code)) :] for name in modules}
    assert places == {"one": "/one.py", "two": "/two/__init__.py", "four": ""}, "a bare folder is not answered for"


def test_what_extends_its_own_path_passes_over_modules_of_its_name(here: Here) -> None:
    extends = "from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n"
    root = here.install("one", {"spread/__init__.py": extends, "spread/a.py": ""})
    here.install("two", {"spread.py": ""})
    third = here.install("three", {"spread/__init__.py": extends, "spread/b.py": ""})
    assert explain("spread.a").location == f"{root}/spread/a.py"
    assert explain("spread.b").location == f"{third}/spread/b.py"
