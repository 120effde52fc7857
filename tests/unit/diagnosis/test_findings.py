"""How `verify`'s result shows itself: worst first, in a sentence, as rows, as JSON, and as an exit status."""

from __future__ import annotations

import pytest

from dbx_patch.diagnosis.findings import Finding, VerifyResult
from dbx_patch.diagnosis.installs import EditableInstall
from dbx_patch.diagnosis.reading import Reading


def finding(severity: str, remedy: str = "") -> Finding:
    return Finding(severity, "path-gone", f"what the {severity} is about", f"why it is a {severity}", remedy)


def result(*severities: str, active: bool = True, reading: Reading | None = None) -> VerifyResult:
    install = EditableInstall("acme", "1.0", "A", "", None, "", names=[f"n{number:02}" for number in range(14)])
    found = [finding(severity, "pip check") for severity in severities]
    return VerifyResult(active, "", found, [install], "9.9", reading or Reading())


@pytest.mark.parametrize(
    ("severities", "status", "found"),
    [
        ((), "ok", "nothing found"),
        (("note",), "ok", "1 note"),
        (("note", "warning", "note"), "warning", "1 warning, 2 notes"),
        (("note", "error", "warning", "error"), "error", "2 errors, 1 warning, 1 note"),
    ],
)
def test_the_worst_decides(severities: tuple[str, ...], status: str, found: str) -> None:
    shown = result(*severities)
    assert (shown.status, shown.exit_code()) == (status, 0 if status == "ok" else 1)
    assert shown.headline() == f"{status}: {found}. 1 editable install, dbx-patch 9.9 active."
    order = [f.severity for f in shown.findings]
    assert order == sorted(order, key=["error", "warning", "note"].index)
    data = shown.to_dict()
    assert next(iter(data)) == "status" and data["status"] == status and len(data["findings"]) == len(severities)
    assert data["reading"]["complete"] is True


def test_what_a_finding_has_is_shown() -> None:
    plain, without = result("error"), result("note")
    without.findings[0].remedy = ""
    text = str(plain)
    assert "  error  what the error is about (path-gone)\n    why it is a error\n      pip check\n" in text
    assert "pip check" not in str(without) and "why it is a note" in str(without)
    assert "Findings" in text and "Findings" not in str(result())
    assert "acme  1.0  n00, n01" in text and "n11" in text and "n12" not in text
    none = VerifyResult(False, "", [], [], "9.9")
    assert "none in this interpreter's site folders" in str(none)
    assert none.headline() == "ok: nothing found. No editable installs, dbx-patch 9.9 not active."


def test_what_was_not_looked_at_is_said() -> None:
    left = {f"/ws/p{number:02}": number for number in range(12)}
    shown = result(reading=Reading(7, 9, 1.5, False, left))
    assert shown.headline().endswith("active. Not all files were looked at.")
    text = shown.text(width=160)
    assert "looked at  7 files, 9 operations, 1.5 s; the files that are most likely notebooks first" in text
    assert "left out   /ws/p00: some folders" in text and "left out   /ws/p01: 1 file, or more" in text
    assert "/ws/p09" in text and "/ws/p10" not in text
    assert "dbx-patch verify --all, or verify_editable_installs(read_all=True)" in text
    assert "Looked for notebooks" not in result().text()
