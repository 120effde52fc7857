"""What `verify` finds of names: who is in front of an install, who provides one twice, what is loaded already."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from dbx_patch.diagnosis import check_names as checks
from dbx_patch.diagnosis.remedies import RESTART
from support.checked import Mine
from support.installed import distribution, leave_install
from support.workspaces import write


def install(mine: Mine, name: str, *packages: str, site: Path | None = None) -> Path:
    """A project with these packages, installed by a path line; returns the project."""
    project = write(mine.home / name, {f"src/{package}/__init__.py": "" for package in packages or (name,)})
    leave_install(site or mine.site, name, project, project / "src")
    sys.path.append(str(project / "src"))
    return project


def test_names_that_nobody_else_has(mine: Mine) -> None:
    install(mine, "acme")
    assert mine.found(*checks.NAME_CHECKS) == []


def test_a_distribution_in_front(mine: Mine) -> None:
    """One finding for all its names, with a remedy that takes the distribution away."""
    install(mine, "acme", "acme_one", "acme_two", "acme_three")
    files = ["acme_one/__init__.py", "acme_two.py"]
    write(mine.site, dict.fromkeys(files, ""))
    distribution(mine.site, "rival", files[:1])
    first, second = sorted(mine.found(checks.shadowed), key=lambda finding: finding.cause)
    assert (first.severity, first.code, first.about) == ("error", "shadowed", "acme")
    said = f"`import acme_one` gets {mine.site}/acme_one/__init__.py, part of the installed distribution rival 1.0"
    assert first.cause == f"{said}, which comes before this install on sys.path. To use the editable one:"
    assert first.remedy.endswith(" uninstall -y rival")
    assert second.cause.startswith(f"`import acme_two` gets {mine.site}/acme_two.py, which comes before")
    assert second.cause.endswith("rename the other, or take its folder off sys.path.") and second.remedy == ""


def test_several_names_of_one_rival(mine: Mine, tmp_path: Path) -> None:
    install(mine, "acme", "acme_one", "acme_two")
    sys.path.insert(0, str(write(tmp_path / "entry", {"acme_one.py": "", "acme_two.py": ""})))
    assert {finding.cause[:19] for finding in mine.found(checks.shadowed)} == {
        "`import acme_one` g",
        "`import acme_two` g",
    }
    install(mine, "builtins_of", "sys", "time")
    [found] = [finding for finding in mine.found(checks.shadowed) if finding.about == "builtins_of"]
    assert found.cause.startswith("`import sys` gets the interpreter itself, which comes before")
    assert " The same goes for time." in found.cause and "rename the package" in found.cause and found.remedy == ""


def test_the_standard_library_in_front(mine: Mine) -> None:
    install(mine, "acme", "colorsys")
    found = mine.one(checks.shadowed)
    assert found.cause.startswith("`import colorsys` gets the standard library (")
    assert "Nothing can come before that: rename the package" in found.cause


def test_a_distribution_that_pip_cannot_remove_from_here(mine: Mine, tmp_path: Path) -> None:
    lower = write(tmp_path / "lower/site-packages", {"acme/__init__.py": ""})
    distribution(lower, "rival", ["acme/__init__.py"])
    sys.path.append(str(lower))
    install(mine, "acme")
    found = mine.one(checks.shadowed)
    assert found.cause.endswith(" pip cannot remove that from here.") and found.remedy == ""


def test_a_file_beside_a_projects_packages_is_a_note(mine: Mine) -> None:
    """And what no project means to provide is nothing."""
    project = write(mine.home / "flat", {"flat/__init__.py": "", "helper.py": "", "tasks.py": ""})
    write(mine.site, {"helper.py": "", "tasks.py": ""})
    leave_install(mine.site, "flat", project, project)
    sys.path.append(str(project))
    found = mine.one(checks.shadowed)
    assert found.severity == "note" and "`import helper`" in found.cause


def test_a_bare_folder_in_front_is_no_rival(mine: Mine, tmp_path: Path) -> None:
    install(mine, "acme")
    sys.path.insert(0, str(write(tmp_path / "entry", {"acme/notes.txt": ""})))
    assert mine.found(checks.shadowed) == []


def test_a_name_in_an_archive_is_a_rival(mine: Mine, tmp_path: Path) -> None:
    import zipfile

    install(mine, "acme")
    with zipfile.ZipFile(tmp_path / "some.zip", "w") as archive:
        archive.writestr("acme.py", "")
    sys.path.insert(0, str(tmp_path / "some.zip"))
    assert f"gets {tmp_path}/some.zip/acme.py" in mine.one(checks.shadowed).cause


def test_two_installs_that_provide_a_name(mine: Mine) -> None:
    install(mine, "one", "shared", "tests")
    install(mine, "two", "shared", "tests")
    found = mine.one(*checks.NAME_CHECKS)
    assert (found.severity, found.code, found.about) == ("warning", "provided-twice", "shared")
    listed = "; ".join(f"{name} has {mine.home}/{name}/src/shared/__init__.py" for name in ("one", "two"))
    assert found.cause == (
        f"2 editable installs provide `shared`: {listed}. Which one is imported depends on their order."
        " To keep the first:"
    )
    assert found.remedy.endswith(" uninstall -y two") and "\n" not in found.remedy


def test_parts_of_one_namespace_and_one_folder_twice_are_as_they_should_be(mine: Mine) -> None:
    for name in ("one", "two"):
        project = write(mine.home / name, {f"src/space/{name}/__init__.py": ""})
        leave_install(mine.site, name, project, project / "src")
    same = write(mine.home / "same", {"src/same/__init__.py": ""})
    leave_install(mine.site, "same", same, same / "src")
    write(mine.site, {"by_hand.pth": f"{same}/src\n"})
    assert mine.found(checks.provided_twice) == []


def test_installs_of_two_environments(mine: Mine, tmp_path: Path) -> None:
    lower = tmp_path / "lower/site-packages"
    lower.mkdir(parents=True)
    install(mine, "one", "shared")
    install(mine, "two", "shared", site=lower)
    sys.path.append(str(lower))
    found = mine.one(checks.provided_twice)
    assert (found.severity, found.remedy) == ("note", "") and "the upper one wins" in found.cause


@pytest.mark.parametrize("where", ["elsewhere", "here", "nowhere"])
def test_what_this_process_has_loaded(mine: Mine, tmp_path: Path, where: str) -> None:
    project = install(mine, "acme")
    files = {"elsewhere": f"{tmp_path}/old/acme/__init__.py", "here": f"{project}/src/acme/__init__.py"}
    module = sys.modules["acme"] = ModuleType("acme")
    module.__file__ = files.get(where)
    found = mine.found(checks.loaded_elsewhere)
    if where == "elsewhere":
        [finding] = found
        assert (finding.code, finding.about) == ("loaded-elsewhere", "acme") and RESTART in finding.remedy
        assert f"has already loaded `acme` from {files[where]}." in finding.cause
    else:
        assert found == []


def test_a_test_folder_that_is_loaded_from_elsewhere_is_nothing(mine: Mine) -> None:
    install(mine, "acme", "acme", "tests")
    sys.modules["tests"] = ModuleType("tests")
    sys.modules["tests"].__file__ = "/elsewhere/tests/__init__.py"
    assert mine.found(checks.loaded_elsewhere) == []
