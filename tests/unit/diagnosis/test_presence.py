"""Whether sources are gone or merely cannot be read at the moment: of the latter `verify` says to leave them alone."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from dbx_patch.diagnosis import check_installs
from dbx_patch.diagnosis.presence import is_gone, unreadable_sources, why_unknown
from support.checked import Mine
from support.installed import distribution, leave_install
from support.workspaces import write


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Folders of a mount that is away: no look at what lies in them has an answer."""
    folders: list[str] = []

    for name in ("stat", "scandir", "listdir", "lstat"):

        def look(path: object = ".", *args: object, asked: object = getattr(os, name), **options: object) -> object:
            if isinstance(path, str) and path.startswith(tuple(folders)):
                raise OSError(107, "Transport endpoint is not connected", path)
            return asked(path, *args, **options)  # type: ignore[operator]

        monkeypatch.setattr(os, name, look)
    return folders


def test_what_is_there_what_is_gone_and_what_cannot_be_told(tmp_path: Path, lost: list[str]) -> None:
    (tmp_path / "file").write_text("")
    for path in (str(tmp_path), f"{tmp_path}/file"):
        assert (is_gone(path), why_unknown(path)) == (False, ""), path
    for path in (f"{tmp_path}/gone", f"{tmp_path}/file/below", "/with\0nul"):
        assert (is_gone(path), why_unknown(path)) == (True, ""), path
    lost.append(f"{tmp_path}/mount")
    assert not is_gone(f"{tmp_path}/mount")
    assert why_unknown(f"{tmp_path}/mount").startswith("OSError: [Errno 107] Transport endpoint is not connected")


@pytest.mark.parametrize("where", ["project", "src", "mapped"])
def test_an_install_on_a_mount_that_is_away(mine: Mine, where: str, lost: list[str]) -> None:
    acme = write(mine.home / "acme", {"src/acme/__init__.py": ""})
    sys.path.append(f"{acme}/src")
    if where == "mapped":
        finder = f"\nMAPPING = {{'acme': {str(acme / 'src/acme')!r}}}\nNAMESPACES = {{}}\n"
        line = "import __editable___acme_finder; __editable___acme_finder.install()\n"
        write(mine.site, {"__editable___acme_finder.py": finder, "_acme.pth": line})
        distribution(mine.site, "acme", ["_acme.pth"], project=acme)
    else:
        leave_install(mine.site, "acme", acme, acme / "src")
    assert mine.found(*check_installs.INSTALL_CHECKS) == []
    folder = {"project": str(acme), "src": f"{acme}/src", "mapped": f"{acme}/src/acme"}[where]
    lost.append(folder)
    found = mine.one(*check_installs.INSTALL_CHECKS)
    assert (found.severity, found.code, found.about) == ("warning", "unreadable-sources", "acme")
    assert found.cause.startswith(f"{folder} could not be read (OSError: [Errno 107]")
    assert "leave the install as it is" in found.cause and found.remedy == f"ls -ld {folder}"


def test_what_is_certainly_gone_is_not_called_unreadable(mine: Mine) -> None:
    acme = write(mine.home / "acme", {"src/acme/__init__.py": ""})
    leave_install(mine.site, "acme", acme, acme / "src")
    shutil.rmtree(acme / "src")
    assert mine.found(unreadable_sources) == []
    shutil.rmtree(acme)
    assert mine.found(unreadable_sources) == []
