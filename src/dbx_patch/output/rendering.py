"""Results as text for a terminal and as HTML for a notebook."""

import os
import re
import sys
from dataclasses import dataclass
from html import escape
from typing import IO, List, Optional, Sequence

_WIDTH = 80
_WIDEST_CELL = 40  # of a column that is not the last
# word -> its kind: a cell that is one of these is marked, in a terminal by colour, in HTML as a badge
_KINDS = {
    **dict.fromkeys(("applied", "ok", "added", "present", "works", "yes", "wins", "passes", "handled"), "good"),
    **dict.fromkeys(("failed", "error", "missing", "fails", "refused", "missed"), "bad"),
    **dict.fromkeys(("warning", "not_applicable", "disabled", "removed", "lost", "stops"), "doubtful"),
    **dict.fromkeys(("waiting", "note", "no", "other"), "quiet"),
}
_TERMINAL = {"good": "32", "bad": "1;31", "doubtful": "33", "quiet": "36"}
# Badges bring their own background, so that they can be read on a light page and on a dark one.
_BADGES = {"good": "#1a7f37", "bad": "#b3261e", "doubtful": "#8a5a00", "quiet": "#4a5a6a"}


class Command(str):
    """Text that is there to be pasted, so it is never wrapped; its comment lines are."""


@dataclass
class Section:
    """A titled part of a result.

    A ``table`` aligns its rows' cells. A ``list`` has a row per item: a marked word, a title, then paragraphs;
    ``lines`` has the same without the word.
    """

    title: str
    rows: Sequence[Sequence[str]]
    empty: str = ""  # what stands in place of no rows
    layout: str = "table"


def show(result: object, stream: Optional[IO[str]] = None) -> None:
    """Print a result: coloured on a terminal unless ``NO_COLOR`` is set, and whatever the stream can encode."""
    out = sys.stdout if stream is None else stream
    if out is None:  # a process without a console
        return
    text = result.text(colour=_wants_colour(out)) if hasattr(result, "text") else str(result)
    encoding = getattr(out, "encoding", None) or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), file=out)


def _wants_colour(stream: IO[str]) -> bool:
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(getattr(stream, "isatty", bool)())


def as_text(headline: str, sections: Sequence[Section], colour: bool = False) -> str:
    """Return text of at most 80 columns, but for a :class:`Command` that is longer; ``colour`` adds ANSI codes."""
    lines = fold(headline, _WIDTH)
    for section in sections:
        lines += ["", *fold(section.title, _WIDTH)]
        if not section.rows:
            lines += ["  " + line for line in fold(section.empty, _WIDTH - 2)]
        elif section.layout == "list":
            lines += _list(section.rows, colour)
        elif section.layout == "lines":
            lines += [
                " " * (4 if number else 2) + line
                for row in section.rows
                for number, text in enumerate(row)
                for line in fold(text, _WIDTH - 4)
            ]
        else:
            lines += _table(section.rows, colour)
    return "\n".join(lines)


def _table(rows: Sequence[Sequence[str]], colour: bool) -> List[str]:
    columns = max(len(row) for row in rows)
    widths = [
        min(_WIDEST_CELL, max((len(_visible(row[i])) for row in rows if len(row) > i), default=0))
        for i in range(columns - 1)
    ]
    widths.append(_WIDTH - 2 - sum(widths) - 2 * len(widths))
    lines = []
    for row in rows:
        cells = [fold(cell, width) or [""] for cell, width in zip(row, widths)]
        for number in range(max(map(len, cells))):
            parts = [cell[number] if number < len(cell) else "" for cell in cells]
            padded = [_marked(part, colour) + " " * (width - len(part)) for part, width in zip(parts, widths)]
            lines.append(("  " + "  ".join(padded)).rstrip())
    return lines


def _list(rows: Sequence[Sequence[str]], colour: bool) -> List[str]:
    lines: List[str] = []
    for mark, title, *paragraphs in rows:
        lines += [""] if lines else []
        first, *rest = fold(title, _WIDTH - 4 - len(mark)) or [""]
        lines.append(f"  {_marked(mark, colour)}  {first}")
        lines += ["  " + " " * len(mark) + "  " + line for line in rest]
        for paragraph in paragraphs:
            if isinstance(paragraph, Command):
                lines += ["      " + line for line in _command_lines(paragraph)]
            else:
                lines += ["    " + line for line in fold(paragraph, _WIDTH - 4)]
    return lines


