"""What each finder, path entry and layer of the runtime has to do with an import, told without asking any."""

from __future__ import annotations

import sys
import types

import pytest

from dbx_patch import hooks
from dbx_patch.diagnosis.explain import explain
from support.here import Here
from support.workspaces import write


def says(name: str) -> dict[str, str]:
    return {finder.finder: finder.says for finder in explain(name).finders}


def test_the_interpreters_own_finders(here: Here) -> None:
    keys = ("BuiltinImporter", "FrozenImporter")
    assert {name: [says(name)[key] for key in keys] for name in ("sys", "zipimport", "json", "json.sys")} == {
        "sys": ["has it", "nothing"],
        "zipimport": ["nothing", "has it"],
        "json": ["nothing", "nothing"],
        "json.sys": ["nothing", "nothing"],
    }
    assert says("json")["PathFinder"] == f"has it: {sys.modules['json'].__file__}"
    assert says("no_such_name")["PathFinder"] == "nothing: no path entry has it"


def test_dbx_patchs_own_finders(armed: Here) -> None:
    root = armed.install("acme", {"acme/__init__.py": "", "acme/sub.py": ""}, lost=True)
    assert says("acme")["EditableFallback"] == f"has it, if no other finder does: {root}/acme/__init__.py"
    nowhere = "nothing: it looks nowhere else than the others"
    assert says("acme.none")["EditableFallback"] == nowhere
    assert says("json")["EditableFallback"] == "nothing: no editable install has it"
    assert says("json")["ImportTrigger"] == "nothing: it only handles modules of the runtime"
    assert says("sys_path_init")["ImportTrigger"] == "patches it when it loads"


def test_finders_of_others(here: Here) -> None:
    kinds = {
        "WsfsPathFinder": "dbruntime.wsfs",
        "ImportHookFinder": "wrapt.importer",
        "DistutilsMetaFinder": "_distutils_hack",
        "_EditableFinder": "__editable___gone_finder",
        "Strange": "somebody.else",
    }
    sys.meta_path += [type(name, (), {"__module__": module})() for name, module in kinds.items()]
    assert {name: said for name, said in says("json").items() if name in kinds} == {
        "WsfsPathFinder": "asks PathFinder, and refuses the answer if it is a notebook",
        "ImportHookFinder": "nothing: it runs callbacks when modules have loaded",
        "DistutilsMetaFinder": "nothing: it only handles distutils",
        "_EditableFinder": "nothing: it belongs to another install",
        "Strange": "unknown: asking it could have side effects",
    }
    assert says("no_such_name")["WsfsPathFinder"] == "nothing, like PathFinder"


def test_a_finder_of_an_install(here: Here) -> None:
    code = write(here.home / "mapped", {"mapped/__init__.py": ""})
    here.map("mapped", {"mapped": code / "mapped"})
    assert says("mapped")["_EditableFinder"] == f"has it, from mapped: {code}/mapped/__init__.py"
    assert says("json")["_EditableFinder"] == "nothing: it belongs to another install"


def test_path_entries_in_the_workspace(here: Here) -> None:
    root = here.install("acme", {"acme/__init__.py": ""})
    other = write(here.home / "other", {"x.txt": ""})
    sys.path.append(str(other))
    here.guard(other)
    told = {said.entry: (said.offers, said.user, said.library) for said in explain("acme.none").entries}
    assert told == {
        str(root): (True, "has it", "has it (no runtime hook guards this entry)"),
        str(other): (False, "does not have it", "refused by WsfsImportHook without looking"),
    }


def test_an_entry_that_dbx_patch_answers_for(armed: Here) -> None:
    root = armed.install("acme", {"acme.py": ""})
    sys.path[:] = [str(armed.site), str(root)]
    armed.guard(root)
    hooks.load("learn")()
    assert type(sys.path_importer_cache[str(root)]).__name__ == "RationedFinder"
    sys.path_hooks.insert(0, type("Guard", (), {"__module__": "dbruntime.x"}))
    [said] = explain("acme").entries
    assert said.library == "has it, because an editable install provides the name"
    [said] = explain("other").entries
    assert said.user == "does not have it; dbx-patch looks there only if nothing else has the name"
    assert said.library == "refused by dbx-patch without looking, as the runtime would do"


def states(name: str) -> dict[str, tuple[bool, str, str]]:
    return {layer.name[2:]: (layer.stops, layer.state, layer.now) for layer in explain(name).layers}


def test_layers_where_dbx_patch_is_off(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    here.install("acme", {"acme.py": ""})
    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "15.4")
    off = (True, "stops", "the same, because dbx-patch is off (DBX_PATCH_ENABLED=0).")
    passes = (False, "passes", "The same.")
    assert states("acme") == {
        "sys_path_init": off,
        "workspace hooks": off,
        "pythonPathHook": off,
        "autoreload": passes,
    }
    assert explain("json").layers == []


def test_layers_of_an_install_outside_the_workspace(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """A finder answers, which needs no path entry, and nobody guards its folder; but nobody reloads its files."""
    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "15.4")
    code = write(here.site.parent / "code", {"mapped.py": ""})
    here.map("mapped", {"mapped": code / "mapped.py"})
    told = states("mapped")
    assert [told[name][:2] for name in told] == [(False, "passes")] * 3 + [(True, "stops")]


def test_layers_that_are_handled_wait_or_fail(armed: Here) -> None:
    armed.install("acme", {"acme/__init__.py": "", "acme/sub.py": ""})
    told = states("acme")
    assert told["sys_path_init"][1:] == (
        "waiting",
        "the layer is not loaded in this process. Once it is, the entry is put back.",
    )
    module = sys.modules["sys_path_init"] = types.ModuleType("sys_path_init")
    module.patch_sys_path_with_developer_paths = lambda: None
    hooks.arm()
    hooks.APPLIERS["sys_path_init"](module)
    assert states("acme")["sys_path_init"][1:] == ("handled", "the entry is put back (sys_path_init applied).")
    hooks.APPLIERS["python_path_hook"](types.ModuleType("dbruntime.pythonPathHook"))
    state, now = states("acme")["pythonPathHook"][1:]
    assert state == "handled" and now.endswith("; the fallback answers instead.")
    sys.meta_path.remove(hooks.FALLBACK)
    state, now = states("acme")["pythonPathHook"][1:]
    assert state == "stops" and now.endswith("; nothing replaces it.")
    assert "because the install provides the name" in states("acme")["workspace hooks"][2]
    assert "because the folder belongs to an editable package" in states("acme.sub")["workspace hooks"][2]
