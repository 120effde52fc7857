"""Results as HTML for a notebook: self-contained, readable in a narrow column, on a light page and on a dark one."""

from html import escape
from typing import Sequence

from dbx_patch.output.sections import KINDS, Command, Section, visible

# Badges bring their own background; everything else takes its colours from the page.
_BADGES = {"good": "#1a7f37", "bad": "#b3261e", "doubtful": "#8a5a00", "quiet": "#4a5a6a"}
_UNBROKEN = (
    14  # a cell up to this long stays on one line; longer ones may be broken anywhere, but not to a letter a line
)
_CELL = "text-align: left; vertical-align: top; padding: .15em .6em .15em 0; background: none; border: 0; "
_TITLE = "margin: .9em 0 .2em; font-size: inherit; font-weight: normal; line-height: inherit; opacity: .75"
_CODE = (
    "margin: .3em 0; padding: .4em .6em; background: rgba(128,128,128,.16); color: inherit;"
    " white-space: pre-wrap; overflow-wrap: anywhere; border-radius: 4px"
)
_BUTTON = "float: right; margin: .3em; font-size: .85em; cursor: pointer"
# By selecting, because a notebook's frame need not be allowed to use the clipboard's own interface. Where copying is
# not allowed either, the text is selected, and the button says how to go on.
_COPY = (
    "var s = window.getSelection(); s.removeAllRanges(); s.selectAllChildren(this.nextElementSibling);"
    " this.textContent = document.execCommand('copy') ? 'Copied' : 'Press Ctrl+C'"
)


def as_html(headline: str, sections: Sequence[Section]) -> str:
    """Return the whole result."""
    title = "margin: .3em 0; font-size: inherit; font-weight: bold; line-height: inherit; overflow-wrap: anywhere"
    parts = [
        '<div style="max-width: 60em; text-align: left; line-height: 1.45">',
        f'<h3 style="{title}">{_html(headline)}</h3>',
    ]
    for section in sections:
        parts.append(f'<h4 style="{_TITLE}">{_html(section.title)}</h4>')
        if not section.rows:
            parts.append(f'<p style="margin: .1em 0 .1em 1em">{_html(section.empty)}</p>')
        elif section.layout == "list":
            parts += [_item(row) for row in section.rows]
        elif section.layout == "lines":
            parts += [_item(("", *row)) for row in section.rows]
        else:
            parts.append(_table(section))
    return "".join(parts) + "</div>"


def _table(section: Section) -> str:
    lines = []
    if section.head:
        names = "".join(f'<th scope="col" style="{_CELL}opacity: .75">{_html(name)}</th>' for name in section.head)
        lines.append(f'<tr style="background: none">{names}</tr>')
    for row in section.rows:
        # What a row is about is its first cell that is more than a mark
        about = next((number for number, cell in enumerate(row) if cell not in KINDS), 0)
        cells = "".join(_cell(cell, number == about and len(row) > 1) for number, cell in enumerate(row))
        lines.append(f'<tr style="background: none">{cells}</tr>')
    table = "border-collapse: collapse; border: 0; margin: 0 0 0 1em; font-size: inherit; color: inherit"
    return f'<table style="{table}">{"".join(lines)}</table>'


def _cell(cell: str, heads: bool) -> str:
    wrap = "white-space: nowrap" if len(cell) <= _UNBROKEN else "min-width: 7em; overflow-wrap: anywhere"
    if heads:
        return f'<th scope="row" style="{_CELL}font-weight: normal; {wrap}">{_marked(cell)}</th>'
    return f'<td style="{_CELL}{wrap}">{_marked(cell)}</td>'


def _item(row: Sequence[str]) -> str:
    mark, title, *paragraphs = row
    parts = [f'<div style="overflow-wrap: anywhere">{_marked(mark)} <strong>{_html(title)}</strong></div>']
    for text in paragraphs:
        if isinstance(text, Command):
            parts.append(_command(text))
        else:
            parts.append(f'<div style="overflow-wrap: anywhere">{_html(text)}</div>')
    style = "margin: .5em 0 .7em 1em; padding-left: .8em; border-left: 3px solid rgba(128,128,128,.45)"
    return f'<div style="{style}">{"".join(parts)}</div>'


def _command(text: str) -> str:
    code = f'<pre style="{_CODE}"><code style="color: inherit; background: none">{_html(text)}</code></pre>'
    if all(line.startswith("#") for line in text.split("\n")):
        return code  # there is nothing to run in it
    return f'<button type="button" style="{_BUTTON}" onclick="{escape(_COPY)}">Copy</button>{code}'


def _marked(cell: str) -> str:
    kind = KINDS.get(cell)
    if kind is None:
        return _html(cell)
    style = f"background: {_BADGES[kind]}; color: #fff; padding: .05em .5em; border-radius: 4px; white-space: nowrap"
    return f'<span style="{style}">{_html(cell)}</span>'


def _html(text: str) -> str:
    return escape("\n".join(visible(line) for line in text.split("\n")))
