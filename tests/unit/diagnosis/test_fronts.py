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
from support.workspaces import write


class Meson:
    """Has the attributes that meson-python's finder has, and fails if it is asked."""

    def __init__(self, build: Path, program: str = sys.executable) -> None:
        self._build_path, self._build_cmd, self._top_level_modules = str(build), [program], {"acme"}


class Mapped:
    """The same of scikit-build-core's."""

    def __init__(self, folders: dict[str, list[str]]) -> None:
        self.submodule_search_locations = folders


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
