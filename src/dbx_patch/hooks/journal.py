"""What dbx-patch did, for whoever asked to be told: silent unless ``DBX_PATCH_LOG_LEVEL`` names a level.

``logging`` is loaded only then. The frames here are to be seen by the runtime's walk: loading is a library's import.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from logging import Logger
    from typing import Optional

_logger: "Optional[Logger]" = None
_handed_over = False


def note(message: str, *details: object) -> None:
    """Log at DEBUG, lazily formatted."""
    if _handed_over or os.environ.get("DBX_PATCH_LOG_LEVEL"):
        logger().debug(message, *details)


def logger() -> "Logger":
    """Return the ``dbx_patch`` logger: to stderr from the level in ``DBX_PATCH_LOG_LEVEL``, unless handed over."""
    global _logger
    if _logger is None:
        import logging

        _logger = logging.getLogger("dbx_patch")
        level = logging.getLevelName(os.environ.get("DBX_PATCH_LOG_LEVEL", "").strip().upper())
        if isinstance(level, int) and not _handed_over:
            handler = logging.StreamHandler()
            handler.setFormatter(logging.Formatter("%(name)s %(levelname)s: %(message)s"))
            _logger.addHandler(handler)
            _logger.setLevel(level)
            _logger.propagate = False
    return _logger


def reset_logger() -> None:
    """Hand the ``dbx_patch`` logger back to the application: no handler or level of ours, messages propagate."""
    global _handed_over
    _handed_over = True
    own = logger()
    for handler in list(own.handlers):
        own.removeHandler(handler)
    own.setLevel(0)
    own.propagate = True
