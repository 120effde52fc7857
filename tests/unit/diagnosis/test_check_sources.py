"""What an install requires and lacks, and the folders of its packages that a wheel may leave out; within bounds."""

from __future__ import annotations

import sys

from dbx_patch.diagnosis.check_sources import missing_requirements, no_init
from support.installed import distribution
from support.solo import Solo
from support.workspaces import write


def requires(solo: Solo, *lines: str) -> None:
    text = "Metadata-Version: 2.1\nName: acme\n" + "".join(f"Requires-Dist: {line}\n" for line in lines)
    distribution(solo.site, "acme", ["acme.pth"], project=solo.project, texts={"METADATA": text})


def test_requirements_that_are_missing(solo: Solo) -> None:
    """One is there under its distribution's name, whatever it is imported as, or as a mere folder on `sys.path`."""
    solo.line("acme", solo.project / "src")
    sys.path.append("")
    requires(solo, "PyYAML>=6", "by-folder", "none>=2")
    distribution(solo.site, "pyyaml")
    write(solo.site, {"by_folder/__init__.py": ""})
    [found] = solo.found(missing_requirements)
    assert (found.severity, found.code, found.about) == ("warning", "requirement-missing", "acme")
    assert found.cause == "It requires none>=2, which this environment does not have. To install that:"
    assert found.remedy.endswith("install 'none>=2'")
    requires(solo, "PyYAML>=6")
    assert solo.found(missing_requirements) == []


def test_of_many_missing_requirements_five_are_named(solo: Solo) -> None:
    solo.line("acme", solo.project / "src")
    requires(solo, *(f"none{number}" for number in range(7)))
    [found] = solo.found(missing_requirements)
    assert "none0, none1, none2, none3, none4 and 2 more, which" in found.cause
    assert found.remedy.endswith("install none0 none1 none2 none3 none4 none5 none6")


def test_folders_of_modules_without_an_init(solo: Solo) -> None:
    """Neither what has no modules, nor what a wheel would not bring anyhow."""
    solo.line("acme", solo.project / "src")
    package = "src/acme"
    write(solo.project, {f"{package}/{name}/one.py": "" for name in ("bare", "tests", "templates", "no-name")})
    write(solo.project, {f"{package}/assets/rows.csv": "", f"{package}/sub/__init__.py": "", "scripts/run.py": ""})
    write(solo.project, {f"{package}/sub/deeper/two.py": "", "src/beside/three.py": ""})
    [found] = solo.found(no_init)
    assert (found.severity, found.code, found.about, found.remedy) == ("note", "no-init", "acme", "")
    folders = ", ".join(f"{solo.project}/src/{name}" for name in ("acme/bare", "beside", "acme/sub/deeper"))
    assert f"unlike the packages around them: {folders}. Some build backends" in found.cause


def test_of_many_such_folders_three_are_named(solo: Solo) -> None:
    solo.line("acme", solo.project / "src")
    write(solo.project, {f"src/acme/bare{number}/one.py": "" for number in range(3)})
    assert f"{solo.project}/src/acme/bare2. Some" in solo.found(no_init)[0].cause
    write(solo.project, {"src/acme/bare3/one.py": ""})
    assert f"{solo.project}/src/acme/bare2 and 1 more. Some" in solo.found(no_init)[0].cause


def test_a_project_of_single_modules_has_no_packages_to_compare_with(solo: Solo) -> None:
    write(solo.project, {"lib/single.py": "", "lib/helpers/one.py": ""})
    solo.line("acme", solo.project / "lib")
    assert solo.found(no_init) == []


def test_twenty_folders_are_looked_at(solo: Solo) -> None:
    """What is told is a note, and each look can be a remote call."""
    solo.line("acme", solo.project / "src")
    write(solo.project, {f"src/acme/p{number:02}/__init__.py": "" for number in range(19)})
    write(solo.project, {"src/acme/q/one.py": ""})
    [found] = solo.found(no_init)
    assert f"{solo.project}/src/acme/q" in found.cause
    write(solo.project, {"src/acme/p19/__init__.py": ""})
    assert solo.found(no_init) == []
