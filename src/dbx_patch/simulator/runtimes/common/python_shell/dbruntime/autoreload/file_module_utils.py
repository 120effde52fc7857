"""Which files autoreload cares for (RUNTIME.md, layer 4 [doc, seen])."""

from __future__ import annotations

import os
from types import ModuleType
from typing import Callable, List, Optional

AllowlistCheck = Callable[[str], bool]

_TEST_PREFIX = os.environ.get("WSFS_TEST_DIR", "")

_AUTORELOAD_ALLOWLIST_CHECKS: List[AllowlistCheck] = [
    lambda fname: fname.startswith(_TEST_PREFIX + "/Workspace"),
]


def register_autoreload_allowlist_check(check: AllowlistCheck) -> None:
    """Have *check* asked as well. It runs around every import, and nothing catches what it raises."""
    _AUTORELOAD_ALLOWLIST_CHECKS.append(check)


def deregister_autoreload_allowlist_check(check: AllowlistCheck) -> None:
    """Undo that; ValueError if *check* is not there."""
    _AUTORELOAD_ALLOWLIST_CHECKS.remove(check)


def is_file_in_allowlist(fname: str) -> bool:
    """Whether any check wants this file."""
    return any(check(fname) for check in _AUTORELOAD_ALLOWLIST_CHECKS)


def get_allowed_file_name_or_none(module: ModuleType) -> Optional[str]:
    """The module's file, if it has one and a check wants it."""
    fname = getattr(module, "__file__", None)
    if not isinstance(fname, str) or not is_file_in_allowlist(fname):
        return None
    return fname