def _command_lines(command: str) -> List[str]:
    lines: List[str] = []
    for line in command.split("\n"):
        if line.startswith("# "):
            lines += ["# " + part for part in fold(line[2:], _WIDTH - 8)]
        else:
            lines.append(_visible(line))
    return lines


def _marked(word: str, colour: bool) -> str:
    kind = _KINDS.get(word) if colour else None
    return f"\033[{_TERMINAL[kind]}m{word}\033[0m" if kind else word


def fold(text: str, width: int) -> List[str]:
    """Break ``text`` into lines of at most ``width``: at blanks, and a longer word (a path) after its slashes."""
    lines, line = [], ""
    for word in re.findall(r"\S+\s*", _visible(text)):
        for piece in _pieces(word, width):
            if line and (len((line + piece).rstrip()) > width or (len(word) > width and word.startswith(piece))):
                lines.append(line.rstrip())
                line = ""
            line += piece
    return [*lines, line.rstrip()] if line else lines


def _pieces(word: str, width: int) -> List[str]:
    if len(word.rstrip()) <= width:
        return [word]
    parts = re.findall(r"[^/]*/|[^/]+", word)
    return [part[start : start + width] for part in parts for start in range(0, len(part), width)]


def _visible(text: str) -> str:
    """Escape what would move the cursor or cannot be encoded: folders may have any name."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def as_html(headline: str, sections: Sequence[Section]) -> str:
    """Return self-contained HTML that takes its text colour from the page it stands in, light or dark."""
    parts = [
        '<div style="max-width: 60em; text-align: left; line-height: 1.45">',
        f'<p style="margin: .3em 0"><strong>{_html(headline)}</strong></p>',
    ]
    for section in sections:
        parts.append(f'<p style="margin: .9em 0 .2em; opacity: .75">{_html(section.title)}</p>')
        if not section.rows:
            parts.append(f'<p style="margin: .1em 0 .1em 1em">{_html(section.empty)}</p>')
        elif section.layout == "list":
            parts += [_html_item(row) for row in section.rows]
        elif section.layout == "lines":
            parts += [_html_item(("", *row)) for row in section.rows]
        else:
            parts.append(_html_table(section.rows))
    return "".join(parts) + "</div>"


def _html_table(rows: Sequence[Sequence[str]]) -> str:
    style = "text-align: left; vertical-align: top; padding: .15em .9em .15em 0; background: none; border: 0; "
    lines = []
    for row in rows:
        cells = []
        for number, cell in enumerate(row, 1):
            whole = number < len(row) and len(cell) <= _WIDEST_CELL
            wrap = "white-space: nowrap" if whole else "white-space: normal; overflow-wrap: anywhere"
            cells.append(f'<td style="{style}{wrap}">{_html_cell(cell)}</td>')
        lines.append(f'<tr style="background: none">{"".join(cells)}</tr>')
    table = "border-collapse: collapse; border: 0; margin: 0 0 0 1em; font-size: inherit; color: inherit"
    return f'<table style="{table}">{"".join(lines)}</table>'


def _html_item(row: Sequence[str]) -> str:
    mark, title, *paragraphs = row
    parts = [f"<div>{_html_cell(mark)} <strong>{_html(title)}</strong></div>"]
    for text in paragraphs:
        if isinstance(text, Command):
            style = (
                "margin: .3em 0; padding: .4em .6em; background: rgba(128,128,128,.16); color: inherit;"
                " white-space: pre-wrap; overflow-wrap: anywhere; border-radius: 4px"
            )
            parts.append(
                f'<pre style="{style}"><code style="color: inherit; background: none">{_html(text)}</code></pre>'
            )
        else:
            parts.append(f'<div style="overflow-wrap: anywhere">{_html(text)}</div>')
    style = "margin: .5em 0 .7em 1em; padding-left: .8em; border-left: 3px solid rgba(128,128,128,.45)"
    return f'<div style="{style}">{"".join(parts)}</div>'


def _html_cell(cell: str) -> str:
    kind = _KINDS.get(cell)
    if kind is None:
        return _html(cell)
    style = f"background: {_BADGES[kind]}; color: #fff; padding: .05em .5em; border-radius: 4px; white-space: nowrap"
    return f'<span style="{style}">{_html(cell)}</span>'


def _html(text: str) -> str:
    return escape("\n".join(_visible(line) for line in text.split("\n")))
