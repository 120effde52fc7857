"""The helper that keeps the import state knows every global of dbx-patch, and puts everything back."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import dbx_patch
from dbx_patch import hooks
from dbx_patch.hooks import applied
from dbx_patch.index import snapshot
from support import state

SOURCE = Path(dbx_patch.__file__).parent
FILLED = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)


def is_filled(value: ast.expr | None) -> bool:
    """Tell whether a global's first value is something that functions can put things into."""
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id in ("set", "dict", "list", "frozenset")
    return isinstance(value, FILLED)


def globals_of(file: Path) -> set[str]:
    """The names of a module that functions rebind, and containers that are no constants: those are in capitals."""
    tree = ast.parse(file.read_text("utf-8"))
    names = {name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names}
    for node in tree.body:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and is_filled(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names.update(t.id for t in targets if isinstance(t, ast.Name) and t.id == t.id.lower() and t.id[:2] != "__")
    return names


def test_every_global_of_dbx_patch_is_reset() -> None:
    files = [*SOURCE.rglob("*.py"), SOURCE.with_name("_dbx_patch_bootstrap.py")]
    found = {}
    for file in files:
        name = ".".join(file.relative_to(SOURCE.parent).with_suffix("").parts)
        names = globals_of(file) - {"lock"}  # nobody holds it between tests
        if names and "simulator" not in file.parts:
            found[name.replace(".__init__", "")] = names
    assert found == {module: set(names) for module, names in state.GLOBALS.items()}


def test_a_fresh_process_begins_with_these() -> None:
    """Told by the modules' own text, run once more under another name."""
    with state.kept():
        for module, names in state.GLOBALS.items():
            fresh = state.fresh_copy(sys.modules[module].__file__ or "")
            assert {name: getattr(fresh, name) for name in names} == names, module


def everything() -> list[object]:
    """The tables of the import system and dbx-patch's globals: the objects, and what is in them."""
    tables = [getattr(sys, name) for name in state.TABLES]
    tables += [vars(sys.modules[module])[name] for module, names in state.GLOBALS.items() for name in names]
    return [(id(table), list(table) if isinstance(table, (list, dict, set)) else table) for table in tables]


def test_everything_is_put_back() -> None:
    with state.kept():
        pass  # has every module loaded
    before = everything()
    with state.kept():
        assert hooks.faults == [] and snapshot.known() is None
        hooks.arm()
        hooks.record_fault("a test", ValueError())
        applied.undos["sys_path_init"] = []
        snapshot.current()
        sys.path = ["/elsewhere"]
        sys.path_hooks.clear()
        sys.path_importer_cache["/elsewhere"] = None
        sys.modules["made_by_a_test"] = sys
        assert hooks.is_in_place(hooks.TRIGGER) and everything() != before
    assert everything() == before and not hooks.is_in_place(hooks.TRIGGER)
