"""What a project's folder says: whether pip could install it, what it is called, where it has gone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dbx_patch.diagnosis import projects
from dbx_patch.diagnosis.disk import Disk
from dbx_patch.diagnosis.search import Search
from support.solo import Solo
from support.workspaces import write

NAMED = '[project]\nname = "{}"\n'


@pytest.mark.parametrize(
    "files, is_one",
    [
        ({"pyproject.toml": "[project]\n"}, True),
        ({"pyproject.toml": "# [project]\n[tool.ruff]\n"}, False),
        ({"setup.cfg": "[metadata]\nname = x\n"}, True),
        ({"setup.cfg": "[flake8]\n"}, False),
        ({"setup.py": ""}, True),
        ({"README": "[project]\n"}, False),
        ({}, False),
    ],
)
def test_a_project_that_pip_could_install(tmp_path: Path, files: dict[str, str], is_one: bool) -> None:
    assert projects.is_project(str(write(tmp_path, files)), Disk()) is is_one


@pytest.mark.parametrize(
    "files, name",
    [
        ({"pyproject.toml": NAMED.format("acme-x")}, "acme-x"),
        ({"pyproject.toml": '[tool.x]\nname = "no"\n[tool.poetry]\nname = "yes"  # a remark\n'}, "yes"),
        ({"setup.cfg": "[metadata]\nname = acme.cfg\n"}, "acme.cfg"),
        ({"pyproject.toml": '[project]\ndynamic = ["name"]\n'}, ""),
        ({}, ""),
    ],
)
def test_the_name_that_a_project_gives_itself(tmp_path: Path, files: dict[str, str], name: str) -> None:
    assert projects.name_of(str(write(tmp_path, files))) == name


def test_the_packages_of_a_project(tmp_path: Path) -> None:
    write(tmp_path, {"b/__init__.py": "", "a/__init__.py": "", "tests/__init__.py": "", "bare/x.py": ""})
    assert projects.packages_of(str(tmp_path), Disk()) == ["a", "b"]
    write(tmp_path, {"src/c/__init__.py": ""})
    assert projects.packages_of(str(tmp_path), Disk()) == ["c"]
    write(tmp_path, {"src/__init__.py": ""})
    assert projects.packages_of(str(tmp_path), Disk()) == ["a", "b", "src"]


def test_the_projects_around(solo: Solo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the working directory, the nearest one; and those of notebooks, whose folders are on ``sys.path``."""
    for folder in ("outer", "outer/inner", "Workspace/Users/me@x.com/repo", "elsewhere"):
        write(tmp_path / folder, {"setup.py": "", "sub/deep/notes.txt": ""})
    notebook = tmp_path / "Workspace/Users/me@x.com/repo/sub/deep"
    monkeypatch.chdir(tmp_path / "outer/inner/sub")
    sys.path += [str(tmp_path / "elsewhere"), str(notebook), 3]  # type: ignore[list-item]
    assert projects.around(Search()) == [str(tmp_path / "outer/inner"), str(notebook.parents[1])]
    monkeypatch.chdir("/")  # the temporary folders may be in a project
    assert projects.around(Search()) == [str(notebook.parents[1])]


def test_where_a_project_has_gone(solo: Solo, tmp_path: Path) -> None:
    """Its own folder was renamed, or one above it; another project beside it is not it, and two are one too many."""
    write(tmp_path / "team/new/part", {"pyproject.toml": NAMED.format("Acme_X"), "a": ""})
    write(tmp_path / "team/other/part", {"pyproject.toml": NAMED.format("other")})
    for gone, name in (("team/old/part", "acme-x"), ("team/new/former", "acme-x")):
        assert projects.moved_to(str(tmp_path / gone), name, Search()) == str(tmp_path / "team/new/part"), gone
    assert projects.moved_to(str(tmp_path / "team/old/part"), "nobody", Search()) == ""
    assert projects.moved_to("/no-such-folder/of/anybody", "acme-x", Search()) == ""
    write(tmp_path / "team/third/part", {"pyproject.toml": NAMED.format("acme-x")})
    assert projects.moved_to(str(tmp_path / "team/old/part"), "acme-x", Search()) == ""


def test_of_many_folders_beside_it_forty_are_looked_at(solo: Solo, tmp_path: Path) -> None:
    for number in range(39):
        (tmp_path / f"team/a{number:02}").mkdir(parents=True)
    write(tmp_path / "team/moved", {"pyproject.toml": NAMED.format("acme")})
    assert projects.moved_to(str(tmp_path / "team/old"), "acme", Search()) == str(tmp_path / "team/moved")
    (tmp_path / "team/a39").mkdir()
    assert projects.moved_to(str(tmp_path / "team/old"), "acme", Search()) == ""


def test_lines_that_lead_to_a_folder_of_many_projects(solo: Solo, tmp_path: Path) -> None:
    pth = solo.site / "mine.pth"
    everybody = tmp_path / "Workspace/Users"
    write(everybody, {"me@x.com/notes.txt": ""})
    lines = [everybody, solo.project, solo.site, "/home/no-such-user-of-this-machine", "# a remark"]
    pth.write_text("".join(f"{line}\n" for line in lines))
    assert projects.wide_lines(str(pth), True, Search()) == [str(everybody)]
    assert projects.wide_lines(str(pth), False, Search()) == [], "it may chain a folder without modules"
    write(everybody, {"helper.py": ""})
    assert projects.wide_lines(str(pth), False, Search()) == [str(everybody)]
    assert projects.wide_lines(os.path.join(solo.site, "none.pth"), True, Search()) == []
