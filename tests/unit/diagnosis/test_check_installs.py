"""Each install by itself: what leads nowhere, what is not told twice, and what an install that works does not get."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from dbx_patch.diagnosis import check_installs
from dbx_patch.diagnosis.check_projects import too_wide
from support.failing import Failing
from support.installed import distribution
from support.solo import Solo
from support.workspaces import write


def test_an_install_that_works_has_no_finding(solo: Solo) -> None:
    solo.line("acme", solo.project / "src")
    for check in check_installs.INSTALL_CHECKS:
        assert solo.found(check) == [], check.__name__


def test_a_line_that_leads_nowhere(solo: Solo) -> None:
    """And that comes again with each install where the project names the folder itself."""
    pth = solo.line("acme", solo.project / "src", solo.project / "lib")
    [found] = solo.found(check_installs.path_lines)
    assert (found.severity, found.code, found.about) == ("error", "path-gone", str(pth))
    assert f"names {solo.project}/lib, which does not exist" in found.cause and "reinstall it:" in found.cause
    assert found.remedy.endswith(f"install --no-deps -e '{solo.project}'")
    for quote in "\"'":
        write(solo.project, {"pyproject.toml": f"[tool.setuptools.packages.find]\nwhere = [{quote}lib{quote}]\n"})
        [found] = solo.found(check_installs.path_lines)
        assert (found.severity, found.remedy) == ("note", "") and "pyproject.toml names that folder too" in found.cause


def test_a_line_of_nobodys_goes_and_one_of_a_wheels_goes_with_it(solo: Solo, tmp_path: Path) -> None:
    write(solo.site, {"mine.pth": f"{tmp_path}/gone\n"})
    [found] = solo.found(check_installs.path_lines)
    assert found.cause.endswith("To remove that line:") and found.remedy.startswith("sed -i ")
    distribution(solo.site, "owner", ["mine.pth"])
    [found] = solo.found(check_installs.path_lines)
    assert found.cause.endswith("To uninstall owner:") and found.remedy.endswith("uninstall -y owner")


def test_a_project_that_is_gone_is_told_once(solo: Solo, tmp_path: Path) -> None:
    solo.line("acme", tmp_path / "old/src", project=tmp_path / "old")
    assert solo.found(check_installs.path_lines) == []
    [found] = solo.found(check_installs.gone)
    assert (found.severity, found.code, found.about) == ("error", "project-gone", "acme")
    assert str(tmp_path / "old") in found.cause and found.cause.endswith("new location, or uninstall it:")
    assert found.remedy.endswith("uninstall -y acme")


def test_sources_that_a_finder_names_and_that_are_gone(solo: Solo) -> None:
    gone = {f"part{number}": f"{solo.project}/part{number}" for number in range(5)}
    solo.finder("acme", {"acme": f"{solo.project}/src/acme", **gone})
    [found] = solo.found(check_installs.gone)
    assert (found.severity, found.code, found.about) == ("error", "source-gone", "acme")
    assert f"part2 ({solo.project}/part2) and 2 more. Reinstall it:" in found.cause
    assert "acme (" not in found.cause and "part3" not in found.cause


def test_a_path_entry_without_a_module(solo: Solo) -> None:
    write(solo.project, {"lib/README": "", "lib/folder/notes.txt": ""})
    solo.line("acme", solo.project / "lib")
    [found] = solo.found(check_installs.path_lines)
    assert (found.severity, found.code, found.about) == ("warning", "nothing-offered", "acme")
    assert f"{solo.project}/lib contains no module" in found.cause and "-e" in found.remedy
    write(solo.project, {"lib/folder/code.py": ""})
    assert solo.found(check_installs.path_lines) == []


def test_what_is_too_wide_is_told_by_that_alone(solo: Solo) -> None:
    solo.line("acme", "/tmp")
    assert solo.found(check_installs.broken) == []
    [found] = solo.found(too_wide)
    assert (found.severity, found.code, found.about) == ("warning", "too-wide", "acme") and "/tmp" in found.cause


def test_a_start_up_file_of_an_unknown_kind(solo: Solo) -> None:
    """What it imports is there: on the disk, or in the interpreter itself."""
    solo.line("acme")
    write(solo.site, {"acme.pth": "import os, json\nimport sys; sys.path.append('/x')\n"})
    [found] = solo.found(check_installs.broken)
    assert (found.severity, found.code, found.about) == ("warning", "unknown-kind", "acme")
    assert "imports os, sys. It is damaged, or of an unknown kind. Reinstall it:" in found.cause


def test_a_finder_and_a_start_up_file_that_are_missing(solo: Solo) -> None:
    solo.line("acme")
    write(solo.site, {"acme.pth": "import _no_such_finder; _no_such_finder.install()\n"})
    [found] = solo.found(check_installs.broken)
    assert (found.severity, found.code) == ("error", "finder-gone") and "imports _no_such_finder" in found.cause
    (solo.site / "acme.pth").unlink()
    [found] = solo.found(check_installs.broken)
    assert (found.severity, found.code) == ("error", "pth-gone") and "Its file acme.pth" in found.cause


def test_a_finder_of_a_library_that_is_not_there(solo: Solo) -> None:
    distribution(solo.site, "acme", ["acme.pth"], project=solo.project)
    code = f"from editables.redirector import F\nF.map_module('acme', '{solo.project}/src/acme/__init__.py')\n"
    write(solo.site, {"acme.pth": "import _impl\n", "_impl.py": code})
    [found] = solo.found(check_installs.editables_missing)
    assert (found.severity, found.about) == ("error", "acme") and found.remedy.endswith("install editables")
    write(solo.site, {"editables/__init__.py": ""})
    assert solo.found(check_installs.editables_missing) == []


def test_notebooks_and_comments_that_look_like_one(solo: Solo, tmp_path: Path) -> None:
    header = "# Databricks notebook source\n"
    project = write(tmp_path / "Workspace/Users/me@x.com/p", {"one/__init__.py": "", "one/nb.py": header})
    write(project, {"one/sub/__init__.py": "# a comment\n", "one/plain.py": "# a comment\n"})
    write(solo.project, {"src/acme/nb.py": header})
    solo.line("one", project, project=project)
    solo.line("acme", solo.project / "src")
    found = {finding.about: finding for finding in solo.found(check_installs.notebooks)}
    told = {about: (finding.severity, finding.code) for about, finding in found.items()}
    assert told == {
        f"{project}/one/nb.py": ("warning", "notebook"),
        f"{solo.project}/src/acme/nb.py": ("note", "notebook"),
        "one": ("note", "leading-comment"),
    }
    assert "refuses to import it" in found[f"{project}/one/nb.py"].cause
    assert found["one"].cause.endswith(f": {project}/one/sub/__init__.py")


def test_a_site_folder_that_cannot_be_read(solo: Solo, monkeypatch: pytest.MonkeyPatch) -> None:
    Failing(monkeypatch, solo.site, errno.EIO)
    [found] = solo.found(check_installs.unreadable_folders)
    assert (found.severity, found.about) == ("warning", str(solo.site)) and "Input/output error" in found.cause
    assert found.remedy == f"ls -ld {solo.site}"
