"""The finders that go to the front of `sys.meta_path`: what they answer is told from their own data, without asking."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from dbx_patch.diagnosis.askers import CELL
from dbx_patch.diagnosis.fronts import unbuildable
from dbx_patch.diagnosis.holders import Hit
from dbx_patch.diagnosis.installs import EditableInstall
from dbx_patch.diagnosis.layers import finders_say
from dbx_patch.diagnosis.retold import Imports
from dbx_patch.diagnosis.search import Search
from support.here import Here
from support.workspaces import write


class Meson:
    """Has the attributes that meson-python's finder has, and fails if it is asked."""

    def __init__(self, build: Path, program: str = sys.executable) -> None:
        self._build_path, self._build_cmd, self._top_level_modules = str(build), [program], {"acme"}


class Mapped:
    """The same of scikit-build-core's."""

    def __init__(self, folders: dict[str, list[str]]) -> None:
        self.submodule_search_locations = folders


class InPlace:
    """That of scikit-build-core's in-place builds, which asks path entries itself."""

    def __init__(self, packages: list[str], folders: list[Path]) -> None:
        self.known_packages, self.search_paths = packages, [str(folder) for folder in folders]


def of(finder: Any, shape: str, modules: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Search:
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    monkeypatch.setattr(type(finder), "__module__", "_acme_loader")
    search = Search()
    files = {name: str(file) for name, file in modules.items()}
    search.installs = [EditableInstall("acme", "1", shape, "", None, "", ["acme"], [], files, finder="_acme_loader")]
    return search


def found(search: Search, name: str) -> Hit | None:
    return Imports(search, CELL).finders.fronts.hit(name, None)


def test_a_plan_has_files_and_whole_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"src/data/__init__.py": "", "src/data/deep/leaf.py": ""})
    plan = {"acme.sub": tmp_path / "src/gone.py", "acme.data": tmp_path / "src/data", "other": tmp_path / "other.py"}
    search = of(Meson(tmp_path), "E", plan, monkeypatch)
    at = {name: found(search, name) for name in ("acme", "acme.sub", "acme.data", "acme.data.deep.leaf")}
    told = {name: (hit.location[len(str(tmp_path)) :], hit.namespace) for name, hit in at.items() if hit}
    assert told == {
        "acme": ("/src", True),
        "acme.sub": ("/src/gone.py", False),
        "acme.data": ("/src/data/__init__.py", False),
        "acme.data.deep.leaf": ("/src/data/deep/leaf.py", False),
    }
    assert found(search, "other") is None and found(search, "acme.data.nothing") is None
    packages = {name for name, hit in at.items() if hit and hit.search is not None}
    assert packages == {"acme", "acme.data"}


def test_what_cannot_be_built_raises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "build").mkdir()
    for finder, why in {
        Meson(tmp_path / "gone"): f"in {tmp_path}/gone, which does not exist",
        Meson(tmp_path / "build", str(tmp_path / "ninja")): f"by {tmp_path}/ninja, which does not exist",
    }.items():
        with monkeypatch.context() as patched:
            search = of(finder, "E", {"acme": tmp_path / "acme.py"}, patched)
            said = unbuildable(search.installs)["acme"]
            hit = found(search, "acme")
            [first, *_] = finders_say(Imports(search, CELL), "acme", None)
        assert first.says == f"fails: the editable install acme {said}"
        assert said == f"is built anew when it is first imported, {why}"
        assert hit is not None and hit.fault == f"the editable install acme {said}"
    assert unbuildable(of(Meson(tmp_path / "build"), "E", {}, monkeypatch).installs) == {}


def test_a_namespace_of_a_map_takes_parts_of_path_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"src/acme/one.py": "", "entry/acme/two.py": ""})
    own, other = str(tmp_path / "src/acme"), str(tmp_path / "entry/acme")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "entry"), *sys.path])
    search = of(Mapped({"acme": [own]}), "D", {}, monkeypatch)
    hit = found(search, "acme")
    assert hit is not None and (hit.search, hit.namespace, hit.has_loader) == ([own, other], True, True)
    write(tmp_path, {"entry/acme/__init__.py": ""})
    hit = found(of(Mapped({"acme": [own]}), "D", {}, monkeypatch), "acme")
    assert hit is not None and hit.search == [own], "a package is no part of a namespace"
    assert says(of(Mapped({"acme": [own]}), "D", {}, monkeypatch), "other") == "nothing: it belongs to another install"


def says(search: Search, name: str) -> str:
    """What the first finder would say."""
    return finders_say(Imports(search, CELL), name, None)[0].says


def test_a_refused_entry_has_no_part_of_a_namespace(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """The finder asks as a library does, and gets what a library gets."""
    own = str(write(here.home / "src/acme", {"one.py": ""}))
    other = write(here.home / "entry", {"acme/two.py": ""})
    sys.path.append(str(other))
    for patched in (False, True):
        here.guard(other, patched=patched)
        hit = found(of(Mapped({"acme": [own]}), "D", {}, monkeypatch), "acme")
        assert hit is not None and hit.search == [own]
    del sys.path_importer_cache[str(other)]
    hit = found(of(Mapped({"acme": [own]}), "D", {}, monkeypatch), "acme")
    assert hit is not None and hit.search == [own, f"{other}/acme"]


def test_an_in_place_build_is_looked_for_in_its_own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = write(tmp_path / "src", {"acme/__init__.py": "", "acme/deep/part.py": "", "bare/x.txt": "", "other.py": ""})
    elsewhere = write(tmp_path / "elsewhere", {"acme/extra.py": ""})
    search = of(InPlace(["acme", "bare"], [code]), "D", {}, monkeypatch)
    hit = found(search, "acme")
    assert hit is not None and (hit.location, hit.search) == (f"{code}/acme/__init__.py", [f"{code}/acme"])
    fronts = Imports(search, CELL).finders.fronts
    part, extra = fronts.hit("acme.deep.part", [f"{code}/acme/deep"]), fronts.hit("acme.extra", [f"{elsewhere}/acme"])
    assert part is not None and part.location == f"{code}/acme/deep/part.py"
    assert extra is not None and extra.location == f"{elsewhere}/acme/extra.py"
    assert found(search, "bare") is None and found(search, "other") is None
