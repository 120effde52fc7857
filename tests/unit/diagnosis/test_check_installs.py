"""What `verify` finds of each install by itself: what is gone, damaged or copied, and what is a notebook."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from dbx_patch.diagnosis import check_installs as checks
from dbx_patch.diagnosis.check_projects import too_wide
from support.checked import Mine
from support.installed import distribution, leave_install
from support.workspaces import write


@pytest.fixture
def acme(mine: Mine) -> Path:
    """A project with one package, installed by a path line."""
    project = write(mine.home / "acme", {"src/acme/__init__.py": "", "pyproject.toml": '[project]\nname = "acme"\n'})
    leave_install(mine.site, "acme", project, project / "src")
    sys.path.append(str(project / "src"))
    return project


def test_a_sound_install_has_no_finding(mine: Mine, acme: Path) -> None:
    assert mine.found(*checks.INSTALL_CHECKS) == []


def test_a_site_folder_that_cannot_be_read(mine: Mine, acme: Path, tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    sys.path.append(f"{loop}/site-packages")
    [found] = mine.found(*checks.INSTALL_CHECKS)
    assert (found.code, found.about) == ("unreadable-site-folder", f"{loop}/site-packages")
    assert "levels of symbolic links" in found.cause and found.remedy == f"ls -ld {loop}/site-packages"


def test_a_project_that_is_gone_is_reported_once(mine: Mine, acme: Path) -> None:
    """And not for its path line again."""
    shutil.rmtree(acme)
    [found] = mine.found(*checks.INSTALL_CHECKS)
    assert (found.severity, found.code, found.about) == ("error", "project-gone", "acme")
    assert str(acme) in found.cause and "uninstall it" in found.cause and found.remedy.endswith("uninstall -y acme")


def test_a_project_that_was_renamed_is_installed_from_there(mine: Mine, acme: Path) -> None:
    acme.rename(mine.home / "new name")
    found = mine.one(checks.gone)
    assert f"is in {mine.home}/new name. To install it" in found.cause
    assert found.remedy.endswith(f"install --no-deps -e '{mine.home}/new name'")


def test_path_lines_that_lead_nowhere(mine: Mine, acme: Path) -> None:
    """An install's own is mended by installing it again; a line of nobody's goes; a distribution's, with that."""
    lines = f"{acme}/src\n{acme}/lib\n{acme}/empty\n"
    (acme / "empty").mkdir()
    write(mine.site, {"_acme.pth": lines, "mine.pth": "/no/such/folder\n", "other.pth": "/no/other/folder\n"})
    distribution(mine.site, "other", ["other.pth"])
    found = {finding.about: finding for finding in mine.found(checks.path_lines)}
    own = found[f"{mine.site}/_acme.pth"]
    assert own.severity == "error" and f"{acme}/lib, which does not exist" in own.cause
    assert own.remedy.endswith(f"install --no-deps -e {acme}")
    assert found[f"{mine.site}/mine.pth"].remedy.startswith("sed -i ")
    assert "To remove that line" in found[f"{mine.site}/mine.pth"].cause
    assert found[f"{mine.site}/other.pth"].remedy.endswith("uninstall -y other")
    assert f"{acme}/empty contains no module" in found["acme"].cause and found["acme"].code == "nothing-offered"
    assert len(found) == 4


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_folder_that_the_project_asks_for_is_a_note(mine: Mine, acme: Path, quote: str) -> None:
    """Installing it again would bring the same line."""
    write(mine.site, {"_acme.pth": f"{acme}/src\n{acme}/lib\n"})
    with open(acme / "pyproject.toml", "a", encoding="utf-8") as config:
        config.write(f"[tool.setuptools.packages.find]\nwhere = ['src', {quote}lib{quote}]\n")
    found = mine.one(checks.path_lines)
    assert (found.severity, found.remedy) == ("note", "") and "pyproject.toml names that folder too" in found.cause


def test_a_line_of_another_environment_is_left_alone(mine: Mine, tmp_path: Path) -> None:
    lower = write(tmp_path / "lower/site-packages", {"mine.pth": "/no/such/folder\n"})
    sys.path.append(str(lower))
    found = mine.one(checks.path_lines)
    assert found.remedy == "" and found.cause.endswith(checks.ELSEWHERE)


