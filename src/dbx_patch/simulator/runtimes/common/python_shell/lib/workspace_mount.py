"""The workspace refuses ``__pycache__`` (RUNTIME.md, "The process" [seen]). Part of the simulator, not of the runtime.

An audit hook can refuse, whoever asks: what it raises comes out of the operation itself.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import Any, Tuple

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def refuse_bytecode(workspace: str) -> None:
    """From now on no ``__pycache__`` is made below *workspace*, and no file is written in one, by either spelling."""
    inside = (workspace + os.sep, os.path.realpath(workspace) + os.sep)

    def audit(event: str, args: Any) -> None:
        if event == "os.mkdir" or (event == "open" and _is_writing(args)):
            _refuse(args[0], inside)

    sys.addaudithook(audit)


def _is_writing(args: Any) -> bool:
    mode, flags = args[1], args[2]
    return any(letter in mode for letter in "wax+") if isinstance(mode, str) else bool(flags & _WRITING)


def _refuse(path: Any, inside: Tuple[str, ...]) -> None:
    text = os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else ""
    if "__pycache__" in text and os.path.abspath(text).startswith(inside):
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP), path)
