"""What a project's folder says of the project: its name, its packages, and where it is now if it has moved."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dbx_patch.diagnosis import projects
from dbx_patch.diagnosis.disk import Disk
from support.checked import Mine
from support.workspaces import write

NAMED = '[project]\nname = "acme"\n'


@pytest.mark.parametrize(
    ("file", "text", "is_one"),
    [
        ("pyproject.toml", "[project]\n", True),
        ("pyproject.toml", "  [tool.poetry]\r\n", True),
        ("pyproject.toml", "[build-system]\n", True),
        ("pyproject.toml", "[tool.ruff]\n[metadata]\n", False),
        ("setup.cfg", "[metadata]\n", True),
        ("setup.cfg", "[options]\n", True),
        ("setup.cfg", "[flake8]\n[project]\n", False),
        ("setup.py", "", True),
        ("README.md", "[project]\n", False),
    ],
)
def test_what_pip_could_install(tmp_path: Path, file: str, text: str, is_one: bool) -> None:
    write(tmp_path, {file: text, "src/acme/__init__.py": ""})
    assert projects.is_project(str(tmp_path), Disk()) is is_one
    assert not projects.is_project(str(tmp_path / "gone"), Disk())


@pytest.mark.parametrize(
    ("files", "name"),
    [
        (
            {"pyproject.toml": '[build-system]\nname = "not"\n[project]\nversion = "1"\nname = "a-b.c"  # ours\n'},
            "a-b.c",
        ),
        ({"pyproject.toml": "[tool.poetry]\nname='acme'\n"}, "acme"),
        ({"pyproject.toml": "[tool.ruff]\n", "setup.cfg": "[metadata]\nname = acme\n"}, "acme"),
        ({"pyproject.toml": '[project]\nname = "one"\n', "setup.cfg": "[metadata]\nname = two\n"}, "one"),
        ({"pyproject.toml": '[project]\n[tool.x]\nname = "x"\n'}, ""),
        ({"pyproject.toml": '[project]\nname = "two words"\n'}, ""),
        ({}, ""),
    ],
)
def test_the_name_that_a_project_gives_itself(tmp_path: Path, files: dict[str, str], name: str) -> None:
    assert projects.name_of(str(write(tmp_path, files))) == name


def test_packages_lie_in_src_or_at_the_top(tmp_path: Path) -> None:
    flat = write(tmp_path / "flat", dict.fromkeys(("b/__init__.py", "a/__init__.py", "tests/__init__.py"), ""))
    write(flat, {"bare/x.py": "", "no-name/__init__.py": "", "module.py": ""})
    assert projects.packages_of(str(flat), Disk()) == ["a", "b"]
    write(flat, {"src/__init__.py": ""})
    assert projects.packages_of(str(flat), Disk()) == ["a", "b", "src"], "a package of that name"
    (flat / "src/__init__.py").unlink()
    assert projects.packages_of(str(flat), Disk()) == [], "src is where they would lie"
    write(flat, {"src/c/__init__.py": ""})
    assert projects.packages_of(str(flat), Disk()) == ["c"]
    assert projects.packages_of(str(tmp_path / "gone"), Disk()) == []


def test_projects_around_the_working_directory_and_the_notebook(
    mine: Mine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nearest above each, and none that a home is in; other entries of the path say nothing."""
    files = {"pyproject.toml": NAMED, "notebooks/deep/a.txt": "", "inner/pyproject.toml": NAMED, "inner/b/c.txt": ""}
    outer, elsewhere = write(mine.home / "outer", files), write(tmp_path / "elsewhere", files)
    write(mine.home, {"pyproject.toml": NAMED})
    monkeypatch.chdir(outer / "inner/b")
    assert projects.around(mine.search()) == [f"{outer}/inner"]
    sys.path += [f"{outer}/notebooks/deep", f"{outer}/notebooks/", f"{elsewhere}/notebooks", None]  # type: ignore[list-item]
    assert projects.around(mine.search()) == [f"{outer}/inner", str(outer)]
    monkeypatch.chdir(mine.home)
    assert projects.around(mine.search()) == [str(outer)]
    monkeypatch.chdir("/")
    assert projects.around(mine.search()) == [str(outer)]


