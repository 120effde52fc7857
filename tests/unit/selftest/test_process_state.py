"""Whatever the self-test has put into the process is taken out again; what others have put there meanwhile stays."""

from __future__ import annotations

import site
import sys
from importlib.machinery import FileFinder
from types import ModuleType
from typing import Any

import pytest

from dbx_patch import hooks
from dbx_patch.hooks import answers, fallback, rationed
from dbx_patch.patches import wsfs_import_hook_patch
from dbx_patch.selftest.process_state import ProcessState

pytestmark = pytest.mark.usefixtures("import_state")
TOKEN = "dbx_patch_selftest_ab"
OURS = f"/ws/{TOKEN}/src"


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> ProcessState:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(site, "PREFIXES", [*site.PREFIXES])
    sys.path_importer_cache["/before"] = FileFinder("/before")
    made = ProcessState(TOKEN)
    assert sys.dont_write_bytecode
    return made


def test_all_is_put_back(state: ProcessState) -> None:
    path, before, prefixes = sys.path, list(sys.path), list(site.PREFIXES)
    sys.path = [*before, OURS, "/others"]
    site.PREFIXES.append(OURS)
    for name in (f"{TOKEN}_line", "others_module"):
        sys.modules[name] = ModuleType(name)
    sys.meta_path += [type("Finder", (), {"__module__": name})() for name in (f"_{TOKEN}", "others")]
    cache = sys.path_importer_cache
    cache.update({OURS: FileFinder(OURS), "/unknown": FileFinder("/unknown"), "/gone": None})
    special: Any = type("Special", (), {})()
    cache["/special"] = special
    cache["/before"] = None  # type: ignore[assignment]
    mine, others = f"{OURS}/mine", "/others/mine"
    rationed.ours.update({id(mine): mine})
    fallback.served.update({f"{TOKEN}.x": 1, "others.x": 1})  # type: ignore[dict-item]
    answers._finders.update({OURS: 1, others: 1})
    hooks.watched.update({f"{TOKEN}_line": [], "others": []})
    wsfs_import_hook_patch._entries.update({1: (OURS, ""), 2: (others, "")})  # type: ignore[dict-item]
    hooks.faults[:] = [("fallback", f"of {TOKEN}"), ("fallback", "of others")]
    assert len(state.left()) == 4
    state.restore()
    assert sys.path is path and sys.path == [*before, "/others"] and prefixes == site.PREFIXES
    assert f"{TOKEN}_line" not in sys.modules and "others_module" in sys.modules
    assert [type(finder).__module__ for finder in sys.meta_path][-1] == "others"
    assert OURS not in cache and "/unknown" not in cache and "/gone" not in cache and cache["/special"] is special
    assert type(cache["/before"]) is FileFinder and not sys.dont_write_bytecode
    assert fallback.served.keys() == {"others.x"} and answers._finders.keys() == {others}
    assert "others" in hooks.watched and f"{TOKEN}_line" not in hooks.watched
    assert wsfs_import_hook_patch._entries.keys() == {2} and id(mine) not in rationed.ours
    assert hooks.faults == [("fallback", "of others")] and state.left() == []
    state.restore()
    assert sys.path == [*before, "/others"], "once more changes nothing"


def test_modules_that_are_kept(state: ProcessState) -> None:
    for name in (f"{TOKEN}_line", f"{TOKEN}_library", f"{TOKEN}_library.x"):
        sys.modules[name] = ModuleType(name)
    state.forget_modules(kept=(f"{TOKEN}_library",))
    assert [name for name in sys.modules if TOKEN in name] == [f"{TOKEN}_library", f"{TOKEN}_library.x"]
    state.forget_modules()
    assert not [name for name in sys.modules if TOKEN in name]


def test_who_has_added_an_entry(state: ProcessState) -> None:
    known, mine = list(sys.path), "/of dbx-patch"
    rationed.ours[id(mine)] = mine
    sys.path += [OURS, mine, "/others", known[0]]
    assert state.added_by_others(known) == ["/others"]


def test_what_is_left_is_said_where(state: ProcessState) -> None:
    sys.path.append(OURS)
    sys.path_importer_cache[OURS] = None  # type: ignore[assignment]
    sys.modules[f"{TOKEN}_line"] = ModuleType("x")
    assert state.left() == [f"sys.path: {OURS}", f"sys.modules: {TOKEN}_line", f"sys.path_importer_cache: {OURS}"]


def test_modules_with_odd_names_and_finders_that_others_have_made_anew(state: ProcessState) -> None:
    sys.modules[7] = ModuleType("odd")  # type: ignore[index]
    newer = sys.path_importer_cache["/before"] = FileFinder("/before")
    state.restore()
    assert 7 in sys.modules and sys.path_importer_cache["/before"] is newer
