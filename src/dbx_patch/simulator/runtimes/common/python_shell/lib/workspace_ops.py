"""Counts file operations under the workspace. Part of the simulator, not of the runtime.

`open`, `os.listdir` and `os.scandir` raise audit events, whoever calls them. `stat` does not, so ``os.stat``,
``os.lstat`` and the ``_os`` of the import system's own module are interposed.
"""

from __future__ import annotations

import os
import sys
from typing import Any, Callable, Dict, List

_KINDS = {"open": "open", "os.listdir": "listdir", "os.scandir": "listdir"}
_KEPT = 1000


class _CountingOs:
    """The ``posix`` module as ``importlib._bootstrap_external`` sees it, with another ``stat``."""

    def __init__(self, real: Any, stat: Callable[..., Any]) -> None:
        self._real = real
        self.stat = stat

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class WorkspaceOps:
    """Between `start` and `stop` every operation on the workspace is noted; several threads' ones together."""

    def __init__(self, workspace: str) -> None:
        self._folders = tuple(dict.fromkeys([workspace, os.path.realpath(workspace)]))  # it may be a link to a mount
        self._running = False
        self._paths: List[List[str]] = []
        self._counts: Dict[str, int] = {}

    def install(self) -> None:
        """Interpose. There is no way back: audit hooks stay."""
        external: Any = sys.modules["_frozen_importlib_external"]
        external._os = _CountingOs(external._os, self._wrap(external._os.stat))
        os.stat = self._wrap(os.stat)
        os.lstat = self._wrap(os.lstat)
        sys.addaudithook(self._audit)

    def start(self) -> None:
        """Begin at zero."""
        self._paths = []
        self._counts = {"stat": 0, "listdir": 0, "open": 0}
        self._running = True

    def stop(self) -> Dict[str, Any]:
        """The counts since `start`, and the first paths in order."""
        self._running = False
        return {**self._counts, "paths": self._paths}

    def _audit(self, event: str, args: Any) -> None:
        if self._running and event in _KINDS:
            self._note(_KINDS[event], args[0])

    def _wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(path: Any, *args: Any, **kwargs: Any) -> Any:
            if self._running:
                self._note("stat", path)
            return function(path, *args, **kwargs)

        return counted

    def _note(self, kind: str, path: Any) -> None:
        if path is None:
            path = "."
        if isinstance(path, int):
            return
        text = os.path.abspath(os.fsdecode(path))
        if any(text == folder or text.startswith(folder + "/") for folder in self._folders):
            self._counts[kind] += 1
            if len(self._paths) < _KEPT:
                self._paths.append([kind, text])
