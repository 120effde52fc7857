"""A result is printed where it was asked for: in colour on a terminal that has some, in what the stream can encode."""

from __future__ import annotations

import io
import sys

import pytest

from dbx_patch.output.rendering import show
from dbx_patch.output.results import RemovePatchesResult
from dbx_patch.output.sections import Section, visible
from dbx_patch.output.text import WIDTH, as_text

RESULT = RemovePatchesResult(["one"])
COLOURED = "  \033[33mremoved\033[0m  one"


def stream(encoding: str = "utf-8", is_terminal: bool = False) -> io.TextIOWrapper:
    made = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    made.isatty = lambda: is_terminal  # type: ignore[method-assign]
    return made


def shown(result: object, out: io.TextIOWrapper) -> str:
    show(result, out)
    out.flush()
    return out.buffer.getvalue().decode(out.encoding)  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(
    "is_terminal, variables, is_coloured",
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_colour(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool, variables: dict[str, str], is_coloured: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    text = shown(RESULT, stream(is_terminal=is_terminal))
    assert text.splitlines()[-1] == (COLOURED if is_coloured else "  removed  one")


def test_what_a_stream_cannot_encode_is_escaped() -> None:
    result = RemovePatchesResult(["ünï"])
    assert shown(result, stream("ascii")).endswith("\\xfcn\\xef\n")
    assert shown(result, stream()).endswith("ünï\n")
    text = io.StringIO()  # has no encoding
    show(result, text)
    assert text.getvalue() == f"{result}\n"


def test_a_process_without_a_console(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    show(RESULT)
    assert shown(RESULT, stream()) == f"{RESULT}\n"


def test_text_that_would_move_the_cursor_is_escaped() -> None:
    assert visible("a b\tc\033[2J\u202eü") == "a b\\tc\\x1b[2J\\u202eü"


def test_lists_and_lines() -> None:
    """Titles, paragraphs and further lines of each are set in by where they belong."""
    long = "word " * 9
    rows = [("error", "title " * 8, long), ("note", "", "x")]
    text = as_text("", [Section("A", rows, layout="list"), Section("B", [(long, long)], layout="lines")], width=40)
    assert text.splitlines()[2:] == [
        "  error  title title title title title",
        "         title title title",
        "    word word word word word word word",
        "    word word",
        "",
        "  note  ",
        "    x",
        "",
        "B",
        "  word word word word word word word",
        "  word word",
        "    word word word word word word word",
        "    word word",
    ]


def test_tables() -> None:
    """Columns are as wide as their cells, up to 40; the last has the rest; a narrow terminal has the cells stacked."""
    rows = [("a" * 38 + " b c d", "x", "y " * 20), ("short", "", "")]
    lines = as_text("", [Section("T", rows)], width=WIDTH).splitlines()[2:]
    assert lines == [
        "  " + "a" * 38 + " b  x  " + "y " * 16 + "y",
        "  c d" + " " * 42 + "y y y",
        "  short",
    ]
    assert as_text("", [Section("T", [("only",), ("w " * 30,)])], width=30).splitlines()[2:] == [
        "  only",
        "  " + "w " * 13 + "w",
        "  " + "w " * 13 + "w",
        "  w w",
    ]
    stacked = as_text("", [Section("T", [("the first", "v " * 20)])], width=30).splitlines()[2:]
    assert stacked == ["  the first", "    " + "v " * 12 + "v", "    " + "v " * 6 + "v"]


def test_prose_is_no_wider_than_can_be_read() -> None:
    lines = as_text("x " * 200, [], width=300).splitlines()
    assert len(lines) == 4 and {len(line) for line in lines} == {99}, "100 at the most, and blanks are every second"


def test_a_path_with_blanks_is_whole_where_another_one_is_above_it() -> None:
    lines = as_text("w" * 20 + " /w s/my own", [], width=30, paths=["/w s", "/w s/my own"]).splitlines()
    assert lines == ["w" * 20, "/w s/my own"]
