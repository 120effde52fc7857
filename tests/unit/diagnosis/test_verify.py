"""`verify` as a whole: shown or returned, within its budget or without one, and whatever one of its checks does."""

from __future__ import annotations

from typing import Any, Iterator

import pytest

from dbx_patch.diagnosis import reading, verify
from dbx_patch.diagnosis.findings import Finding
from dbx_patch.diagnosis.search import Search
from dbx_patch.diagnosis.verify import verify_editable_installs
from support.solo import Solo
from support.workspaces import write


@pytest.fixture(autouse=True)
def installed(solo: Solo, monkeypatch: pytest.MonkeyPatch) -> None:
    solo.line("acme", solo.project / "src")
    monkeypatch.setenv("DBX_PATCH_ENABLED", "0")


def test_the_result_is_returned_and_shown_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    result = verify_editable_installs()
    assert capsys.readouterr().out == f"{result}\n"
    assert (result.active, result.reason, result.status) == (False, "DBX_PATCH_ENABLED=0", "ok")
    assert [install.name for install in result.installs] == ["acme"] and result.reading.files == 2
    assert verify_editable_installs(verbose=False).reading.complete and capsys.readouterr().out == ""


def test_a_large_package_is_read_in_part_unless_all_is_asked_for(solo: Solo, monkeypatch: pytest.MonkeyPatch) -> None:
    write(solo.project, {f"src/acme/m{number:03}.py": "" for number in range(reading.OPERATIONS + 10)})
    part = verify_editable_installs(verbose=False).reading
    assert not part.complete and part.operations == reading.OPERATIONS
    whole = verify_editable_installs(verbose=False, read_all=True).reading
    assert whole.complete and whole.files == reading.OPERATIONS + 12


def test_what_takes_long_shows_its_progress_and_wipes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    class Shown(reading.Progress):
        def __call__(self, text: str) -> None:
            said.append(text)

        def close(self) -> None:
            said.append("wiped")

    monkeypatch.setattr(verify, "Progress", Shown)
    monkeypatch.setattr(reading, "_SILENT_SECONDS", -1.0)
    for read_all in (False, True):
        said.clear()
        verify_editable_installs(verbose=False, read_all=read_all)
        assert said[0].startswith("listing ") and said[-2:] == ["2 of 2 files read", "wiped"]


def test_a_check_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others' findings count, and so do those of what has not failed yet."""

    def failing(search: Search) -> Iterator[Finding]:
        raise LookupError("gone meanwhile")

    def sound(search: Any) -> Iterator[Finding]:
        yield Finding("note", "fault", search.installs[0].name, "", "")

    monkeypatch.setattr(verify, "CHECKS", [failing, sound])
    failed, other = verify_editable_installs(verbose=False).findings
    assert (failed.severity, failed.code, failed.about, failed.remedy) == ("warning", "check-failed", "failing", "")
    assert failed.cause == "This check could not be run: LookupError: gone meanwhile"
    assert other.about == "acme"
