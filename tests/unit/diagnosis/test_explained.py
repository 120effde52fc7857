"""Answers of `explain` that hang on one file's text, or on what an import has loaded before."""

from __future__ import annotations

import importlib
import sys
import types
import zipfile
from pathlib import Path

import pytest

from dbx_patch.diagnosis.askers import CELL
from dbx_patch.diagnosis.explain import explain
from dbx_patch.diagnosis.holders import Hit
from dbx_patch.diagnosis.question import Question
from support.installed import distribution
from support.workspaces import write

REPLACES = "def import_from_path(name, path): ...\n\nimport_from_path(__name__, {!r})\n"


@pytest.fixture
def site(tmp_path: Path, import_state: None) -> Path:
    site = tmp_path / "env/site-packages"
    site.mkdir(parents=True)
    sys.path.append(str(site))
    return site


def test_a_stand_in_loads_its_file_or_fails(site: Path, tmp_path: Path) -> None:
    distribution(site, "standing", ["standing.py"], project=tmp_path)
    write(site, {"standing.py": REPLACES.format(str(tmp_path / "code.py"))})
    found = explain("standing")
    assert not found.works and found.verdict.endswith(f"at {tmp_path}/code.py, but that file does not exist.")
    write(tmp_path, {"code.py": ""})
    assert (explain("standing").works, explain("standing").location) == (True, f"{tmp_path}/code.py")
    write(site, {"standing/__init__.py": ""})
    assert explain("standing").location == f"{site}/standing/__init__.py", "a folder comes before a file"


@pytest.mark.parametrize("how", ["extend_path", "stand-in"])
def test_a_package_whose_path_is_known_has_nothing_else(site: Path, tmp_path: Path, how: str) -> None:
    extends = "from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n"
    init = extends if how == "extend_path" else f"__path__ = [{str(tmp_path / 'lib')!r}]"
    distribution(site, "spread", ["spread/__init__.py"], project=tmp_path)
    write(site, {"spread/__init__.py": init})
    parts = tmp_path / "lib" if how == "stand-in" else site / "spread"
    write(parts, {"sub.py": "from spread import nothing\n"})
    found = explain("spread.sub")
    assert not found.works and "imports nothing from spread, which does not have it" in found.verdict


def test_a_finder_that_was_not_put_in_place(site: Path, tmp_path: Path) -> None:
    """As where the file was cut short: it can be imported, and then has no `install`."""
    module = "__editable___mapped_finder"
    write(tmp_path, {"mapped/__init__.py": ""})
    write(site, {f"{module}.py": f"\nMAPPING = {{'mapped': {str(tmp_path / 'mapped')!r}}}\nNAMESPACES = {{}}\n"})
    write(site, {"__editable__.mapped.pth": f"import {module}; {module}.install()\n"})
    distribution(site, "mapped", ["__editable__.mapped.pth", f"{module}.py"], project=tmp_path)
    sys.modules[module] = types.ModuleType(module)
    assert not explain("mapped").works
    sys.meta_path.append(type("_EditableFinder", (), {"__module__": module, "find_spec": lambda *args: None}))
    assert explain("mapped").works


def test_what_the_same_import_has_loaded_counts(site: Path, tmp_path: Path) -> None:
    write(site, {"twice/__init__.py": ""})
    write(tmp_path, {"twice/sub.py": ""})
    loaded = Hit("twice", "path", str(tmp_path / "twice"), "", [str(tmp_path / "twice")], namespace=True)
    imports = Question().imports(CELL)
    assert len(imports.find("twice.sub")) == 1
    assert imports.find("twice.sub", {"twice": loaded})[1].location == f"{tmp_path}/twice/sub.py"


def test_files_of_users_do_not_use_up_what_is_read_of_libraries(site: Path, tmp_path: Path) -> None:
    bodies = Question().bodies
    files = [*(tmp_path / f"user{n}.py" for n in range(8)), *(site / f"library{n}.py" for n in range(7))]
    for file in files:
        file.write_text("")
    read = [bodies.body(Hit(file.stem, "path", str(file))).compiles for file in files]
    assert read == [True] * 14 + [False]


def test_what_lies_in_an_archive_is_found_there(site: Path, tmp_path: Path) -> None:
    """And comes before an install that stands behind it."""
    archive = tmp_path / "some.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        for file in ("zipped/__init__.py", "zipped/part.py", "acme.py"):
            opened.writestr(file, "")
    write(tmp_path, {"ws/acme.py": "", "ws/zipped/other.py": ""})
    write(site, {"acme.pth": f"{tmp_path}/ws\n"})
    sys.path[:0] = [str(archive)]
    sys.path.append(f"{tmp_path}/ws")
    for name in ("zipped", "zipped.part", "acme"):
        found = explain(name)
        assert found.works and found.location == importlib.import_module(name).__file__, name
    assert not explain("zipped.other").works
