"""What a process has loaded, and what stands in front of an installer's finder: told where it is so, and only there."""

from __future__ import annotations

import os
import sys
import types
from pathlib import Path

import pytest

from dbx_patch import hooks
from dbx_patch.diagnosis import check_loaded
from support.solo import Solo
from support.workspaces import write


@pytest.fixture
def front(solo: Solo, tmp_path: Path) -> Path:
    """A folder named like a package that a finder has, on a path entry of its own."""
    solo.finder("acme", {"acme": f"{solo.project}/src/acme"})
    write(tmp_path, {"front/acme/notes.txt": ""})
    sys.path.insert(0, str(tmp_path / "front"))
    return tmp_path / "front/acme"


def test_a_bare_folder_without_dbx_patch(solo: Solo, front: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBX_PATCH_ENABLED", "0")
    [found] = solo.found(check_loaded.bare_folders)
    assert (found.severity, found.about, found.remedy) == ("error", "acme", "")
    assert f"because {front} is a folder of that name" in found.cause
    assert found.cause.endswith("that is switched off: DBX_PATCH_ENABLED=0.")
    monkeypatch.setenv("DBX_PATCH_ENABLED", "1")
    monkeypatch.setenv("DBX_PATCH_DISABLE", "fallback")
    hooks.arm()
    [found] = solo.found(check_loaded.bare_folders)
    assert found.severity == "error" and found.cause.endswith("DBX_PATCH_DISABLE names the fallback.")


def test_a_bare_folder_under_dbx_patch(solo: Solo, front: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is said once its finder is asked first for that name."""
    monkeypatch.setenv("DBX_PATCH_ENABLED", "1")
    hooks.arm()
    [found] = solo.found(check_loaded.bare_folders)
    assert found.severity == "warning" and "In a notebook, dbx-patch finds the package" in found.cause
    assert "refresh_editable_paths()" in found.remedy
    monkeypatch.setattr(hooks, "names", frozenset({"acme"}))
    assert solo.found(check_loaded.bare_folders) == []


def test_no_bare_folder(solo: Solo, front: Path) -> None:
    (front / "__init__.py").touch()
    assert solo.found(check_loaded.bare_folders) == [], "a package in front is no bare folder"
    sys.path.pop(0)
    assert solo.found(check_loaded.bare_folders) == [], "nothing is in front"


def test_a_namespace_by_right(solo: Solo, front: Path) -> None:
    write(solo.project, {"parts/acme/one.py": ""})
    solo.finder("acme", {"acme": f"{solo.project}/parts/acme"})
    assert solo.found(check_loaded.bare_folders) == []


def test_a_namespace_that_was_loaded_before_the_install(solo: Solo, monkeypatch: pytest.MonkeyPatch) -> None:
    solo.line("acme", solo.project / "src")
    loaded = types.ModuleType("acme")
    monkeypatch.setitem(sys.modules, "acme", loaded)
    assert solo.found(check_loaded.loaded_namespaces) == []
    loaded.__path__ = ["/front/acme"]
    [found] = solo.found(check_loaded.loaded_namespaces)
    assert (found.severity, found.code, found.about) == ("warning", "loaded-elsewhere", "acme")
    assert "already loaded `acme` as an empty namespace" in found.cause and "restartPython()" in found.remedy
    loaded.__file__ = f"{solo.project}/src/acme/__init__.py"
    assert solo.found(check_loaded.loaded_namespaces) == []


def test_a_folder_of_tests_that_was_loaded_as_a_namespace(solo: Solo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody means to import the one that lies beside an install's package."""
    write(solo.project, {"src/tests/__init__.py": ""})
    solo.line("acme", solo.project / "src")
    for name in ("acme", "tests"):
        loaded = types.ModuleType(name)
        loaded.__path__ = [f"/front/{name}"]
        monkeypatch.setitem(sys.modules, name, loaded)
    [found] = solo.found(check_loaded.loaded_namespaces)
    assert "already loaded `acme` as an empty namespace" in found.cause


def load(name: str, file: Path) -> None:
    module = sys.modules[name] = types.ModuleType(name)
    module.__file__ = str(file)
    if file.exists():
        exec(compile(file.read_text(), str(file), "exec", dont_inherit=True), vars(module))


def test_files_that_have_changed_or_gone_since_they_were_loaded(solo: Solo, tmp_path: Path) -> None:
    source = solo.project / "src/acme"
    write(source, {"one.py": "LIMIT = 1\n", "two.py": "LIMIT = 1\n", "old.py": "LIMIT = 1\n"})
    solo.line("acme", source.parent)
    for name in ("one", "two", "old", "gone"):
        load(f"acme.{name}", source / f"{name}.py")
    load("elsewhere", tmp_path / "no/such/elsewhere.py")  # nobody's: not looked at
    write(source, {"two.py": "LIMIT = 2\n", "old.py": "LIMIT = 2\n"})
    os.utime(source / "old.py", (1, 1))  # as before this process started: told by the time alone
    [found] = solo.found(check_loaded.loaded_changed)
    assert (found.severity, found.code, found.about) == ("warning", "loaded-changed", "acme")
    assert ": acme.two (changed), acme.gone (gone). The process still runs the old code." in found.cause
    assert "restartPython()" in found.remedy


def test_of_many_changed_modules_five_are_named(solo: Solo) -> None:
    solo.line("acme", solo.project / "src")
    for number in range(7):
        load(f"acme.m{number}", solo.project / f"src/acme/m{number}.py")
    [found] = solo.found(check_loaded.loaded_changed)
    assert "acme.m4 (gone) and 2 more." in found.cause and "acme.m5" not in found.cause


@pytest.mark.parametrize("looks, reads, told", [(100, 50, 4), (2, 50, 2), (100, 3, 3)])
def test_many_modules_are_looked_at_in_part(
    solo: Solo, monkeypatch: pytest.MonkeyPatch, looks: int, reads: int, told: int
) -> None:
    """The disk can be a remote one."""
    solo.line("acme", solo.project / "src")
    for number in range(4):
        write(solo.project / "src", {f"acme/m{number}.py": "LIMIT = 1\n"})
        load(f"acme.m{number}", solo.project / f"src/acme/m{number}.py")
        write(solo.project / "src", {f"acme/m{number}.py": "LIMIT = 2\n"})
    monkeypatch.setattr(check_loaded, "_MAX_LOOKS", looks)
    monkeypatch.setattr(check_loaded, "_MAX_READ", reads)
    [found] = solo.found(check_loaded.loaded_changed)
    assert found.cause.count("(changed)") == told
