"""The result of `verify`: its status is that of the worst finding, and its text and data say all that was found."""

from __future__ import annotations

from typing import Any

import pytest

from dbx_patch.diagnosis.findings import Finding, VerifyResult
from dbx_patch.diagnosis.installs import EditableInstall
from dbx_patch.diagnosis.reading import Reading


def result(*severities: str, remedy: str = "do this", active: bool = True, **fields: Any) -> VerifyResult:
    findings = [Finding(severity, "fault", f"about {severity}", "the cause", remedy) for severity in severities]
    installs = [EditableInstall("acme", "1", "A", "", None, "", ["acme", "other"])]
    return VerifyResult(active, "why", findings, installs, "9.9", **fields)


@pytest.mark.parametrize(
    "severities, status, code, headline",
    [
        ((), "ok", 0, "ok: nothing found. 1 editable install, dbx-patch 9.9 active."),
        (("note", "note"), "ok", 0, "ok: 2 notes. 1 editable install, dbx-patch 9.9 active."),
        (("note", "warning"), "warning", 1, "warning: 1 warning, 1 note. 1 editable install, dbx-patch 9.9 active."),
        (("note", "error"), "error", 1, "error: 1 error, 1 note. 1 editable install, dbx-patch 9.9 active."),
    ],
)
def test_the_worst_finding_decides(severities: tuple[str, ...], status: str, code: int, headline: str) -> None:
    found = result(*severities)
    assert (found.status, found.exit_code(), found.headline()) == (status, code, headline)
    assert found.to_dict()["status"] == status and next(iter(found.to_dict())) == "status"


def test_findings_are_shown_the_worst_first_with_their_remedies() -> None:
    lines = str(result("note", "error", active=False)).splitlines()
    assert lines[0].endswith("dbx-patch 9.9 not active.")
    assert lines[2:10] == [
        "Findings",
        "  error  about error (fault)",
        "    the cause",
        "      do this",
        "",
        "  note  about note (fault)",
        "    the cause",
        "      do this",
    ]
    assert lines[-2:] == ["Editable installs", "  acme  1  acme, other"]
    assert "do this" not in str(result("note", remedy=""))
    assert "Findings" not in str(result()) and "Looked for notebooks" not in str(result())


def test_what_was_left_out_is_told_by_folder() -> None:
    left = {f"/ws/f{number:02}": number for number in range(12)}
    found = result(reading=Reading(3, 5, 1.5, complete=False, left_out=left))
    assert found.headline().endswith("active. Not all files were looked at.")
    text = " ".join(str(found).split())
    assert "looked at 3 files, 5 operations, 1.5 s; the files that are most likely notebooks first" in text
    assert "left out /ws/f00: some folders left out /ws/f01: 1 file, or more left out /ws/f02: 2 files, or more" in text
    assert "/ws/f09: 9 files, or more for all dbx-patch verify --all" in text, "ten folders are named"
