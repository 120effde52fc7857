"""Projects that pip knows by another name, in another Python, or not at all; and those that are provided for."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from dbx_patch.diagnosis import check_projects
from support.installed import distribution
from support.solo import Solo
from support.workspaces import write

NAMED = '[project]\nname = "{}"\n'


@pytest.fixture(autouse=True)
def no_other_python(solo: Solo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)


def test_a_folder_of_many_projects(solo: Solo, tmp_path: Path) -> None:
    everybody = write(tmp_path / "Workspace/Users", {"helper.py": ""})
    write(solo.site, {"mine.pth": f"{everybody}\n"})
    [found] = solo.found(check_projects.too_wide)
    assert (found.severity, found.code, found.about) == ("error", "too-wide", str(solo.site / "mine.pth"))
    assert f"Its source folder is {everybody}, which is a home or a folder for many" in found.cause
    sys.path.append(str(everybody))
    [found] = solo.found(check_projects.too_wide)
    assert found.severity == "warning", "what lies there can be imported"


def test_a_project_that_was_renamed(solo: Solo) -> None:
    solo.line("acme", solo.project / "src")
    assert solo.found(check_projects.renamed) == [], "it says no name"
    write(solo.project, {"pyproject.toml": NAMED.format("ACME")})
    assert solo.found(check_projects.renamed) == []
    write(solo.project, {"pyproject.toml": NAMED.format("better")})
    [found] = solo.found(check_projects.renamed)
    assert (found.severity, found.code, found.about) == ("warning", "renamed", "acme")
    assert found.cause.endswith(
        "now has the name better, and pip still knows it by the old one. To install it by its new name:"
    )
    first, second = found.remedy.splitlines()
    assert first.endswith("uninstall -y acme") and second.endswith(f"install --no-deps -e '{solo.project}'")
    solo.line("better", solo.project / "src")
    [found] = solo.found(check_projects.renamed)
    assert found.cause.endswith("It is installed as better too. To uninstall the old name:")
    assert found.remedy.endswith("uninstall -y acme") and "\n" not in found.remedy


@pytest.fixture
def near(solo: Solo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that the working directory lies in."""
    project = write(tmp_path / "repo", {"pyproject.toml": NAMED.format("near"), "near/__init__.py": ""})
    monkeypatch.chdir(project)
    return project


def test_a_project_that_is_not_installed(solo: Solo, near: Path) -> None:
    [found] = solo.found(check_projects.not_installed)
    assert (found.severity, found.code, found.about) == ("warning", "project-not-installed", str(near))
    assert found.cause == "This project has `near`, and it is not installed. To install it:"
    assert found.remedy.endswith(f"install -e {near}")
    solo.line("near", near, project=near)
    assert solo.found(check_projects.not_installed) == []


def test_a_project_that_can_be_imported_all_the_same(solo: Solo, near: Path) -> None:
    """What has the project's name stands for all; a bare folder of that name is not the package."""
    write(near, {"helper/__init__.py": ""})
    write(solo.site, {"near/notes.txt": "", "helper/__init__.py": ""})
    [found] = solo.found(check_projects.not_installed)
    assert "`helper`, `near`" in found.cause
    sys.path.append(str(near))
    assert solo.found(check_projects.not_installed) == []


def test_a_project_of_another_name_than_its_packages(solo: Solo, near: Path) -> None:
    write(near, {"pyproject.toml": NAMED.format("umbrella")})
    write(near, {f"p{number}/__init__.py": "" for number in range(6)})
    [found] = solo.found(check_projects.not_installed)
    assert "`near`, `p0`, `p1`, `p2`, `p3` and 2 more, and it is not installed" in found.cause
    write(solo.site, {"p3/__init__.py": ""})
    assert solo.found(check_projects.not_installed) == []


def elsewhere(environment: Path, name: str, project: Path) -> None:
    """An editable install in another environment."""
    site = environment / f"lib/python3.{sys.version_info[1]}/site-packages"
    site.mkdir(parents=True, exist_ok=True)
    distribution(site, name, [f"{name}.pth"], project=project)
    write(site, {f"{name}.pth": f"{project}\n"})


def test_a_project_that_another_python_has(
    solo: Solo, near: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One around here, or in the workspace; any other is not this process's business."""
    other = tmp_path / "other"
    in_workspace = write(tmp_path / "Workspace/Users/me@x.com/ws", {"ws/__init__.py": ""})
    nobodys = write(tmp_path / "nobodys", {"nobodys/__init__.py": ""})
    for project in (near, in_workspace, nobodys):
        elsewhere(other, project.name, project)
    elsewhere(other, "gone", tmp_path / "Workspace/Users/me@x.com/gone")
    monkeypatch.setenv("VIRTUAL_ENV", str(other))
    found = solo.found(check_projects.not_installed)
    assert [(one.code, one.about) for one in found] == [("other-python", "repo"), ("other-python", "ws")]
    assert f"in another Python, {other}/bin/python, and not in this one, {sys.executable}." in found[0].cause
    assert found[0].severity == "warning" and found[0].remedy.endswith(f"install -e {near}")
    solo.line("near", near, project=near)
    assert [one.about for one in solo.found(check_projects.not_installed)] == ["ws"]


def test_a_projects_own_environment(solo: Solo, near: Path) -> None:
    elsewhere(near / ".venv", "near", near)
    [found] = solo.found(check_projects.not_installed)
    assert found.code == "other-python" and f"{near}/.venv/bin/python" in found.cause
