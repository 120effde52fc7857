"""The documented functions of `dbx_patch.pth_processor` do what their documentation says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dbx_patch import pth_processor
from support.workspaces import write


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What ``sys.path`` is for one test."""
    entries = ["/one", "/two/"]
    monkeypatch.setattr(sys, "path", entries)
    return entries


@pytest.mark.parametrize("prepend", [False, True])
def test_paths_are_added_in_their_order_and_once_each(path: list[str], prepend: bool) -> None:
    new = ["/c", Path("/a"), "/two", "/c/", "/one", "/b/./x/.."]
    assert pth_processor.add_paths_to_sys_path(new, prepend=prepend) == 3
    assert path == (["/c", "/a", "/b", "/one", "/two/"] if prepend else ["/one", "/two/", "/c", "/a", "/b"])
    assert pth_processor.add_paths_to_sys_path(new, prepend=prepend) == 0
    assert len(path) == 5


def test_a_relative_path_is_taken_from_the_current_folder(
    path: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert pth_processor.add_paths_to_sys_path(["lib"]) == 1 and path[-1] == str(tmp_path / "lib")


def test_an_egg_link_gives_the_folder_of_its_first_line(site: Path, project: Path) -> None:
    write(site, {"acme.egg-link": f"{project}/src\n../", "gone.egg-link": "/no/such/folder\n.", "void.egg-link": ""})
    write(site, {"relative.egg-link": "../../..\n", ".hidden.egg-link": f"{project}\n", "other.txt": ""})
    assert pth_processor.process_egg_link_file(site / "acme.egg-link") == f"{project}/src"
    assert pth_processor.process_egg_link_file(str(site / "relative.egg-link")) == str(site.parents[2])
    for name in ("gone", "void", "absent"):
        assert pth_processor.process_egg_link_file(site / f"{name}.egg-link") is None
    names = ["acme", "gone", "relative", "void"]
    assert pth_processor.find_egg_link_files(site) == [f"{site}/{name}.egg-link" for name in names]


def test_pth_files_are_found_as_site_reads_them(site: Path) -> None:
    """By name, and no hidden ones."""
    write(site, {"b.pth": "", "a.pth": "", ".hidden.pth": "", "a.pth.bak": "", "sub/c.pth": ""})
    assert pth_processor.find_pth_files(site) == [f"{site}/a.pth", f"{site}/b.pth"]
    assert pth_processor.find_pth_files(site / "absent") == []


def test_a_pth_gives_its_folders_and_runs_nothing(site: Path, project: Path) -> None:
    lines = f"{project}/src\n# {project}\nimport sys; sys.exit(3)\n/no/such/folder\n{project}/src/\n../../..\n"
    write(site, {"acme.pth": lines})
    assert pth_processor.process_pth_file(site / "acme.pth") == [f"{project}/src", str(site.parents[2])]
    assert pth_processor.process_pth_file(site / "absent.pth") == []
