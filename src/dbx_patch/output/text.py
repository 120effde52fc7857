"""Results as text, for a terminal of any width from some 40 columns on."""

import os
import re
from typing import IO, Iterable, List, Optional, Sequence

from dbx_patch.output.sections import KINDS, WIDEST_CELL, Command, Section, visible

WIDTH = 80
_PROSE = 100  # longer lines of prose are hard to read, however wide the terminal is
_NARROW = 24  # a last column that would be narrower than this, and than its text, goes below the others
_COLOURS = {"good": "32", "bad": "1;31", "doubtful": "33", "quiet": "36"}
_GLUE = "\0"  # stands for a blank within a path; `visible` leaves none in a text
# A path whose folders' names have blanks, as far as its slashes show it
BLANK_PATH = re.compile(r"(?<![^\s'\"(`:=])/[^\s]*(?:(?: [^\s/.,:;]+){0,2} [^\s/'\"`(]+/[^\s]*)+")


class Layout:
    """How one result is laid out: in lines of at most ``width``; a path of ``paths`` is broken after slashes only."""

    def __init__(self, width: int = WIDTH, colour: bool = False, paths: Iterable[str] = ()) -> None:
        self.width = max(width, 30)
        self.colour = colour
        self.paths = sorted({visible(path) for path in paths if " " in path}, key=len, reverse=True)

    def text(self, headline: str, sections: Sequence[Section]) -> str:
        """Return the whole result."""
        lines = self.fold(headline, min(self.width, _PROSE))
        for section in sections:
            lines += ["", *self.fold(section.title, self.width), *self._body(section)]
        return "\n".join(lines)

    def _body(self, section: Section) -> List[str]:
        if not section.rows:
            return ["  " + line for line in self.fold(section.empty, self.width - 2)]
        if section.layout == "list":
            return self._list(section.rows)
        if section.layout == "lines":
            return [
                " " * (4 if number else 2) + line
                for row in section.rows
                for number, text in enumerate(row)
                for line in self.fold(text, self.width - 4)
            ]
        return self._table(section)

    def _table(self, section: Section) -> List[str]:
        head = [word.upper() for word in section.head]
        rows = [head, *section.rows] if head else section.rows
        columns = max(len(row) for row in rows)
        natural = [max((len(visible(row[i])) for row in rows if len(row) > i), default=0) for i in range(columns)]
        widths = [min(WIDEST_CELL, width) for width in natural[:-1]]
        widths.append(self.width - 2 - sum(widths) - 2 * len(widths))
        if widths[-1] < min(natural[-1], _NARROW):
            return [line for row in section.rows for line in self._stacked(row, section.head)]
        lines = []
        for row in rows:
            cells = [self.fold(cell, width) or [""] for cell, width in zip(row, widths)]
            for number in range(max(map(len, cells))):
                parts = [cell[number] if number < len(cell) else "" for cell in cells]
                padded = [self._marked(part) + " " * (width - len(part)) for part, width in zip(parts, widths)]
                lines.append(("  " + "  ".join(padded)).rstrip())
        return lines

    def _stacked(self, row: Sequence[str], head: Sequence[str]) -> List[str]:
        """Return a table's row as lines below one another: a marked word has the next cell beside it."""
        beside = 2 if row[0] in KINDS else 1
        title = "  ".join(row[:beside])
        first, *rest = self.fold(title, self.width - 4) or [""]
        if first.startswith(row[0]):
            first = self._marked(row[0]) + first[len(row[0]) :]
        lines = ["  " + first, *("    " + line for line in rest)]
        for number, cell in enumerate(row[beside:], beside):
            # A word that is no sentence says nothing without its column's name
            label = f"{head[number].lower()}: " if number < len(head) and cell in KINDS else ""
            lines += ["    " + line for line in self.fold(label + cell, self.width - 4)]
        return lines

    def _list(self, rows: Sequence[Sequence[str]]) -> List[str]:
        lines: List[str] = []
        for mark, title, *paragraphs in rows:
            lines += [""] if lines else []
            first, *rest = self.fold(title, self.width - 4 - len(mark)) or [""]
            lines.append(f"  {self._marked(mark)}  {first}")
            lines += ["  " + " " * len(mark) + "  " + line for line in rest]
            for paragraph in paragraphs:
                if isinstance(paragraph, Command):
                    lines += ["      " + line for line in self._command(paragraph)]
                else:
                    lines += ["    " + line for line in self.fold(paragraph, min(self.width, _PROSE) - 4)]
        return lines

    def _command(self, command: str) -> List[str]:
        lines: List[str] = []
        for line in command.split("\n"):
            if line.startswith("# "):
                lines += ["# " + part for part in self.fold(line[2:], min(self.width, _PROSE) - 8)]
            else:
                lines.append(visible(line))
        return lines

    def _marked(self, word: str) -> str:
        kind = KINDS.get(word) if self.colour else None
        return f"\033[{_COLOURS[kind]}m{word}\033[0m" if kind else word

    def fold(self, text: str, width: int) -> List[str]:
        """Break ``text`` into lines of at most ``width``: at blanks, and a longer word or path after its slashes."""
        lines, line = [], ""
        for word in re.findall(r"\S+\s*", self._glued(visible(text))):
            for piece in _pieces(word, width):
                if line and (len((line + piece).rstrip()) > width or (len(word) > width and word.startswith(piece))):
                    lines.append(line.rstrip())
                    line = ""
                line += piece
        lines += [line.rstrip()] if line else []
        return [line.replace(_GLUE, " ") for line in lines]

    def _glued(self, text: str) -> str:
        """Return ``text`` with no blank in its paths: in those that are known, and in what slashes show to be one."""
        for path in self.paths:
            text = text.replace(path, path.replace(" ", _GLUE))
        return BLANK_PATH.sub(lambda match: match[0].replace(" ", _GLUE), text)


def _pieces(word: str, width: int) -> List[str]:
    if len(word.rstrip()) <= width:
        return [word]
    parts = re.findall(r"[^/]*/|[^/]+", word)
    return [part[start : start + width] for part in parts for start in range(0, len(part), width)]


def fold(text: str, width: int) -> List[str]:
    """Break a text that stands by itself into lines of at most ``width``."""
    return Layout().fold(text, width)


def as_text(
    headline: str,
    sections: Sequence[Section],
    colour: bool = False,
    width: int = WIDTH,
    paths: Iterable[str] = (),
) -> str:
    """Return text of at most ``width`` columns, but for a :class:`Command` that is longer; ``colour``: ANSI codes.

    ``paths``: those that the text may name, so that it is known where one with blanks in it ends.
    """
    return Layout(width, colour, paths).text(headline, sections)


def width_of(stream: Optional[IO[str]]) -> int:
    """Return a terminal's width, or what ``COLUMNS`` says it is; for anything else a width that suits everybody."""
    if not is_terminal(stream):
        return WIDTH
    stated = os.environ.get("COLUMNS", "")
    try:
        return int(stated) if stated.isdecimal() else os.get_terminal_size(stream.fileno()).columns or WIDTH  # type: ignore[union-attr]
    except (OSError, ValueError):  # it says so, but is none
        return WIDTH


def is_terminal(stream: Optional[IO[str]]) -> bool:
    """Tell whether somebody reads along."""
    return bool(getattr(stream, "isatty", bool)())
