"""What IPython is told about a result whose text has been printed: its last line's value need not be shown again."""

import sys
from typing import Any

from dbx_patch.output.text import width_of

_SHOWN_BY = "_shown_by"  # set on a result while the cell that printed it runs


def running_shell() -> Any:
    """Return the IPython shell that this process runs, or None."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None and hasattr(module, "get_ipython") else None


def was_printed(result: object) -> None:
    """Have ``result`` shown by no display hook until the cell that runs now has ended."""
    shell = running_shell()
    if shell is None or _SHOWN_BY in vars(result):
        return

    def forget() -> None:
        vars(result).pop(_SHOWN_BY, None)
        shell.events.unregister("post_execute", forget)

    shell.events.register("post_execute", forget)
    vars(result)[_SHOWN_BY] = shell


def stay_silent(result: object) -> None:
    """Return where ``result`` is on the page already; raises NotImplementedError where IPython is to show it.

    A terminal has written `Out[1]:` by the time it asks, so there :func:`pretty` says that the text is above.
    """
    if not hasattr(vars(result).get(_SHOWN_BY), "kernel"):
        raise NotImplementedError


def pretty(result: Any, printer: Any) -> None:
    """Write ``result`` for a terminal, and for ``text/plain``; its headline where it is part of something else."""
    if len(getattr(printer, "stack", ())) > 1:
        printer.text(f"<{result.headline()}>")
    elif _SHOWN_BY in vars(result):
        printer.text("(shown above)")
    else:
        printer.text(result.text(width=width_of(sys.stdout)))
