"""What dbx-patch logs goes to stderr from the level that was asked for, and nowhere where none was."""

from __future__ import annotations

import logging
import sys

import pytest

from dbx_patch.hooks import journal

pytestmark = pytest.mark.usefixtures("import_state")
LEVELS = {"DEBUG": journal.DEBUG, "INFO": journal.INFO, "WARNING": journal.WARNING}


def said(capsys: pytest.CaptureFixture[str]) -> str:
    for name, level in LEVELS.items():
        journal.note("a %s of %d", name, 1, level=level)
    out, err = capsys.readouterr()
    assert out == ""
    return err


@pytest.mark.parametrize(
    "wanted, heard",
    [
        *(("", ""), ("loud", ""), ("error", ""), ("CRITICAL", "")),
        *(("warn", "WARNING"), ("Warning", "WARNING"), (" info ", "INFO WARNING"), ("debug", "DEBUG INFO WARNING")),
        ("NOTSET", "DEBUG INFO WARNING"),
    ],
)
def test_from_that_level_on(
    wanted: str, heard: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBX_PATCH_LOG_LEVEL", wanted)
    assert said(capsys) == "".join(f"dbx_patch {name}: a {name} of 1\n" for name in heard.split())


def test_without_the_variable_nothing_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBX_PATCH_LOG_LEVEL", raising=False)
    assert said(capsys) == ""


def test_a_process_without_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    """``pythonw``, or a daemon that has closed it."""
    monkeypatch.setenv("DBX_PATCH_LOG_LEVEL", "DEBUG")
    monkeypatch.setattr(sys, "stderr", None)
    journal.note("nobody hears it")


def test_an_applications_own_logger_decides(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBX_PATCH_LOG_LEVEL", "DEBUG")
    journal.reset_logger()
    with caplog.at_level(logging.DEBUG, logger="dbx_patch"):
        assert said(capsys) == "", "once, and not on stderr as well"
    assert [record.levelname for record in caplog.records] == ["DEBUG", "INFO", "WARNING"]
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="dbx_patch"):
        said(capsys)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("INFO", "a INFO of 1"),
        ("WARNING", "a WARNING of 1"),
    ]
