"""`verify` asks every check, whatever becomes of one of them, and shows what it was asked to show."""

from __future__ import annotations

import io
import sys
from typing import Iterator

import pytest

from dbx_patch._version import __version__
from dbx_patch.diagnosis import reading, verify
from dbx_patch.diagnosis.findings import Finding, VerifyResult
from dbx_patch.diagnosis.search import Search
from support.checked import Mine
from support.installed import leave_install
from support.workspaces import write


def note(search: Search) -> Iterator[Finding]:
    yield Finding("note", "copied", "a", "b", "")


def fails(search: Search) -> Iterator[Finding]:
    yield Finding("note", "copied", "of half a check", "", "")
    raise RuntimeError("a file that changed")


def error(search: Search) -> Iterator[Finding]:
    yield Finding("error", "path-gone", "c", "d", "")


def ask(monkeypatch: pytest.MonkeyPatch, *checks: verify.Check, **options: bool) -> VerifyResult:
    monkeypatch.setattr(verify, "CHECKS", list(checks))
    return verify.verify_editable_installs(**options)


def test_a_check_that_fails_costs_no_other(mine: Mine, monkeypatch: pytest.MonkeyPatch) -> None:
    found = ask(monkeypatch, note, fails, error, verbose=False).findings
    assert [(f.severity, f.code) for f in found] == [
        ("error", "path-gone"),
        ("warning", "check-failed"),
        *[("note", "copied")] * (len(found) - 2),
    ]
    assert found[1].about == "fails" and found[1].remedy == ""
    assert found[1].cause == "This check could not be run: RuntimeError: a file that changed"


def test_what_it_says_of_this_process(mine: Mine, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = write(mine.home / "acme", {"src/acme/__init__.py": ""})
    leave_install(mine.site, "acme", acme, acme / "src")
    mine.search()
    monkeypatch.setenv("DBX_PATCH_ENABLED", "0")
    result = ask(monkeypatch, note, verbose=False)
    assert (result.active, result.reason, result.version) == (False, "DBX_PATCH_ENABLED=0", __version__)
    assert "acme" in [install.name for install in result.installs] and result.status == "ok"


@pytest.mark.parametrize("verbose", [True, False, None])
def test_it_is_shown_unless_it_is_not_to_be(
    mine: Mine, verbose: bool | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = ask(monkeypatch, error) if verbose is None else ask(monkeypatch, error, verbose=verbose)
    shown = capsys.readouterr().out
    assert shown == ("" if verbose is False else f"{result}\n") and "1 error" in result.headline()


@pytest.mark.parametrize("everything", [True, False])
def test_a_large_package_is_read_in_part_unless_all_is_asked_for(
    mine: Mine, everything: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one line of progress on a terminal, which is wiped at last."""
    acme = write(mine.home / "acme", {f"src/acme/m{number:03}.py": "" for number in range(300)})
    write(acme, {"src/acme/__init__.py": ""})
    leave_install(mine.site, "acme", acme, acme / "src")
    mine.search()
    monkeypatch.setattr(reading, "_SILENT_SECONDS", -1.0)
    terminal = io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stderr", terminal)
    options = {"read_all": True} if everything else {}
    checks = [check for check in verify.CHECKS if check.__name__ == "notebooks"]
    result = ask(monkeypatch, *checks, verbose=False, **options)
    assert result.reading.complete == everything and (result.reading.files >= 301) == everything
    shown = terminal.getvalue()
    assert "verify: " in shown and shown.endswith(" \r")


def test_every_room_of_checks_is_asked() -> None:
    asked = {check.__name__ for check in verify.CHECKS}
    assert len(asked) == len(verify.CHECKS) == 25
    assert {"start_up", "gone", "too_wide", "no_init", "shadowed", "loaded_changed"} <= asked
