"""Showing a result where it was asked for: its text, in the terminal's width and what the stream can encode."""

import os
import sys
from typing import IO, Optional

from dbx_patch.output.html import as_html as as_html
from dbx_patch.output.sections import Command as Command
from dbx_patch.output.sections import Section as Section
from dbx_patch.output.shells import was_printed
from dbx_patch.output.text import as_text as as_text
from dbx_patch.output.text import fold as fold
from dbx_patch.output.text import is_terminal as is_terminal
from dbx_patch.output.text import width_of as width_of


def show(result: object, stream: Optional[IO[str]] = None) -> None:
    """Print a result: coloured on a terminal unless ``NO_COLOR`` is set, and whatever the stream can encode."""
    out = sys.stdout if stream is None else stream
    if out is None:  # a process without a console
        return
    text = result.text(colour=_wants_colour(out), width=width_of(out)) if hasattr(result, "text") else str(result)
    encoding = getattr(out, "encoding", None) or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), file=out)
    if stream is None and hasattr(result, "_repr_html_"):
        was_printed(result)


def _wants_colour(stream: IO[str]) -> bool:
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return is_terminal(stream)
