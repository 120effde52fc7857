"""What dbx-patch did, for whoever asked to be told: silent unless ``DBX_PATCH_LOG_LEVEL`` names a level.

Lines go to stderr as they are: ``logging`` is not imported, which inside somebody else's import could wait for that
thread's lock. Only an application that takes the ``dbx_patch`` logger over has its own ``logging`` called.
"""

import os
import sys

from dbx_patch.hooks import outside_import_lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from logging import Logger
    from typing import Optional

DEBUG, INFO, WARNING = 10, 20, 30
# From which on something is said; of what is wanted only from a higher one on, there is nothing
LEVELS = {"NOTSET": DEBUG, "DEBUG": DEBUG, "INFO": INFO, "WARN": WARNING, "WARNING": WARNING}
_handed_over: "Optional[Logger]" = None


def note(message: str, *details: object, level: int = DEBUG) -> None:
    """Log at ``level``, formatted only if somebody listens. Not to be called with ``hooks.lock`` held."""
    if _handed_over is not None:
        outside_import_lock(_handed_over.log, level, message, *details)
        return
    wanted = LEVELS.get(os.environ.get("DBX_PATCH_LOG_LEVEL", "").strip().upper())
    if wanted is not None and level >= wanted and sys.stderr is not None:
        name = {DEBUG: "DEBUG", INFO: "INFO"}.get(level, "WARNING")
        outside_import_lock(sys.stderr.write, f"dbx_patch {name}: {message % details}\n")


def reset_logger() -> None:
    """Hand what is logged over to the application's own ``dbx_patch`` logger, which has no handler or level of ours."""
    global _handed_over
    import logging

    _handed_over = logging.getLogger("dbx_patch")
