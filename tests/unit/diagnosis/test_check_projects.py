"""What `verify` finds of projects: too wide a folder, another name, another Python, and no install at all."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dbx_patch.diagnosis import check_projects as checks
from support.checked import Mine
from support.installed import distribution, leave_install
from support.workspaces import write

NAMED = '[project]\nname = "acme"\n'


def project(folder: Path, name: str = "acme") -> Path:
    return write(folder, {f"src/{name}/__init__.py": "", "pyproject.toml": NAMED.replace("acme", name)})


@pytest.fixture(autouse=True)
def no_other_python(mine: Mine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)


def test_a_project_that_needs_nothing(mine: Mine, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = project(mine.home / "acme")
    leave_install(mine.site, "acme", acme, acme / "src")
    monkeypatch.chdir(acme)
    assert mine.found(*checks.PROJECT_CHECKS) == []


@pytest.mark.parametrize("on_path", [True, False])
def test_a_home_as_a_project(mine: Mine, on_path: bool) -> None:
    """An error where the entry is not even on the path."""
    write(mine.home, {"acme/__init__.py": ""})
    leave_install(mine.site, "acme", mine.home, mine.home)
    write(mine.site, {"mine.pth": f"{mine.home}\n"})
    sys.path += [str(mine.home)] if on_path else []
    found = mine.found(checks.too_wide)
    assert [(f.severity, f.code) for f in found] == [("warning" if on_path else "error", "too-wide")] * 2
    assert [f.about for f in found] == ["acme", f"{mine.site}/mine.pth"]
    assert f"Its source folder is {mine.home}, which is a home" in found[0].cause and found[0].remedy == ""


def test_a_project_of_another_name(mine: Mine) -> None:
    acme = project(mine.home / "proj", "acme")
    leave_install(mine.site, "old_name", acme, acme / "src")
    found = mine.one(checks.renamed)
    assert (found.severity, found.code, found.about) == ("warning", "renamed", "old_name")
    assert f"{acme} now has the name acme" in found.cause and found.cause.endswith("To install it by its new name:")
    first, second = found.remedy.split("\n")
    assert first.endswith(" uninstall -y old_name") and second.endswith(f" install --no-deps -e {acme}")
    leave_install(mine.site, "acme", acme, acme / "src")
    found = mine.one(checks.renamed)
    assert found.cause.endswith("installed as acme too. To uninstall the old name:")
    assert found.remedy.endswith(" uninstall -y old_name") and "\n" not in found.remedy


@pytest.mark.parametrize("text", ["", "[tool.ruff]\n", '[project]\nname = "Acme.One"\n'])
def test_a_project_of_no_other_name(mine: Mine, text: str) -> None:
    acme = write(mine.home / "proj", {"src/acme/__init__.py": "", "pyproject.toml": text})
    leave_install(mine.site, "acme_one", acme, acme / "src")
    assert mine.found(checks.renamed) == []


def test_a_renamed_project_of_another_environment_is_left_alone(mine: Mine, tmp_path: Path) -> None:
    acme, lower = project(mine.home / "proj"), tmp_path / "lower/site-packages"
    lower.mkdir(parents=True)
    leave_install(lower, "old_name", acme, acme / "src")
    sys.path.append(str(lower))
    assert mine.found(checks.renamed) == []


def test_a_project_around_that_is_not_installed(mine: Mine, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = write(project(mine.home / "proj"), {"notebooks/a.txt": "", "src/other/__init__.py": ""})
    monkeypatch.chdir(acme / "notebooks")
    found = mine.one(*checks.PROJECT_CHECKS)
    assert (found.severity, found.code, found.about) == ("warning", "project-not-installed", str(acme))
    assert found.cause == "This project has `acme`, `other`, and it is not installed. To install it:"
    assert found.remedy.endswith(f" install -e {acme}")
    for number in range(5):
        write(acme, {f"src/p{number}/__init__.py": ""})
    assert "`p0`, `p1`, `p2` and 2 more, and" in mine.one(checks.not_installed).cause
    write(mine.site, {"other/__init__.py": "", "acme/notes.txt": ""})
    assert mine.one(checks.not_installed).code == "project-not-installed", "that is not what the project is named for"
    write(mine.site, {"acme/__init__.py": ""})
    assert mine.found(checks.not_installed) == []


def test_without_a_package_of_its_name_any_package_tells(mine: Mine, monkeypatch: pytest.MonkeyPatch) -> None:
    proj = write(mine.home / "proj", {"src/one/__init__.py": "", "src/two/__init__.py": "", "pyproject.toml": NAMED})
    monkeypatch.chdir(proj)
    assert mine.one(checks.not_installed).about == str(proj)
    write(mine.site, {"two/__init__.py": ""})
    assert mine.found(checks.not_installed) == []


def other_python(folder: Path, name: str, root: Path) -> Path:
    """Another environment, in which a project is installed; returns its folder."""
    site = folder / "lib/python3.11/site-packages"
    site.mkdir(parents=True)
    leave_install(site, name, root, root / "src")
    return folder


@pytest.mark.parametrize("how", [".venv", "venv", "VIRTUAL_ENV", "pip", "python3", "cluster"])
def test_a_project_that_is_installed_in_another_python(
    mine: Mine, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = project(mine.home / "acme")
    other = other_python(acme / how if how.endswith("venv") else tmp_path / "other", "acme", acme)
    if how.endswith("venv"):
        monkeypatch.chdir(acme)
    elif how == "VIRTUAL_ENV":
        monkeypatch.setenv("VIRTUAL_ENV", str(other))
    elif how == "cluster":
        monkeypatch.setattr(checks, "_CLUSTER_PYTHONS", (str(other),))
    else:
        write(other, {f"bin/{how}": ""})
        (other / "bin" / how).chmod(0o755)
        monkeypatch.setenv("PATH", str(other / "bin"))
    found = mine.one(*checks.PROJECT_CHECKS)
    assert (found.severity, found.code, found.about) == ("warning", "other-python", "acme")
    assert f"in another Python, {other}/bin/python, and not in this one, {sys.executable}." in found.cause
    assert found.remedy.endswith(f" install -e {acme}")
    leave_install(mine.site, "acme", acme, acme / "src")
    assert mine.found(checks.not_installed) == []


def test_what_other_pythons_have_that_is_nobodys_concern(
    mine: Mine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project elsewhere, one that is gone, one that can be imported, and one without packages."""
    other = tmp_path / "other"
    monkeypatch.setenv("VIRTUAL_ENV", str(other))
    elsewhere, there = project(tmp_path / "elsewhere", "elsewhere"), project(mine.home / "there", "there")
    other_python(other, "elsewhere", elsewhere)
    site = other / "lib/python3.11/site-packages"
    leave_install(site, "gone", mine.home / "gone", mine.home / "gone/src")
    leave_install(site, "there", there, there / "src")
    empty = write(mine.home / "empty", {"pyproject.toml": NAMED})
    leave_install(site, "empty", empty, empty)
    distribution(site, "library")
    write(mine.site, {"there/__init__.py": ""})
    assert mine.found(checks.not_installed) == []
    monkeypatch.chdir(elsewhere)
    assert mine.one(checks.not_installed).about == "elsewhere", "the working directory lies in it"


def test_a_project_in_two_other_pythons_is_told_once(
    mine: Mine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = project(mine.home / "acme")
    others = [other_python(tmp_path / name, "acme", acme) for name in ("one", "two")]
    monkeypatch.setattr(checks, "_CLUSTER_PYTHONS", tuple(map(str, others)))
    assert f"another Python, {others[0]}/bin/python," in mine.one(checks.not_installed).cause
