"""Replaces ``builtins.__import__`` to look whether an imported file has changed (RUNTIME.md, layer 4 [doc, seen])."""

from __future__ import annotations

import builtins
import os
import sys
from typing import Any, Dict, Optional

from dbruntime.autoreload.file_module_utils import get_allowed_file_name_or_none


def _absolute_name(name: str, args: Any, kwargs: Any) -> str:
    caller = args[0] if args else kwargs.get("globals")
    level = args[3] if len(args) > 3 else kwargs.get("level", 0)
    if not level or not caller:
        return name
    package = caller.get("__package__") or ""
    base = package.rsplit(".", level - 1)[0] if level > 1 else package
    return f"{base}.{name}" if name else base


class AutoreloadDiscoverabilityHook:
    """Remembers each allowed module's mtime; hints once when a later import finds it newer."""

    def __init__(self) -> None:
        self._original_builtins_import = builtins.__import__
        self._last_mtime: Dict[str, float] = {}
        self._should_hint = False

    def _mtime_of(self, name: str) -> Optional[float]:
        module = sys.modules.get(name)
        fname = None if module is None else get_allowed_file_name_or_none(module)
        if fname is None:
            return None
        try:
            return os.stat(fname).st_mtime
        except OSError:
            return None

    def _patched_import(self, name: str, *args: Any, **kwargs: Any) -> Any:
        absolute_name = _absolute_name(name, args, kwargs)
        before = self._mtime_of(absolute_name)
        if before is not None and before > self._last_mtime.get(absolute_name, float("inf")):
            self._should_hint = True
        original_result = self._original_builtins_import(name, *args, **kwargs)
        if absolute_name not in self._last_mtime:
            after = self._mtime_of(absolute_name)
            if after is not None:
                self._last_mtime[absolute_name] = after
        return original_result

    def register(self) -> None:
        """Take the place of ``builtins.__import__``."""
        builtins.__import__ = self._patched_import

    def pop_hint(self) -> bool:
        """After a cell: whether a changed file was imported again."""
        hint, self._should_hint = self._should_hint, False
        return hint
