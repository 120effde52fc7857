"""Counts the packages that a notebook imports, by a wrapper of ``builtins.__import__`` [seen]."""

from __future__ import annotations

import builtins
from typing import Any, Callable, Dict

imported_packages: Dict[str, int] = {}


def _create_import_patch(python_builtin_import: Callable[..., Any]) -> Callable[..., Any]:
    def import_patch(
        name: str,
        globals: Any = None,
        locals: Any = None,
        fromlist: Any = (),
        level: int = 0,  # noqa: A002
    ) -> Any:
        original_result = python_builtin_import(name, globals, locals, fromlist, level)
        if level == 0:
            package = name.partition(".")[0]
            imported_packages[package] = imported_packages.get(package, 0) + 1
        return original_result

    return import_patch


def enable() -> None:
    """Put the wrapper around whatever is ``builtins.__import__`` now."""
    builtins.__import__ = _create_import_patch(builtins.__import__)
