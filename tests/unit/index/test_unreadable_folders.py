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


class Failing:
    """Every look into one folder fails, as on a mount that is gone."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.error = 0
        self.looks = 0
        for name in ("open", "stat", "lstat", "scandir", "listdir", "readlink"):
            monkeypatch.setattr(os, name, self.guarded(getattr(os, name), str(folder)))

    def guarded(self, function: Callable[..., Any], folder: str) -> Callable[..., Any]:
        def look(path: Any = ".", *args: Any, **options: Any) -> Any:
            if self.error and isinstance(path, (str, os.PathLike)) and os.fspath(path).startswith(folder):
                self.looks += 1
                raise OSError(self.error, os.strerror(self.error), path)
            return function(path, *args, **options)

        return look


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
