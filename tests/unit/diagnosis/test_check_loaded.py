"""What `verify` finds of what is loaded: bare folders in front of a finder's package, and files that have changed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from dbx_patch import hooks
from dbx_patch.diagnosis import check_loaded as checks
from dbx_patch.diagnosis import loaded
from dbx_patch.diagnosis.remedies import RESTART
from support.checked import Mine
from support.installed import distribution, leave_install
from support.workspaces import write

CODE = "VALUE = 'as it was'\n"


@pytest.fixture
def mapped(mine: Mine, tmp_path: Path) -> str:
    """A package that a finder of setuptools' maps, and in front of it a bare folder of its name; returns that."""
    project = write(mine.home / "acme", {"acme/__init__.py": "", "tests/__init__.py": "", "alone/__init__.py": ""})
    names = {name: str(project / name) for name in ("acme", "tests", "alone")}
    finder = f"\nMAPPING = {names!r}\nNAMESPACES = {{'space': [{str(project / 'space')!r}]}}\n"
    line = "import __editable___acme_finder; __editable___acme_finder.install()\n"
    write(mine.site, {"__editable___acme_finder.py": finder, "_acme.pth": line})
    distribution(mine.site, "acme", ["_acme.pth"], project=project)
    entry = write(tmp_path / "entry", {f"{name}/notes.txt": "" for name in ("acme", "tests", "space")})
    sys.path.insert(0, str(entry))
    return str(entry / "acme")


def test_a_bare_folder_where_dbx_patch_is_off(mine: Mine, mapped: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBX_PATCH_ENABLED", "0")
    found = mine.one(checks.bare_folders)
    assert (found.severity, found.code, found.about, found.remedy) == ("error", "bare-folder", "acme", "")
    assert f"`import acme` gets an empty namespace, because {mapped} is a folder" in found.cause
    assert found.cause.endswith("but that is switched off: DBX_PATCH_ENABLED=0.")


def test_a_bare_folder_where_the_fallback_is_left_out(mine: Mine, mapped: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBX_PATCH_ENABLED", "1")
    monkeypatch.setenv("DBX_PATCH_DISABLE", "fallback")
    hooks.arm()
    found = mine.one(checks.bare_folders)
    assert found.severity == "error" and found.cause.endswith("off: DBX_PATCH_DISABLE names the fallback.")


def test_a_bare_folder_where_dbx_patch_is_armed(mine: Mine, mapped: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process that is no notebook, until it has read the installs: then the package is found."""
    monkeypatch.setenv("DBX_PATCH_ENABLED", "1")
    monkeypatch.delenv("DBX_PATCH_DISABLE", raising=False)
    for module in hooks.BEGINNINGS:
        monkeypatch.delitem(sys.modules, module, raising=False)
    hooks.arm()
    found = mine.one(checks.bare_folders)
    assert found.severity == "warning" and found.remedy.endswith(checks._REFRESH)
    assert "In a notebook, dbx-patch finds the package" in found.cause
    hooks.names = frozenset({"acme"})
    assert mine.found(checks.bare_folders) == []


def test_a_package_in_front_of_a_finders_is_no_bare_folder(mine: Mine, mapped: str) -> None:
    Path(mapped, "__init__.py").write_text("")
    assert mine.found(checks.bare_folders) == []


def test_a_bare_folder_that_was_loaded_before_the_package(mine: Mine, mapped: str, tmp_path: Path) -> None:
    for name in ("acme", "space", "tests"):  # `tests` are whose turn it is: nobody means to import an install's
        sys.modules[name] = ModuleType(name)
        sys.modules[name].__path__ = [str(tmp_path / "entry" / name)]
    found = mine.one(checks.loaded_namespaces)
    assert (found.severity, found.code, found.about) == ("warning", "loaded-elsewhere", "acme")
    assert "has already loaded `acme` as an empty namespace" in found.cause and RESTART in found.remedy
    sys.modules["acme"].__file__ = f"{mine.home}/acme/acme/__init__.py"
    assert mine.found(checks.loaded_namespaces) == []


@pytest.fixture
def modules(mine: Mine, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of seven modules, installed and loaded, before which this process began; returns its folder."""
    files = {"__init__.py": CODE, **{f"m{n}.py": CODE for n in range(6)}}
    project = write(mine.home / "acme", {f"src/acme/{file}": text for file, text in files.items()})
    leave_install(mine.site, "acme", project, project / "src")
    folder = project / "src/acme"
    for file in files:
        stem = file.rpartition(".")[0]
        name = "acme" if stem == "__init__" else f"acme.{stem}"
        module = sys.modules[name] = ModuleType(name)
        module.__file__ = str(folder / file)
        exec(compile(CODE, str(folder / file), "exec"), vars(module))
        os.utime(folder / file, (100, 100))
    monkeypatch.setattr(loaded, "started", lambda: 1000.0)
    return folder


def change(file: Path, at: int) -> None:
    file.write_text("VALUE = 'another branch'\n")
    os.utime(file, (at, at))


def test_files_that_changed_since_they_were_loaded(mine: Mine, modules: Path) -> None:
    assert mine.found(checks.loaded_changed) == []
    change(modules / "m0.py", at=500)
    assert mine.found(checks.loaded_changed) == [], "before this process began"
    change(modules / "m0.py", at=1000)
    (modules / "m1.py").unlink()
    found = mine.one(checks.loaded_changed)
    assert (found.severity, found.code, found.about) == ("warning", "loaded-changed", "acme")
    assert "branches: acme.m0 (changed), acme.m1 (gone). The process" in found.cause and RESTART in found.remedy
    for number in range(2, 6):
        change(modules / f"m{number}.py", at=2000)
    assert "acme.m4 (changed) and 1 more. The" in mine.one(checks.loaded_changed).cause


def test_only_so_many_files_are_read_and_looked_at(mine: Mine, modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        change(modules / f"m{number}.py", at=2000)
    (modules / "__init__.py").unlink()
    with monkeypatch.context() as patched:
        patched.setattr(checks, "_MAX_READ", 2)
        found = mine.one(checks.loaded_changed)
        assert found.cause.count("(changed)") == 2 and found.cause.count("(gone)") == 1
    monkeypatch.setattr(checks, "_MAX_LOOKS", 3)
    assert mine.one(checks.loaded_changed).cause.count(" (") == 3


def test_files_of_a_mount_that_is_away_are_not_called_gone(
    mine: Mine, modules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = os.stat

    def failing(path: str, **options: object) -> os.stat_result:
        if str(path).endswith("m0.py"):
            raise OSError(107, "Transport endpoint is not connected")
        return look(path, **options)  # type: ignore[arg-type]

    change(modules / "m1.py", at=2000)
    monkeypatch.setattr(os, "stat", failing)
    assert "acme.m1 (changed). The" in mine.one(checks.loaded_changed).cause
