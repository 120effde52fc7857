"""A site folder that cannot be read costs its own installs only, and one that fails for a while costs nothing."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable, Iterator

import pytest

from dbx_patch.index import site_folder
from dbx_patch.index.snapshot import Index
from support.failing import Failing
from support.installed import leave_install
from support.workspaces import write

AWAY = ("ENOTCONN", "ESTALE", "EIO", "EMFILE", "ETIMEDOUT")


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A second site folder, with an install of its own."""
    site = tmp_path / "other/lib/python3/site-packages"
    site.mkdir(parents=True)
    project = write(tmp_path / "ws/other", {"src/other.py": ""})
    leave_install(site, "other", project, project / "src")
    return site


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The seconds that the index believes have passed."""
    seconds = [0.0]
    clock = SimpleNamespace(monotonic=lambda: seconds[0], time_ns=time.time_ns)
    monkeypatch.setattr(site_folder, "time", clock)
    yield seconds


def long_unchanged(site: Path, project: Path, other: Path) -> list[str]:
    """Two site folders with an install in each, which have not changed lately."""
    leave_install(site, "acme", project, project / "src")
    for folder in (site, other):
        os.utime(folder, (1, 1))
    return [str(site), str(other)]


def failing_with(error: str, site: Path, monkeypatch: pytest.MonkeyPatch) -> Failing:
    """Every look at ``site`` fails from now on, with an error of this name."""
    failing = Failing(monkeypatch, site)
    failing.error = getattr(errno, error)
    return failing


def names(index: Index) -> list[str]:
    return sorted(install.name for install in index.installs)


def too_long(tmp_path: Path) -> Path:
    return tmp_path / ("x" * 300) / "site-packages"


def linked_to_itself(tmp_path: Path) -> Path:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    return tmp_path / "loop/site-packages"


@pytest.mark.parametrize("make", [too_long, linked_to_itself])
@pytest.mark.parametrize("first", [True, False])
def test_a_folder_that_can_never_be_read(
    tmp_path: Path, other: Path, make: Callable[[Path], Path], first: bool
) -> None:
    os.utime(other, (1, 1))
    bad = make(tmp_path)
    folders = [str(bad), str(other)] if first else [str(other), str(bad)]
    index = Index(folders)
    assert names(index) == ["other"]
    errors = {reading.folder: reading.error for reading in index.readings}
    assert errors[str(other)] == "" and errors[str(bad)].startswith("OSError: ")
    assert not index.is_stale()  # it is not looked at again and again


@pytest.mark.parametrize("error", AWAY)
def test_a_folder_that_fails_at_first_comes_back(
    site: Path, project: Path, other: Path, error: str, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = long_unchanged(site, project, other)
    failing = failing_with(error, site, monkeypatch)
    index = Index(folders)
    assert names(index) == ["other"] and os.strerror(failing.error) in index.readings[0].error
    looks = failing.looks
    assert not index.is_stale() and failing.looks - looks <= 1  # not at every import
    failing.error = 0
    clock[0] += site_folder.RETRY_SECONDS
    assert index.is_stale()
    index = Index(folders, index)
    assert names(index) == ["acme", "other"] and index.readings[0].error == "" and not index.is_stale()


@pytest.mark.parametrize("error", AWAY)
def test_a_folder_that_fails_for_a_while_keeps_its_installs(
    site: Path, project: Path, other: Path, error: str, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = long_unchanged(site, project, other)
    before = Index(folders)
    failing = failing_with(error, site, monkeypatch)
    assert before.is_stale()  # its stamp cannot be had
    during = Index(folders, before)
    assert names(during) == ["acme", "other"] and during.path_entries == before.path_entries
    assert os.strerror(failing.error) in during.readings[0].error
    failing.error = 0
    clock[0] += site_folder.RETRY_SECONDS
    assert during.is_stale()
    after = Index(folders, during)
    assert names(after) == ["acme", "other"] and after.readings[0].error == ""


def test_what_is_missing_is_looked_for_after_a_while_and_then_again(
    site: Path, project: Path, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stat each second, and not at every import: the folder may lie in the workspace."""
    leave_install(site, "acme", project, project / "gone")
    os.utime(site, (1, 1))
    (reading,) = Index([str(site)]).readings
    asked: list[str] = []
    isdir = os.path.isdir
    monkeypatch.setattr(os.path, "isdir", lambda path: (asked.append(path), isdir(path))[1])
    for seconds, looks in ((0.5, 0), (0.5, 1), (0.5, 1), (0.5, 2)):
        clock[0] += seconds
        assert not reading.is_stale() and len(asked) == looks
    (project / "gone").mkdir()
    assert not reading.is_stale()
    clock[0] += 1
    assert reading.is_stale() and reading.is_stale()


def test_a_site_folder_that_is_not_there_has_no_installs_and_is_no_error(tmp_path: Path) -> None:
    write(tmp_path, {"file/site-packages": ""})
    for folder in ("gone/site-packages", "file/site-packages"):
        (reading,) = Index([str(tmp_path / folder)]).readings
        assert reading.installs == [] and reading.error == "" and reading.sure


def test_a_path_deeper_than_any_project_is_not_followed(site: Path) -> None:
    (reading,) = Index([str(site)]).readings
    deep = "/x" * 201
    assert reading.real_path(deep) == deep and reading.real_path("/") == "/"


def test_an_entry_that_cannot_be_told_is_no_folder() -> None:
    def fail() -> bool:
        raise OSError(errno.EIO, "no answer")

    assert site_folder._is_dir(SimpleNamespace(is_dir=fail)) is False  # type: ignore[arg-type]


def test_a_root_that_is_no_folder_is_missing_and_one_that_is_forbidden_has_no_names(
    site: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, {"file": ""})
    scandir = os.scandir

    def forbidden(path: Any = ".") -> Any:
        if path == f"{project}/src":
            raise PermissionError(errno.EACCES, "no")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", forbidden)
    write(site, {"a.pth": f"{project}/file\n{project}/src\n"})
    index = Index([str(site)])
    assert index.path_entries == [f"{project}/src"] and index.names_in[f"{project}/src"] == frozenset()
    assert index.readings[0].missing == [f"{project}/file"] and index.readings[0].sure
