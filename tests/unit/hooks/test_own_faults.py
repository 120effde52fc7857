"""Whatever fails in dbx-patch itself, an import goes on as without it, and `status` can tell what failed."""

from __future__ import annotations

import importlib
import os
import sys
from importlib.machinery import FileFinder, ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, Callable

import pytest

from dbx_patch import hooks
from dbx_patch.hooks import answers, applied, fallback, loaders, precedence, rationed, sys_path, upkeep, watching
from dbx_patch.index import pth_files, snapshot
from dbx_patch.patches import autoreload_hook_patch, sys_path_init_patch, wsfs_import_hook_patch
from support.workspaces import write

pytestmark = pytest.mark.usefixtures("import_state")
OURS = "MemoryError: ours"


def fail(*given: object, **named: object) -> Any:
    raise MemoryError("ours")


@pytest.fixture
def armed(site: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one site folder, with one install, known already; what the process's own sys.path has comes after it."""
    monkeypatch.setattr(pth_files, "get_site_packages_dirs", lambda: [str(site)])
    write(site, {"_acme.pth": f"{project}/src\n"})
    os.utime(site, (1, 1))
    sys.path[:0] = [str(site), f"{project}/src"]
    hooks.arm()
    sys_path.learn()
    for name in ("answer", "resolve", "wrap_loader"):
        hooks.load(name)
    PathFinder.find_spec("nobody_has_this", [str(site)])  # it is listed now, and has not changed since
    return site


# What fails, and the fault that is kept; each time an import of an editable module goes on.
IN_A_HIT = {
    "load": (hooks, "load", "names of editable installs"),
    "learn": (sys_path, "learn", "acme"),
    "restore": (sys_path, "restore", "acme"),
    "stays": (answers, "stays", "acme"),
}
IN_A_MISS = {
    "resolve": (hooks, "_begin", "fallback"),
    "keep_first": (upkeep, "keep_first", "fallback"),
    "learn": (sys_path, "learn", "fallback"),
    "restore": (sys_path, "restore", "fallback"),
    "find": (fallback, "_lying_about", "fallback"),
}


@pytest.mark.parametrize("what", IN_A_HIT)
def test_a_name_of_an_install_is_found_by_the_others(
    armed: Path, project: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, function, where = IN_A_HIT[what]
    monkeypatch.setattr(place, function, fail)
    assert importlib.import_module("acme").__file__ == f"{project}/src/acme/__init__.py"
    assert (where, OURS) in hooks.faults


@pytest.mark.parametrize("what", IN_A_MISS)
def test_a_miss_stays_a_miss(armed: Path, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place, function, where = IN_A_MISS[what]
    if what == "resolve":
        hooks._loaded.pop("resolve", None)
    monkeypatch.setattr(place, function, fail)
    with pytest.raises(ModuleNotFoundError, match="No module named 'nobody_has_this'"):
        importlib.import_module("nobody_has_this")
    assert hooks.faults == [(where, OURS)]


def test_a_restoring_that_fails_does_not_keep_our_own_finders_from_answering(
    armed: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sys.path.remove(f"{project}/src")
    monkeypatch.setattr(sys_path, "restore", fail)
    spec = fallback.resolve("acme")
    assert spec is not None and spec.origin == f"{project}/src/acme/__init__.py"
    assert hooks.faults == [("fallback", OURS)] and fallback.served == {"acme": "a finder of the runtime refused it"}


def test_who_asks_cannot_be_told(armed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "get_ident", fail)
    assert hooks.ask_others("colorsys") is None
    assert hooks.FALLBACK.find_spec("colorsys") is None
    assert hooks.faults == [("asking the other finders", OURS), ("fallback", OURS)]


def test_listings_that_cannot_be_forgotten(armed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "forget_listings", fail)
    importlib.invalidate_caches()
    assert hooks.faults == [("fallback", OURS)]


def test_a_loader_that_cannot_be_wrapped_loads(armed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(armed, {"runtime_like.py": "VALUE = 1\n"})
    watching.when_imported("runtime_like")(lambda module: None)
    monkeypatch.setitem(hooks._loaded, "wrap_loader", fail)
    assert importlib.import_module("runtime_like").VALUE == 1
    assert hooks.faults == [("when_imported('runtime_like')", OURS)]


def legacy_load(spec: ModuleSpec) -> ModuleType:
    """Load as a finder's user did before loaders had ``exec_module``."""

    class Legacy:
        def load_module(self, name: str) -> ModuleType:
            return ModuleType(name)

    spec.loader = Legacy()  # type: ignore[assignment]
    loaders.wrap_loader(spec)
    module: ModuleType = spec.loader.load_module(spec.name)  # type: ignore[union-attr]
    assert module.__spec__ is spec and type(spec.loader) is Legacy
    return module


@pytest.mark.parametrize("load", [legacy_load, lambda spec: importlib.import_module(spec.name)])
def test_callbacks_that_cannot_be_called(
    armed: Path, load: Callable[[ModuleSpec], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(armed, {"runtime_like.py": ""})
    watching.when_imported("runtime_like")(lambda module: None)
    monkeypatch.setattr(loaders, "fire", fail)
    assert load(ModuleSpec("runtime_like", None)).__name__ == "runtime_like"
    assert hooks.faults == [("when_imported('runtime_like')", OURS)] and loaders._running == {}


def test_a_callback_that_comes_late_and_fails(armed: Path) -> None:
    sys.modules["runtime_like"] = ModuleType("runtime_like")
    watching.when_imported("runtime_like")(fail)
    assert hooks.faults == [("when_imported('runtime_like')", OURS)]


def test_rationed_entries_answer_as_the_folder_does(
    armed: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rationed, "in_workspace", lambda path: path == f"{project}/src")
    rationed.renew(snapshot.current(force=True))
    write(project / "src", {"new_module.py": ""})
    finder = sys.path_importer_cache[f"{project}/src"]
    assert type(finder) is rationed.RationedFinder and finder.find_spec("new_module") is None
    monkeypatch.setattr(rationed, "renew", fail)
    assert finder.find_spec("new_module") is not None
    assert hooks.faults == [("path entry of an editable install", OURS)]


def test_a_site_folder_that_has_changed_still_answers(armed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert type(sys.path_importer_cache[str(armed)]) is rationed.SiteFinder
    monkeypatch.setattr(hooks, "load", fail)
    write(armed, {"library.py": ""})
    spec = PathFinder.find_spec("library", [str(armed)])
    assert spec is not None and spec.origin == f"{armed}/library.py"
    assert hooks.faults == [("a site folder that has changed", OURS)]


def test_a_patch_is_applied_and_undone_where_the_index_fails(armed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = ModuleType("sys_path_init")
    exec("def patch_sys_path_with_developer_paths():\n    return 'rebuilt'\n", vars(runtime))
    theirs = runtime.patch_sys_path_with_developer_paths
    monkeypatch.setattr(sys_path, "learn", fail)
    applied.apply_patch("sys_path_init", runtime)
    assert runtime.patch_sys_path_with_developer_paths() == "rebuilt" != theirs
    assert hooks.faults == [("the index", OURS), ("patch_sys_path_with_developer_paths", OURS)]
    monkeypatch.setattr(sys_path_init_patch, "put_back", fail)
    assert runtime.patch_sys_path_with_developer_paths() == "rebuilt"
    assert hooks.faults[2:] == [("patch_sys_path_with_developer_paths", OURS)]
    applied.undos["autoreload"] = [lambda: None, fail]
    assert applied.undo_patches() == ["sys_path_init", "autoreload"]
    assert runtime.patch_sys_path_with_developer_paths is theirs and applied.undos == {}
    assert hooks.faults[3:] == [("undoing autoreload", OURS)]


class Hook:
    """A workspace hook of the runtime's that allows what it was told to."""

    def __init__(self, path: str, allows: bool) -> None:
        self.finder, self.allows = FileFinder(path, *rationed._get_supported_file_loaders()), allows

    def _is_user_import(self) -> bool:
        return self.allows

    def find_spec(self, name: str, target: object = None) -> ModuleSpec | None:
        return self.finder.find_spec(name) if self._is_user_import() else None


@pytest.mark.parametrize("allows", [True, False])
def test_the_workspace_hook_answers_as_without_us(
    armed: Path, project: Path, allows: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wsfs_import_hook_patch.rationed, "patched_hooks", [])
    module: Any = ModuleType("dbruntime.workspace_import_machinery")
    module._WorkspacePathEntryFinder = type("Patched", (Hook,), dict(vars(Hook)))
    undo = wsfs_import_hook_patch.apply("workspace_import_machinery", module)
    hook = module._WorkspacePathEntryFinder(f"{project}/src", allows)
    assert hook.find_spec("acme") is not None, "whoever asks"
    for place, function in ((snapshot, "known"), (upkeep, "keep_first")):
        monkeypatch.setattr(place, function, fail)
    assert (hook.find_spec("acme") is not None) is allows and hook.iter_modules() == []
    assert set(hooks.faults) == {("workspace hook", OURS)} and len(hooks.faults) == (2 if allows else 3)
    assert undo is not None
    undo()
    assert not hasattr(hook, "iter_modules") and rationed.patched_hooks == []


def test_an_autoreload_check_says_no(armed: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = f"{project}/src/acme/sub.py"
    assert autoreload_hook_patch.is_editable_file(file)
    assert not autoreload_hook_patch.is_editable_file(f"{armed}/library.py")
    monkeypatch.setattr(snapshot, "known", fail)
    assert autoreload_hook_patch.is_editable_file(file) is False
    assert hooks.faults == [("autoreload check", OURS)]


def test_an_answer_that_cannot_be_judged_is_the_others(armed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precedence, "note", fail)
    sys.path[:] = [entry for entry in sys.path if not entry.endswith("/src")]
    assert importlib.import_module("acme").__name__ == "acme"
    assert hooks.faults == [("acme", OURS)]
