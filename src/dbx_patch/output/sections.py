"""What a result is made of: titled sections with rows of cells, some of which are commands or words with a meaning."""

from dataclasses import dataclass
from typing import Sequence

WIDEST_CELL = 40  # in a terminal, of a column that is not the last
# word -> its kind: a cell that is one of these is marked, in a terminal by colour, in HTML as a badge
KINDS = {
    **dict.fromkeys(
        ("applied", "ok", "added", "present", "works", "yes", "wins", "passes", "handled", "holds"), "good"
    ),
    **dict.fromkeys(("failed", "error", "missing", "fails", "refused", "missed"), "bad"),
    **dict.fromkeys(("warning", "not_applicable", "disabled", "removed", "lost", "stops"), "doubtful"),
    **dict.fromkeys(("waiting", "note", "no", "other", "not tried"), "quiet"),
}


class Command(str):
    """Text that is there to be pasted, so it is never wrapped; its comment lines are."""


@dataclass
class Section:
    """A titled part of a result.

    A ``table`` aligns its rows' cells; ``head`` names its columns, where they need names. A ``list`` has a row per
    item: a marked word, a title, then paragraphs; ``lines`` has the same without the word.
    """

    title: str
    rows: Sequence[Sequence[str]]
    empty: str = ""  # what stands in place of no rows
    layout: str = "table"
    head: Sequence[str] = ()


def visible(text: str) -> str:
    """Escape what would move the cursor or cannot be encoded: folders may have any name."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
