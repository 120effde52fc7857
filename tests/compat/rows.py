"""All rows of the matrix; ``why_not`` tells which of them cannot be installed here."""

from __future__ import annotations

import shutil
import sys
from importlib import metadata
from typing import Iterable

from compat.projects import Row
from compat.rows_compiled import COMPILED_ROWS
from compat.rows_editables import EDITABLES_ROWS
from compat.rows_namespaces import HALVES
from compat.rows_others import OTHER_ROWS
from compat.rows_setuptools import SETUPTOOLS_ROWS
from support.environments import target_version

ROWS = (*SETUPTOOLS_ROWS, *OTHER_ROWS, *COMPILED_ROWS, *EDITABLES_ROWS)
# What the extra `compat` brings, and so what says that it is wanted; the environment under test gets its own.
EXTRA = ("cmake", "flit", "maturin", "meson-python", "ninja", "pdm-backend", "scikit-build-core", "uv", "uv_build")
POETRY_EXTRA = ("poetry",)  # not for Python 3.8


def absent(names: Iterable[str]) -> list[str]:
    """Return those distributions that the interpreter which runs the tests does not have."""
    missing = []
    for name in names:
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            missing.append(name)
    return missing


_ABSENT = absent(EXTRA + (POETRY_EXTRA if sys.version_info >= (3, 9) else ()))


def why_not(row: Row) -> str:
    """Return why a row cannot be installed here, "" where it can."""
    if not row.min_python <= target_version() <= row.max_python:
        return f"{row.id} is not for Python {'.'.join(map(str, target_version()))}"
    if not row.needs_only_pip and _ABSENT:
        return f"needs the extra: pip install '.[compat]' ({', '.join(_ABSENT)} missing)"
    if row.program and not shutil.which(row.program):
        return f"needs {row.program}"
    return ""


def installable() -> list[Row]:
    """Return the rows, and the halves of namespaces, that can be installed here."""
    return [row for row in (*ROWS, *HALVES) if not why_not(row)]
