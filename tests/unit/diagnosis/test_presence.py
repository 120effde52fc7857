"""What cannot be told is not gone: a mount that fails is reported as that, and sources that can be read are not."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from dbx_patch.diagnosis import presence
from support.failing import Failing
from support.solo import Solo
from support.workspaces import write


def test_there_gone_or_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"there/file": "", "away/file": ""})
    failing = Failing(monkeypatch, tmp_path / "away")
    paths = [str(tmp_path / name) for name in ("there", "there/file", "none", "away/file", "there/file/below")]
    assert [presence.is_gone(path) for path in paths] == [False, False, True, False, True]
    assert [presence.why_unknown(path) for path in paths] == [""] * 5
    failing.error = errno.EIO
    assert [presence.is_gone(path) for path in paths] == [False, False, True, False, True]
    why = [presence.why_unknown(path) for path in paths]
    assert why.pop(3).startswith("OSError: [Errno 5] Input/output error") and why == [""] * 4


def test_a_file_that_fails_where_its_kind_is_still_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mount may remember that it is no folder, and ask for nothing to say so."""
    file, stat = tmp_path / "file", os.stat
    file.touch()

    def stale(path: object, *args: object, **options: object) -> object:
        if path == str(file):
            raise OSError(errno.ESTALE, "Stale file handle")
        return stat(path, *args, **options)  # type: ignore[arg-type, call-overload]

    monkeypatch.setattr(os, "stat", stale)
    assert "Stale file handle" in presence.why_unknown(str(file)) and not presence.is_gone(str(file))


@pytest.mark.parametrize("where", ["project", "src", "finder"])
def test_sources_that_are_away(solo: Solo, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """The outermost folder that fails is named."""
    if where == "finder":
        solo.finder("acme", {"acme": f"{solo.project}/src/acme"})
    else:
        solo.line("acme", solo.project / "src")
    away = {"project": solo.project, "src": solo.project / "src", "finder": solo.project / "src/acme"}[where]
    failing = Failing(monkeypatch, away)
    assert solo.found(presence.unreadable_sources) == []
    failing.error = errno.ENOTCONN
    [found] = solo.found(presence.unreadable_sources)
    assert (found.severity, found.code, found.about) == ("warning", "unreadable-sources", "acme")
    assert (
        found.cause.startswith(f"{away} could not be read (OSError: ") and "leave the install as it is" in found.cause
    )
    assert found.remedy == f"ls -ld '{away}'"


def test_a_project_whose_names_are_hidden(solo: Solo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its sources can be read, so there is nothing to say."""
    solo.line("acme", solo.project / "src")
    scandir = os.scandir

    def hidden(path: str) -> object:
        if path == str(solo.project):
            raise OSError(errno.EIO, "Input/output error")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", hidden)
    assert solo.found(presence.unreadable_sources) == []


def test_what_is_gone_is_nothing_unknown(solo: Solo, tmp_path: Path) -> None:
    solo.line("acme", tmp_path / "old/src", project=tmp_path / "old")
    assert solo.found(presence.unreadable_sources) == []