def test_a_working_directory_that_is_gone(mine: Mine, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = mine.home / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert projects.around(mine.search()) == []


def moved(mine: Mine, name: str = "acme", old: str = "repo/libs/acme") -> str:
    return projects.moved_to(str(mine.home / old), name, mine.search())


@pytest.mark.parametrize("old", ["acme", "repo/acme", "repo/libs/acme"])
def test_a_project_whose_folder_or_one_above_was_renamed(mine: Mine, old: str) -> None:
    first, _, rest = old.partition("/")
    now = str(mine.home / f"{first} of the team" / rest).rstrip("/")
    assert moved(mine, old=old) == ""
    write(mine.home, {"notes.txt": "", f".{first}/{rest}/pyproject.toml": NAMED, "other/setup.py": ""})
    assert moved(mine, old=old) == "", "hidden, or with no name"
    write(Path(now), {"pyproject.toml": NAMED})
    assert moved(mine, old=old) == now == moved(mine, "ACME", old)
    assert moved(mine, "acme-two", old) == ""
    write(mine.home / "a copy" / rest, {"pyproject.toml": NAMED})
    assert moved(mine, old=old) == "", "nobody can tell which of two it is"


def test_a_project_that_moved_around_the_notebook(mine: Mine, monkeypatch: pytest.MonkeyPatch) -> None:
    now = write(mine.home.parent / "somebody@company.com/repo", {"pyproject.toml": NAMED, "notebooks/a.txt": ""})
    monkeypatch.chdir(now / "notebooks")
    assert moved(mine) == str(now)
    assert projects.moved_to("/no/such/acme", "acme", mine.search()) == str(now), "nothing of the old path is there"
    monkeypatch.chdir(now)
    assert projects.moved_to(str(now.parent / "old"), "acme", mine.search()) == str(now), "found both ways: one"


def test_only_so_many_neighbours_are_looked_at(mine: Mine, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(40):
        (mine.home / f"p{number:02}").mkdir()
    write(mine.home / "p39", {"pyproject.toml": NAMED})
    assert moved(mine, old="acme") == f"{mine.home}/p39"
    (mine.home / "p00 more").mkdir()
    assert moved(mine, old="acme") == ""


def wide(mine: Mine, pth: str, text: str, is_projects: bool) -> list[str]:
    write(mine.site, {pth: text})
    return projects.wide_lines(str(mine.site / pth), is_projects, mine.search())


def test_lines_to_folders_that_are_too_wide(mine: Mine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An install's whatever they have; others', where a home or a folder for many has modules."""
    home = str(mine.home)
    lines = f"{home}\n{tmp_path}\n{mine.site}\n/home/nobody-at-all\nimport os\n"
    assert wide(mine, "acme.pth", lines, True) == [home]
    assert wide(mine, "acme.pth", lines, False) == []
    write(mine.home, {"notes.txt": "", "scripts/run.sh": ""})
    assert wide(mine, "acme.pth", lines, False) == []
    write(mine.home, {"acme.py": ""})
    assert wide(mine, "acme.pth", lines, False) == [home]
    (mine.home / "acme.py").unlink()
    write(mine.home, {"acme/__init__.py": ""})
    assert wide(mine, "acme.pth", lines, False) == [home]
    assert projects.wide_lines(str(mine.site / "gone.pth"), True, mine.search()) == []
    (tmp_path / "linked").symlink_to(mine.home)
    assert wide(mine, "acme.pth", f"{tmp_path}/linked\n", True) == [f"{tmp_path}/linked"]


def test_a_users_own_home(mine: Mine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of the system has modules too, and is nobody's home."""
    assert wide(mine, "mine.pth", "/usr/lib\n/tmp\n", False) == []
    monkeypatch.setenv("HOME", "/tmp")
    disk = Disk()
    disk._listings["/tmp"] = frozenset({"acme.py"})
    assert projects._is_meant("/tmp", disk)