def test_a_pth_that_is_too_large(mine: Mine) -> None:
    write(mine.site, {"large.pth": "#" * (checks.pth_files.MAX_PTH_BYTES + 1)})
    found = mine.one(checks.path_lines)
    assert (found.code, found.remedy) == ("unreadable-pth", f"ls -l {mine.site}/large.pth")


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        (None, "pth-gone", "_acme.pth, listed in RECORD, is missing"),
        ("import gone_finder; gone_finder.install()\n", "finder-gone", "imports gone_finder, which is missing"),
        ("import os; os.getcwd()\n", "unknown-kind", "imports os. It is damaged"),
        ("# nothing\n", "unknown-kind", "imports nothing. It is damaged"),
    ],
)
def test_an_install_that_nothing_leads_to(mine: Mine, acme: Path, line: str | None, code: str, said: str) -> None:
    (mine.site / "_acme.pth").unlink() if line is None else (mine.site / "_acme.pth").write_text(line)
    found = mine.one(checks.broken)
    assert (found.code, found.about) == (code, "acme") and said in found.cause
    assert found.severity == ("warning" if code == "unknown-kind" else "error")
    assert found.remedy.endswith(f"install --no-deps -e {acme}")


def test_an_install_that_leads_to_a_home_is_not_called_damaged(mine: Mine, acme: Path) -> None:
    write(mine.site, {"_acme.pth": f"{mine.home}\n"})
    assert mine.found(checks.broken) == [] and mine.one(too_wide).about == "acme"


def test_sources_of_a_finder_that_are_gone(mine: Mine, acme: Path) -> None:
    finder = (
        f"\nMAPPING = {{'acme': {str(acme / 'acme')!r}, 'acme_two': {str(acme / 'src/acme')!r}}}\nNAMESPACES = {{}}\n"
    )
    write(mine.site, {"__editable___acme_finder.py": finder})
    write(mine.site, {"_acme.pth": "import __editable___acme_finder; __editable___acme_finder.install()\n"})
    found = mine.one(checks.gone)
    assert found.code == "source-gone" and f": acme ({acme}/acme). Reinstall it:" in found.cause
    assert found.remedy.endswith(f"install --no-deps -e {acme}")


def test_files_that_were_copied(mine: Mine, acme: Path) -> None:
    (mine.site / "_acme.pth").unlink()
    leave_install(mine.site, "acme", acme, None)
    write(mine.site, {"acme/__init__.py": ""})
    found = mine.one(checks.copied)
    assert found.code == "copied" and found.remedy.endswith(f"install --no-deps --force-reinstall {acme}")
    shutil.rmtree(acme)
    assert mine.found(checks.copied) == []


def test_the_library_that_a_finder_needs(mine: Mine, acme: Path) -> None:
    implementation = (
        "from editables.redirector import RedirectingFinder as F\n"
        f"F.install()\nF.map_module('acme', {str(acme / 'src/acme/__init__.py')!r})\n"
    )
    write(mine.site, {"_acme.pth": "import _editable_impl_acme\n", "_editable_impl_acme.py": implementation})
    found = mine.one(checks.editables_missing)
    assert (found.severity, found.code) == ("error", "editables-missing")
    assert found.remedy.endswith("install editables")
    write(mine.site, {"editables/__init__.py": ""})
    assert mine.found(checks.editables_missing) == []


def test_notebooks_and_leading_comments(mine: Mine, acme: Path, tmp_path: Path) -> None:
    header = "# Databricks notebook source\n"
    files = {f"src/acme/part{n}/__init__.py": "# ours\n" for n in range(5)}
    write(acme, {**files, "src/acme/etl.py": header, "src/acme/plain.py": "# a remark\n"})
    notebook, comment = mine.found(checks.notebooks)
    assert (notebook.severity, notebook.code, notebook.about) == ("warning", "notebook", f"{acme}/src/acme/etl.py")
    assert "refuses to import it" in notebook.cause
    assert (comment.severity, comment.code, comment.about) == ("note", "leading-comment", "acme")
    assert comment.cause.endswith("part2/__init__.py and 2 more") and "plain.py" not in comment.cause
    elsewhere = write(tmp_path / "elsewhere", {"src/acme/__init__.py": header})
    leave_install(mine.site, "acme", elsewhere, elsewhere / "src")
    found = mine.one(checks.notebooks)
    assert found.severity == "note" and "would refuse" in found.cause
