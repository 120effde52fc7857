"""Results in words and data: counts read well, exit codes tell of faults, and each section is there if it has rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dbx_patch.output.results import (
    ApplyPatchesResult,
    PatchResult,
    PatchStatus,
    PthProcessingResult,
    RemovePatchesResult,
    Result,
    StatusResult,
    counted,
    paths_in,
)

PATCHES = [PatchStatus("one", "applied", "runtime.one"), PatchStatus("two", "waiting", "runtime.two", "for it")]


@pytest.mark.parametrize("number, text", [(0, "no paths"), (1, "1 path"), (2, "2 paths")])
def test_counts(number: int, text: str) -> None:
    assert counted(number, "path") == text
    assert counted(number, "entry", "entries") == text.replace("paths", "entries").replace("path", "entry")


def test_paths_in_data() -> None:
    """So that text knows where one with blanks ends; a sentence is none, nor is a text of several lines."""
    data: dict[str, Any] = {
        "/key": ["/a b", {"x": ("/c",)}],
        "more": ["/a sentence.", "/two\nlines", "no/path", 3, None],
    }
    assert list(paths_in(data)) == ["/key", "/a b", "/c"]


def titles(result: Result) -> list[str]:
    return [section.title for section in result.sections()]


def test_the_state_of_a_process() -> None:
    result = StatusResult(True, "why", PATCHES, "applied", version="9.9")
    assert (result.headline(), result.exit_code()) == ("dbx-patch 9.9 is active: why", 0)
    assert titles(result) == ["Patches"]
    assert result.sections()[0].rows[-1] == ("applied", "fallback", "no imports answered")
    assert json.loads(json.dumps(result.to_dict()))["patches"][1] == vars(PATCHES[1])
    assert StatusResult(False, "why", [], "waiting", version="9").headline() == "dbx-patch 9 is not active: why"


@pytest.mark.parametrize(
    "fields, title, row",
    [
        ({"faults": ["trigger: x"]}, "Errors that no import has shown", ("failed", "trigger: x")),
        ({"warnings": ["a setting"]}, "Warnings", ("warning", "a setting")),
        ({"served": {"acme": "why"}}, "Imports answered by the fallback", ("acme", "why")),
    ],
)
def test_what_a_process_has_besides(fields: dict[str, Any], title: str, row: tuple[str, str]) -> None:
    result = StatusResult(True, "why", PATCHES, "applied", **fields)
    assert titles(result) == ["Patches", title] and list(result.sections()[1].rows) == [row]
    assert result.exit_code() == ("served" not in fields)


def test_a_patch_that_failed_is_a_fault() -> None:
    assert StatusResult(True, "", [*PATCHES, PatchStatus("x", "failed", "y")], "applied").exit_code() == 1


def test_what_was_done() -> None:
    applied = ApplyPatchesResult(True, "why", PATCHES, "applied", restored=["/ws/src"])
    assert titles(applied)[-1] == "Put back on sys.path" and list(applied.sections()[-1].rows) == [("added", "/ws/src")]
    assert titles(ApplyPatchesResult(True, "why", PATCHES, "applied")) == ["Patches"]
    assert str(PatchResult(PATCHES)).splitlines()[0] == "one: applied, two: waiting"
    removed = RemovePatchesResult(["one"])
    assert removed.headline() == "dbx-patch is disarmed, with 1 patch undone. sys.path is unchanged."
    assert str(removed).splitlines()[2:] == ["Undone", "  removed  one"]
    none = str(RemovePatchesResult([]))
    assert "with no patches undone" in none and "nothing had been patched" in none
    paths = PthProcessingResult(["/s"], ["/s/a.pth"], ["/a", "/b", "/c"], ["/a"], ["/b"])
    assert paths.headline() == "3 editable path entries, 1 put back on sys.path"
    assert list(paths.sections()[0].rows) == [("added", "/a"), ("lost", "/b"), ("present", "/c")]
    empty = PthProcessingResult([], [], [], [])
    assert empty.headline() == "No editable path entries, none put back on sys.path"
    assert "no editable install adds to sys.path" in str(empty)


def test_a_result_that_says_nothing_of_its_own_is_fine() -> None:
    """And a class of results may have bases and options besides."""

    class Named:
        def __init_subclass__(cls, label: str = "", **options: Any) -> None:
            super().__init_subclass__(**options)
            cls.label = label  # type: ignore[attr-defined]

    class Own(Result, Named, label="mine"):
        def headline(self) -> str:
            return "all is well"

        def to_dict(self) -> dict[str, Any]:
            return {}

    assert Own.label == "mine"  # type: ignore[attr-defined]
    assert (Own().exit_code(), Own().sections(), str(Own())) == (0, [], "all is well")
    assert "all is well" in Own()._repr_html_()
