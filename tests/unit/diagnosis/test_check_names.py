"""What keeps a name from reaching its install: what comes before it, who else has it, what was loaded instead."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path

import pytest

from dbx_patch.diagnosis import check_names
from support.installed import distribution, site_folder
from support.solo import Solo
from support.workspaces import write


def test_an_install_that_works_has_no_finding(solo: Solo) -> None:
    solo.line("acme", solo.project / "src")
    for check in check_names.NAME_CHECKS:
        assert solo.found(check) == [], check.__name__


def test_the_standard_library_comes_first(solo: Solo) -> None:
    write(solo.project, {"src/json/__init__.py": ""})
    solo.line("acme", solo.project / "src")
    [found] = solo.found(check_names.shadowed)
    assert (found.severity, found.about, found.remedy) == ("error", "acme", "")
    assert found.cause.startswith(f"`import json` gets the standard library ({json.__file__}), which comes before")
    assert "rename the package" in found.cause


def test_an_installed_distribution_comes_first(solo: Solo) -> None:
    write(solo.site, {"acme/__init__.py": ""})
    distribution(solo.site, "other", ["acme/__init__.py"], version="2.0")
    solo.line("acme", solo.project / "src")
    [found] = solo.found(check_names.shadowed)
    assert found.cause == (
        f"`import acme` gets {solo.site}/acme/__init__.py, part of the installed distribution other 2.0, which comes"
        " before this install on sys.path. To use the editable one:"
    )
    assert found.remedy.endswith("uninstall -y other")


def test_what_pip_cannot_remove_from_here(solo: Solo, tmp_path: Path) -> None:
    lower = site_folder(tmp_path / "lower")
    write(lower, {"acme/__init__.py": ""})
    distribution(lower, "other", ["acme/__init__.py"])
    sys.path.append(str(lower))
    solo.line("acme", solo.project / "src")
    [found] = solo.found(check_names.shadowed)
    assert found.cause.endswith(" pip cannot remove that from here.") and found.remedy == ""


def test_somebodys_folder_comes_first(solo: Solo, tmp_path: Path) -> None:
    """Of names that have one rival, one finding; a name that no one means to import has none."""
    write(tmp_path / "front", {"acme/__init__.py": "", "more.py": "", "docs.py": ""})
    write(solo.project, {"src/docs.py": "", "src/more.py": ""})
    sys.path.insert(0, str(tmp_path / "front"))
    solo.line("acme", solo.project / "src")
    found = solo.found(check_names.shadowed)
    assert [finding.cause.split("`")[1] for finding in found] == ["import acme", "import more"]
    for finding in found:
        assert finding.severity == "error" and finding.remedy == ""
        assert finding.cause.endswith("To use the editable one, rename the other, or take its folder off sys.path.")


def test_two_names_of_one_rival(solo: Solo) -> None:
    write(solo.project, {"src/sys.py": "", "src/builtins.py": ""})
    solo.line("acme", solo.project / "src")
    [found] = solo.found(check_names.shadowed)
    assert found.cause.startswith("`import builtins` gets the interpreter itself, which comes before")
    assert "The same goes for sys. Nothing can come before that" in found.cause


def test_a_project_whose_whole_folder_is_an_entry(solo: Solo, tmp_path: Path) -> None:
    """A file beside its packages is a note; a folder of scripts is nothing that it means to provide."""
    write(solo.project, {"stray.py": "", "mlflow/run.py": ""})
    write(tmp_path / "front", {"stray.py": "", "mlflow/__init__.py": ""})
    sys.path.insert(0, str(tmp_path / "front"))
    solo.line("acme", solo.project)
    [found] = solo.found(check_names.shadowed)
    assert found.severity == "note" and "`import stray`" in found.cause


def test_two_installs_with_one_name(solo: Solo, tmp_path: Path) -> None:
    write(tmp_path / "two", {"acme/__init__.py": "", "own.py": ""})
    solo.line("first", solo.project / "src")
    solo.line("second", tmp_path / "two", project=tmp_path / "two")
    [found] = solo.found(check_names.provided_twice)
    assert (found.severity, found.about) == ("warning", "acme")
    assert f"first has {solo.project}/src/acme/__init__.py; second has {tmp_path}/two/acme/__init__.py" in found.cause
    assert found.cause.endswith("depends on their order. To keep the first:")
    assert found.remedy.endswith("uninstall -y second")
    lower = site_folder(tmp_path / "lower")  # the second copy is what pip would not reach
    distribution(solo.site, "second", project=tmp_path / "gone", version="0.9")
    sys.path.insert(0, str(lower))
    distribution(lower, "second")
    [found] = solo.found(check_names.provided_twice)
    assert found.cause.endswith("depends on their order.") and found.remedy == ""


def test_two_environments_with_one_name(solo: Solo, tmp_path: Path) -> None:
    lower = site_folder(tmp_path / "lower")
    sys.path.append(str(lower))
    write(tmp_path / "two", {"acme/__init__.py": ""})
    solo.line("acme", solo.project / "src")
    distribution(lower, "acme", ["acme.pth"], project=tmp_path / "two")
    write(lower, {"acme.pth": f"{tmp_path}/two\n"})
    [found] = solo.found(check_names.provided_twice)
    assert (found.severity, found.remedy) == ("note", "") and "There is nothing to do." in found.cause


def loaded(monkeypatch: pytest.MonkeyPatch, name: str, file: Path | None) -> None:
    module = types.ModuleType(name)
    if file:
        module.__file__ = str(file)
    monkeypatch.setitem(sys.modules, name, module)


def test_a_name_that_was_loaded_from_elsewhere(solo: Solo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    solo.line("acme", solo.project / "src")
    loaded(monkeypatch, "acme", tmp_path / "old/acme/__init__.py")
    [found] = solo.found(check_names.loaded_elsewhere)
    assert (found.severity, found.code, found.about) == ("warning", "loaded-elsewhere", "acme")
    assert f"from {tmp_path}/old/acme/__init__.py" in found.cause and "restartPython()" in found.remedy
    for file in (solo.project / "src/acme/__init__.py", None):
        loaded(monkeypatch, "acme", file)
        assert solo.found(check_names.loaded_elsewhere) == []


def test_a_name_that_was_loaded_from_what_shadows_it(
    solo: Solo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "front", {"acme/__init__.py": ""})
    sys.path.insert(0, str(tmp_path / "front"))
    solo.line("acme", solo.project / "src")
    loaded(monkeypatch, "acme", tmp_path / "front/acme/__init__.py")
    assert solo.found(check_names.loaded_elsewhere) == [] and len(solo.found(check_names.shadowed)) == 1


def test_tests_of_two_projects_are_nobodys_package(solo: Solo) -> None:
    for name in ("one", "two"):
        write(solo.project / name, {"tests/__init__.py": "", f"{name}.py": ""})
        solo.line(name, solo.project / name)
    assert solo.found(check_names.provided_twice) == []


def test_what_is_loaded_from_the_install_is_as_it_was_though_a_copy_comes_first_now(solo: Solo) -> None:
    solo.line("acme", solo.project / "src")
    module = sys.modules["acme"] = types.ModuleType("acme")
    module.__file__ = str(solo.project / "src/acme/__init__.py")
    write(solo.project / "copies", {"acme/__init__.py": ""})
    sys.path.insert(0, str(solo.project / "copies"))
    assert solo.found(check_names.loaded_elsewhere) == []
    module.__file__ = str(solo.project / "gone/acme/__init__.py")
    assert [found.code for found in solo.found(check_names.loaded_elsewhere)] == ["loaded-elsewhere"]
