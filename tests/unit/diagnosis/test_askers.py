"""Whose import it is decides what it finds: a cell's, a library's, editable code's, an executor's."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dbx_patch.diagnosis.askers import CELL, EXECUTOR, LIBRARY, Paths, guard_of
from dbx_patch.diagnosis.explain import explain
from dbx_patch.diagnosis.search import Search
from support.here import Here
from support.workspaces import write


def works(name: str) -> dict[str, bool]:
    """Who can import a name, by `explain`: first letters of who it is."""
    return {said.who.split()[-1]: said.works for said in explain(name).importers}


def test_without_a_hook_everybody_is_answered(here: Here) -> None:
    here.install("acme", {"acme.py": ""})
    assert works("acme") == {"cell": True, "library": True, "executor": True}
    [said] = explain("acme").entries
    assert (said.user, said.library) == ("has it", "has it (no runtime hook guards this entry)")


def test_a_hook_refuses_libraries_until_it_is_patched(here: Here) -> None:
    root = here.install("acme", {"acme.py": "", "acme_more/part.py": ""})
    here.guard(root)
    assert works("acme") == {"cell": True, "library": False, "executor": True}
    [said] = explain("acme").entries
    assert (said.user, said.library) == ("has it", "refused by WsfsImportHook without looking")
    here.guard(root, patched=True)
    assert works("acme") == {"cell": True, "library": True, "executor": True}
    [said] = explain("acme").entries
    assert said.library == "has it, because an editable install provides the name"


def test_a_patched_hook_gives_a_library_nothing_that_it_would_get_elsewhere(here: Here) -> None:
    root = here.install("acme", {"acme.py": ""})
    write(here.site, {"acme.py": ""})
    here.guard(root, patched=True)
    sys.path.append(sys.path.pop(sys.path.index(str(here.site))))
    found = {said.who: said.location for said in explain("acme").importers}
    assert (found["a cell"], found["a library"]) == (f"{root}/acme.py", f"{here.site}/acme.py")


@pytest.mark.parametrize("patched", [True, False])
def test_what_editable_code_imports_is_the_users(here: Here, patched: bool) -> None:
    """A library asks for it, and its body imports what lies beside the notebook: by then editable code asks."""
    root = here.install("acme", {"acme.py": "import beside\n"})
    notebooks = write(here.home / "notebooks", {"beside.py": ""})
    here.guard(notebooks, patched=patched)
    sys.path.append(str(notebooks))
    in_cell, in_library, _ = explain("acme").importers
    assert in_cell.works and in_library.works is patched
    expected = "" if patched else f"{root}/acme.py imports beside, which is not found"
    assert in_library.why == expected
    beside = explain("beside").importers[1]
    assert beside.why == "the runtime refuses to look for it in the workspace, because a library asks"


def test_which_hook_guards_an_entry(here: Here, tmp_path: Path) -> None:
    entry = str(tmp_path / "Workspace/x")
    assert guard_of(entry) == ""
    here.guard(entry)
    hook = type(sys.path_importer_cache.pop(entry))
    assert guard_of(entry) == "", "nothing is known of it any more"
    sys.path_hooks.insert(0, hook)
    assert guard_of(entry) == "WsfsImportHook", "it is what the path hooks will make"
    sys.path_importer_cache[entry] = None
    assert guard_of(entry) == "", "each hook has declined it"
    here.guard(entry, patched=True)
    assert guard_of(entry) == "WsfsImportHook (patched by dbx-patch)"


def test_an_entry_that_was_lost_is_asked_for_what_it_is_known_to_have(armed: Here) -> None:
    """It is put back at its early place, where dbx-patch's own finder stands for it."""
    root = str(armed.install("acme", {"acme.py": ""}, lost=True))
    paths = Paths(Search(), CELL)
    assert root not in paths.before and root in paths.after
    assert paths.rationed(paths.after) == {root: "early"}
    write(Path(root), {"fresh.py": ""})
    asked = {name: paths.asked(name, root, paths.after, True) for name in ("acme", "fresh")}
    assert asked == {"acme": True, "fresh": False}
    assert "dbx-patch's fallback finds fresh" in explain("fresh").verdict


def test_an_entry_that_site_has_put_there_is_open_to_whoever_is_the_user(armed: Here) -> None:
    root = str(armed.install("acme", {"acme.py": ""}))
    in_cell, in_library = (Paths(Search(), asker) for asker in (CELL, LIBRARY))
    write(Path(root), {"fresh.py": ""})
    for paths, is_asked in ((in_cell, True), (in_library, False)):
        assert paths.rationed(paths.after) == {root: "open"}
        assert paths.asked("fresh", root, paths.after, True) is is_asked


@pytest.mark.parametrize(
    ("enabled", "disable", "guard"),
    [("1", "", "patched"), ("1", "executor_wsfs_import_hook", "hook"), ("0", "", "hook")],
)
def test_the_notebooks_folder_is_guarded_on_executors(
    here: Here, monkeypatch: pytest.MonkeyPatch, enabled: str, disable: str, guard: str
) -> None:
    notebooks = write(here.home / "notebooks", {"beside.py": ""})
    monkeypatch.chdir(notebooks)
    monkeypatch.setenv("DBX_PATCH_ENABLED", enabled)
    monkeypatch.setenv("DBX_PATCH_DISABLE", disable)
    sys.path.append(str(notebooks))
    assert Paths(Search(), EXECUTOR).guard(str(notebooks)) == guard
    assert Paths(Search(), EXECUTOR).guard(str(here.site)) == ""
