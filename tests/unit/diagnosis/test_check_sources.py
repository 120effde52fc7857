"""What `verify` finds of an install's sources: requirements that are not there, and folders without `__init__.py`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dbx_patch.diagnosis import check_sources as checks
from support.checked import Mine
from support.installed import distribution, leave_install
from support.workspaces import write


def requiring(mine: Mine, *lines: str) -> Path:
    """An install that requires this; returns its project."""
    project = write(mine.home / "acme", {"src/acme/__init__.py": ""})
    metadata = "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n" + "".join(f"Requires-Dist: {x}\n" for x in lines)
    write(mine.site, {"_acme.pth": f"{project}/src\n"})
    distribution(mine.site, "acme", ["_acme.pth"], project=project, texts={"METADATA": metadata})
    sys.path.append(str(project / "src"))
    return project


def test_requirements_that_are_missing(mine: Mine, tmp_path: Path) -> None:
    """Not those that any entry has, under whatever spelling, nor a package that belongs to no distribution."""
    requiring(mine, "Gone.One>=2", "there-it-is", "in_lower", "py-spark")
    distribution(mine.site, "There_It.Is")
    lower = tmp_path / "lower/site-packages"
    distribution(lower, "in_lower")
    write(lower, {"py_spark/__init__.py": ""})
    sys.path[:0] = ["", str(lower)]
    found = mine.one(*checks.SOURCE_CHECKS)
    assert (found.severity, found.code, found.about) == ("warning", "requirement-missing", "acme")
    assert found.cause == "It requires Gone.One>=2, which this environment does not have. To install that:"
    assert found.remedy.endswith(" install 'Gone.One>=2'")
    distribution(mine.site, "gone_one")
    assert mine.found(*checks.SOURCE_CHECKS) == []


@pytest.mark.parametrize("number", [5, 7])
def test_many_requirements_are_shortened_and_installed_all(mine: Mine, number: int) -> None:
    names = [f"gone{n}" for n in range(number)]
    requiring(mine, *names)
    found = mine.one(checks.missing_requirements)
    more = f" and {number - 5} more" if number > 5 else ""
    assert f"requires {', '.join(names[:5])}{more}, which" in found.cause
    assert found.remedy.endswith(" install " + " ".join(names))


def test_folders_without_init(mine: Mine) -> None:
    """In packages and beside them; without modules, with a usual other purpose or with no module's name, none."""
    project = requiring(mine)
    told = ("acme/deep/parts", "acme/one", "acme/two", "helpers")
    files = {f"src/{folder}/m.py": "" for folder in told}
    others = ("acme/templates", "acme/tests", "acme/no-name", "acme/__pycache__")
    files.update({f"src/{folder}/m.py": "" for folder in others})
    write(project, {**files, "src/acme/deep/__init__.py": "", "src/acme/rows/a.csv": "", "scripts/run.py": ""})
    found = mine.one(checks.no_init)
    assert (found.severity, found.code, found.about, found.remedy) == ("note", "no-init", "acme", "")
    said = found.cause.partition("around them: ")[2].partition(". Some build")[0]
    assert said == f"{project}/src/acme/one, {project}/src/acme/two, {project}/src/helpers and 1 more"
    write(project, {"src/helpers/__init__.py": ""})
    assert mine.one(checks.no_init).cause.partition(". Some build")[0].endswith(f"{project}/src/acme/deep/parts")
    write(project, {f"src/{folder}/__init__.py": "" for folder in told})
    assert mine.found(checks.no_init) == []


def test_what_lies_beside_a_flat_projects_package_is_no_package(mine: Mine) -> None:
    """Its own folder has whatever it likes; below the package it counts. A namespace and a module have no inside."""
    project = write(mine.home / "flat", {"flat/__init__.py": "", "helpers/run.py": "", "single.py": ""})
    leave_install(mine.site, "flat", project, project)
    assert mine.found(checks.no_init) == []
    write(project, {"flat/parts/m.py": ""})
    assert f": {project}/flat/parts. Some" in mine.one(checks.no_init).cause


def test_only_so_many_folders_are_listed(mine: Mine) -> None:
    project = requiring(mine)
    write(project, {f"src/acme/p{n:02}/__init__.py": "" for n in range(19)})
    write(project, {"src/acme/p90/m.py": "", "src/acme/p91/m.py": ""})
    found = mine.one(checks.no_init)
    assert f": {project}/src/acme/p90. Some" in found.cause
    write(project, {"src/acme/p20/__init__.py": ""})
    assert mine.found(checks.no_init) == [], "twenty looks are spent by then"
