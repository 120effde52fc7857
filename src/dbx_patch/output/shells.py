"""What IPython is told about a result whose text has been printed: its last line's value need not be shown again."""

import sys
from typing import Any

from dbx_patch.output.text import width_of

_SHOWN_BY = "_shown_by"  # set on a result while the cell that printed it runs
_DISPLAY = "_ipython_display_"


def running_shell() -> Any:
    """Return the IPython shell that this process runs, or None."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None and hasattr(module, "get_ipython") else None


def was_printed(result: object) -> None:
    """Have ``result`` shown by no display hook until the cell that runs now has ended."""
    shell = running_shell()
    if not hasattr(shell, "events") or _SHOWN_BY in vars(result):
        return  # no shell, or one that does not tell when a cell has ended

    def forget() -> None:
        for name in (_SHOWN_BY, _DISPLAY):
            vars(result).pop(name, None)
        shell.events.unregister("post_execute", forget)

    shell.events.register("post_execute", forget)
    vars(result)[_SHOWN_BY] = True
    # A terminal has written `Out[1]:` by the time it asks, so there :func:`pretty` says that the text is above.
    if hasattr(shell, "kernel"):
        vars(result)[_DISPLAY] = _show_nothing  # no method of the class: others than IPython may know that name


def _show_nothing() -> None:
    """Take the place of everything else that IPython would show."""


def pretty(result: Any, printer: Any) -> None:
    """Write ``result`` for a terminal, and for ``text/plain``; its headline where it is part of something else."""
    if len(getattr(printer, "stack", ())) > 1:
        printer.text(f"<{result.headline()}>")
    elif _SHOWN_BY in vars(result):
        printer.text("(shown above)")
    else:
        printer.text(result.text(width=width_of(sys.stdout)))
