"""Results as text for a terminal and as HTML for a notebook."""

from html import escape
from typing import TYPE_CHECKING, Sequence

if TYPE_CHECKING:
    from dbx_patch.results import Section

_GOOD = ("applied", "ok", "added", "present", "works")
_BAD = ("failed", "error", "missing", "fails")
_CODES = {"good": "32", "bad": "31", "other": "33"}
_WIDTH = 80


def as_text(headline: str, sections: "Sequence[Section]") -> str:
    """Return at most 80 columns of plain text, cells aligned; coloured on a terminal unless ``NO_COLOR`` is set."""
    lines = [headline]
    for section in sections:
        lines += ["", section.title]
        lines += _table(section.rows) if section.rows else ["  " + section.empty]
    return "\n".join(lines)


def _table(rows: "Sequence[Sequence[str]]") -> "list[str]":
    columns = max(len(row) for row in rows)
    widths = [max(len(row[i]) for row in rows if len(row) > i) for i in range(columns)]
    return ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def as_html(headline: str, sections: "Sequence[Section]") -> str:
    """Return self-contained HTML that takes its colours from the page it stands in."""
    parts = [f"<div><p><strong>{escape(headline)}</strong></p>"]
    for section in sections:
        rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in section.rows)
        parts.append(f"<p>{escape(section.title)}</p><table>{rows}</table>")
    return "".join(parts) + "</div>"
