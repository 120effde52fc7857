"""A self-test's result: what fails comes first, and the exit status says whether anything is amiss."""

from __future__ import annotations

from typing import Any

import pytest

from dbx_patch.output.results import PatchStatus
from dbx_patch.selftest.report import FAILS, HOLDS, NOT_TRIED, Promise, SelftestResult, status_of


def result(*verdicts: str, **given: Any) -> SelftestResult:
    promises = [Promise(f"p{n}", f"promise {n}", verdict, f"why {n}") for n, verdict in enumerate(verdicts)]
    options = {
        "startup": "started: it ran",
        "patches": [],
        "loaded": {},
        "site_folders": [],
        "fingerprint": {},
        **given,
    }
    status = given.get("status", status_of(promises))
    return SelftestResult(**{**options, "status": status, "active": True, "promises": promises})


def text(found: SelftestResult) -> str:
    return " ".join(str(found).split())


def test_the_verdict_of_a_whole_run() -> None:
    armed = Promise("armed", "", HOLDS)
    assert status_of([armed]) == NOT_TRIED and status_of([armed, Promise("x", "", NOT_TRIED)]) == NOT_TRIED
    assert status_of([armed, Promise("x", "", HOLDS), Promise("y", "", NOT_TRIED)]) == "ok"
    assert status_of([armed, Promise("x", "", HOLDS), Promise("y", "", FAILS)]) == "failed"
    assert status_of([Promise("armed", "", FAILS), Promise("x", "", HOLDS)]) == "failed"


@pytest.mark.parametrize(
    ("verdicts", "given", "code"),
    [
        ((HOLDS,), {}, 0),
        ((HOLDS, NOT_TRIED), {}, 0),
        ((FAILS,), {}, 1),
        ((HOLDS,), {"left": ["/a"]}, 1),
        ((NOT_TRIED,), {}, 1),
        ((NOT_TRIED,), {"wanted": False}, 0),
        ((HOLDS,), {"interrupted": True}, 130),
    ],
)
def test_the_exit_status(verdicts: "tuple[str, ...]", given: "dict[str, Any]", code: int) -> None:
    assert result(*verdicts, **given).exit_code() == code


def test_the_headline_counts() -> None:
    found = result(HOLDS, HOLDS, FAILS, version="1.2", seconds=3.21)
    assert found.headline() == "failed: 3 promises of dbx-patch 1.2: 2 hold, 1 fails (3.2 s)."
    found = result(HOLDS, NOT_TRIED, NOT_TRIED, interrupted=True)
    assert found.headline().endswith("1 holds, 2 not tried (0.0 s). It was interrupted.")


def test_the_sections() -> None:
    module = {"state": "loaded", "sha256": "0123456789abcdef" * 4, "attributes": {"Hook": None, "other": "value"}}
    absent = {"state": "absent", "sha256": None, "attributes": {"Hook": None}}
    found = result(
        HOLDS,
        FAILS,
        patches=[PatchStatus("both", "applied", "one or two", "fine"), PatchStatus("none", "waiting", "three", "")],
        loaded={"one": "not loaded", "two": "before", "three": "not loaded"},
        site_folders=[{"comes_from": "site", "pth_files": "processed", "path": "/site-packages"}],
        fingerprint={"modules": {"some.module": module, "other.module": absent}},
        faults=["fallback: E"],
        cleaned=["/old"],
        left=["/new"],
    )
    shown = text(found)
    assert "Promises fails promise 1 why 1 holds promise 0 why 0 Start started: it ran" in shown
    assert "applied both before fine" in shown and "waiting none not loaded" in shown
    assert "Errors that no import has shown failed fallback: E" in shown
    assert "site processed /site-packages" in shown
    assert "loaded some.module 0123456789abcdef lacks Hook" in shown
    assert "absent other.module" in shown and shown.count("lacks") == 1
    assert "an earlier run /old" in shown and "taken away failed /new" in shown
    plain = text(result(HOLDS))
    for title in ("Errors that no import", "Cleaned up", "Could not be taken"):
        assert title not in plain
