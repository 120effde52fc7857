"""The whole import state, saved and restored; and dbx-patch's own globals, set to what a fresh process has.

This is the only place in the tests that resets them.
"""

from __future__ import annotations

import copy
import importlib
import importlib.util
import sys
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Iterator

import pytest

# Each module's globals that its functions rebind or fill, and what they are in a process that has done nothing yet.
GLOBALS: dict[str, dict[str, Any]] = {
    "_dbx_patch_bootstrap": {"runs": 0, "fault": None},
    "dbx_patch.commands.notebook": {"_armed_here": False},
    "dbx_patch.hooks": {"watched": {}, "names": frozenset(), "_asking": {}, "_loaded": {}, "faults": []},
    "dbx_patch.hooks.applied": {"undos": {}, "_remarks": {}},
    "dbx_patch.hooks.answers": {"_finders": {}},
    "dbx_patch.hooks.fallback": {"served": {}},
    "dbx_patch.hooks.journal": {"_handed_over": None},
    "dbx_patch.hooks.loaders": {"_running": {}},
    "dbx_patch.hooks.portions": {"_extends": {}},
    "dbx_patch.hooks.rationed": {"_all_entries": False, "_judged": (None, None, {}), "ours": {}, "patched_hooks": []},
    "dbx_patch.hooks.sys_path": {"_complete": (None, []), "_learnt": None},
    "dbx_patch.index.pth_files": {"doubts": 0, "_ordered": ([], [])},
    "dbx_patch.index.scan": {"_trees": {}},
    "dbx_patch.index.snapshot": {"_index": None},
    "dbx_patch.patches.wsfs_import_hook_patch": {"_entries": {}},
}
TABLES = ("path", "meta_path", "path_hooks", "modules", "path_importer_cache")


@contextmanager
def kept() -> Iterator[None]:
    """Start with dbx-patch's globals as in a fresh process; afterwards have the import state as it was before."""
    for module in GLOBALS:
        importlib.import_module(module)  # before anything is saved: a module that stays has its globals restored
    tables = [(name, getattr(sys, name)) for name in TABLES]
    contents = [copy.copy(table) for _, table in tables]
    owned = [(vars(sys.modules[module]), name) for module, names in GLOBALS.items() for name in names]
    values = [value for names in GLOBALS.values() for value in names.values()]
    before = [(namespace[name], copy.copy(namespace[name])) for namespace, name in owned]
    for (namespace, name), (value, _), fresh in zip(owned, before, copy.deepcopy(values)):
        _refill(value, fresh)  # the same object where it is a table: another module may have imported it by name
        namespace[name] = value if isinstance(value, (dict, list)) else fresh
    try:
        yield
    finally:
        for (name, table), content in zip(tables, contents):
            _refill(table, content)  # the same object: importlib and others hold it
            setattr(sys, name, table)
        for (namespace, name), (value, content) in zip(owned, before):
            _refill(value, content)
            namespace[name] = value


def _refill(table: Any, content: Any) -> None:
    if isinstance(table, list):
        table[:] = content
    elif isinstance(table, (dict, set)) and table != content:
        for key in set(table) - set(content):  # never empty in between: every import looks into these
            table.pop(key) if isinstance(table, dict) else table.remove(key)
        table.update(content)


@pytest.fixture
def import_state() -> Iterator[None]:
    """Run a test in an import state of its own: see :func:`kept`."""
    with kept():
        yield


def fresh_copy(file: str | Path) -> ModuleType:
    """Run a module's text once more, as a process does that has not loaded it yet."""
    spec = importlib.util.spec_from_file_location("fresh", file)
    assert spec is not None and spec.loader is not None
    fresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fresh)
    return fresh
