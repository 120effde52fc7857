"""The patched workspace hook: what the runtime allows stays, what is plainly editable's is found, nothing else is."""

from __future__ import annotations

import os
import pkgutil
import sys
from importlib.machinery import FileFinder, ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, Callable, Iterator

import pytest

from dbx_patch import hooks
from dbx_patch.hooks import rationed, sys_path
from dbx_patch.index import pth_files, snapshot
from dbx_patch.patches import wsfs_import_hook_patch as patches
from dbx_patch.patches.wrapping import NotApplicable
from support.workspaces import write

pytestmark = pytest.mark.usefixtures("import_state")
PATCH = "workspace_import_machinery"
LOADERS = rationed._get_supported_file_loaders()


def make_class() -> Any:
    """As the runtime's looks to a patch: refuses all, and counts how often it was asked whose import it is."""

    class _WorkspacePathEntryFinder:
        def __init__(self, path: str, allows: bool = False) -> None:
            self.inner, self.allows, self.asked = FileFinder(path, *LOADERS), allows, 0

        def _is_user_import(self) -> bool:
            self.asked += 1
            return self.allows

        def find_spec(self, name: str, target: object = None) -> ModuleSpec | None:
            return self.inner.find_spec(name) if self._is_user_import() else None

    return _WorkspacePathEntryFinder


def runtime(made: Any = None) -> Any:
    module: Any = ModuleType("dbruntime.workspace_import_machinery")
    module._WorkspacePathEntryFinder = made or make_class()
    return module


@pytest.fixture
def project(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project in the workspace, installed editable; its root is the user's own entry, before everything."""
    monkeypatch.setattr(pth_files, "get_site_packages_dirs", lambda: [str(site)])
    project = tmp_path / "Workspace/Users/me@corp.com/proj"
    write(project, {"src/acme/__init__.py": "", "src/acme/sub.py": "", "other/helper.py": "", "src/space/x.py": ""})
    write(site, {"_acme.pth": f"{project}/src\n"})
    os.utime(site, (1, 1))
    sys.path[:] = [f"{project}/src", str(site)]
    sys.path_importer_cache.clear()
    hooks.arm()
    sys_path.learn()
    yield project
    assert hooks.faults == [], "nothing of ours has failed on the way"


def test_what_is_allowed_refused_and_found(project: Path) -> None:
    module = runtime()
    assert patches.apply(PATCH, module) is not None
    root, inside, beside = (
        module._WorkspacePathEntryFinder(f"{project}/{place}") for place in ("src", "src/acme", "other")
    )
    assert root.find_spec("acme").origin == f"{project}/src/acme/__init__.py" and root.asked == 0, "rule (c)"
    assert inside.find_spec("acme.sub").origin == f"{project}/src/acme/sub.py" and inside.asked == 0, "rule (b)"
    assert inside.find_spec("sub") is None and inside.asked == 1, "no submodule: somebody has this folder on the path"
    assert root.find_spec("unknown") is None and root.asked == 1
    assert beside.find_spec("helper") is None and beside.asked == 1
    beside.allows = True
    assert beside.find_spec("helper").origin == f"{project}/other/helper.py"
    assert hooks.faults == []


def test_editable_code_gets_what_lies_beside_the_notebook(project: Path) -> None:
    """Rule (a): the innermost code that is anybody's decides, after the runtime's no."""
    module = runtime()
    patches.apply(PATCH, module)
    beside = module._WorkspacePathEntryFinder(f"{project}/other")
    for file, found in ((f"{project}/src/acme/sub.py", True), (f"{sys.path[1]}/library.py", False)):
        space: dict[str, Any] = {"find": beside.find_spec}
        exec(compile("def ask():\n    return find('helper')\n", file, "exec"), space)
        assert (space["ask"]() is not None) is found


@pytest.mark.parametrize("known", [True, False])
def test_a_look_up_reads_the_index_that_is_there_and_makes_one_where_there_is_none(
    project: Path, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hook is asked at each import: a stat for each site folder would be one too many."""
    module, current, read = runtime(), snapshot.current, []
    patches.apply(PATCH, module)
    root, beside = (module._WorkspacePathEntryFinder(f"{project}/{place}") for place in ("src", "other"))
    assert root.find_spec("acme") is not None  # the site folder is listed, and has not changed since
    monkeypatch.setattr(snapshot, "current", lambda force=False: read.append(True) or current(force))
    space: dict[str, Any] = {"find": beside.find_spec}
    exec(compile("def ask():\n    return find('helper')\n", f"{project}/src/acme/sub.py", "exec"), space)
    for look in (lambda: root.find_spec("acme"), root.iter_modules, space["ask"]):
        read.clear()
        if not known:
            monkeypatch.setattr(snapshot, "_index", None)
        assert look() and bool(read) is not known


def test_what_a_library_gets_elsewhere_it_goes_on_getting_there(project: Path, site: Path, tmp_path: Path) -> None:
    """A notebook's own folder can be a source folder, and comes before everything."""
    module = runtime()
    patches.apply(PATCH, module)
    root = module._WorkspacePathEntryFinder(f"{project}/src")
    other = str(write(tmp_path / "lib", {"acme/__init__.py": ""}))
    bare = str(write(tmp_path / "bare", {"acme/x.txt": ""}))
    near = str(write(tmp_path / "Workspace/Users/me@corp.com/copy", {"acme/__init__.py": ""}))
    entry = f"{project}/src"
    for path, found in (
        ([entry, other], False),
        ([other, entry], True),
        ([entry, bare, near, 3], True),
        ([str(site), entry, other], True),
        ([entry, str(site), other], False),
        ([f"{entry}/", other], False),
        ([bare, other], True),
    ):
        sys.path[:] = path  # type: ignore[assignment]
        assert (root.find_spec("acme") is not None) is found, path
    assert root.find_spec("space") is not None


def test_it_is_applied_once_and_taken_back(project: Path) -> None:
    module = runtime()
    made = module._WorkspacePathEntryFinder
    before = dict(vars(made))
    undo = patches.apply(PATCH, module)
    assert undo and rationed.patched_hooks == [made] and patches.apply(PATCH, module) is None
    assert rationed.is_patched_hook(made(f"{project}/src")) and not rationed.is_patched_hook(object())
    undo()
    assert dict(vars(made)) == before and rationed.patched_hooks == []


def test_plugin_discovery_sees_what_is_editable_and_nothing_else(project: Path) -> None:
    module = runtime()
    patches.apply(PATCH, module)
    root, beside = (module._WorkspacePathEntryFinder(f"{project}/{place}") for place in ("src", "other"))
    sys.path_importer_cache[f"{project}/src"] = root
    assert [name for _, name, _ in pkgutil.iter_modules([f"{project}/src"], "p.")] == ["p.acme"]
    assert root.iter_modules() == [("acme", True)] and beside.iter_modules() == []


def test_a_hook_that_lists_modules_itself_keeps_its_own(project: Path) -> None:
    made = make_class()
    made.iter_modules = own = lambda self, prefix="": [("theirs", False)]
    undo = patches.apply(PATCH, runtime(made))
    assert made.iter_modules is own and undo
    undo()
    assert made.iter_modules is own
    later = make_class()
    undo = patches.apply(PATCH, runtime(later))
    later.iter_modules = own
    assert undo
    undo()
    assert later.iter_modules is own, "somebody has put this there since"


@pytest.mark.parametrize("lacking", ["class", "decision", "find_spec", "static decision", "static find_spec"])
def test_a_runtime_that_lacks_a_part_is_left_as_it_is(lacking: str) -> None:
    module = runtime()
    made = module._WorkspacePathEntryFinder
    names = {"decision": "_is_user_import", "find_spec": "find_spec"}
    if lacking == "class":
        del module._WorkspacePathEntryFinder
    elif lacking.startswith("static"):
        setattr(made, names[lacking.split()[1]], staticmethod(lambda *given: None))
    else:
        delattr(made, names[lacking])
    before = dict(vars(made))
    with pytest.raises(NotApplicable, match="no method of an instance" if "static" in lacking else "has no"):
        patches.apply(PATCH, module)
    assert dict(vars(made)) == before and rationed.patched_hooks == []


class Bare:
    """A hook without a finder of its own."""

    def __init__(self, **attributes: object) -> None:
        vars(self).update(attributes)


@pytest.mark.parametrize(
    "attributes, cached, entry",
    [
        ({"a": 1, "b": FileFinder("/own", *LOADERS), "path": "/path"}, "/cached", "/own"),
        ({"path": "/path"}, "/cached", "/cached"),
        ({"path": "/path"}, "", "/path"),
        ({"path": 3}, "", ""),
        ({}, "", ""),
    ],
)
def test_which_entry_a_hook_is_for(attributes: dict[str, object], cached: str, entry: str) -> None:
    hook = Bare(**attributes)
    sys.path_importer_cache["/another"] = Bare()  # type: ignore[assignment]
    if cached:
        sys.path_importer_cache[cached] = hook  # type: ignore[assignment]
    found, finder = patches._entry_of(hook)
    assert found == entry and getattr(finder, "path", "") == entry and (finder is None) == (entry == "")
    assert (finder is attributes.get("b", hook)) == (entry == "/own")
    assert patches._entry_of(hook)[1] is finder, "it is for one entry all its life"


def test_what_is_known_of_hooks_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patches, "_MAX_ENTRIES", 3)
    kept = [Bare(path=f"/{number}") for number in range(5)]
    assert [patches._entry_of(hook)[0] for hook in kept] == [f"/{number}" for number in range(5)]
    assert len(patches._entries) == 2 and patches._entry_of(kept[0])[0] == "/0"


@pytest.mark.parametrize("patch", ["wsfs_import_hook", "executor_wsfs_import_hook"])
def test_on_executors_every_editable_entry_is_rationed(patch: str) -> None:
    made = type("WsfsImportHook", (), {"_WsfsImportHook__is_user_import": fine, "find_spec": fine})
    module: Any = ModuleType("pyspark.wsfs_import_hook")
    module.WsfsImportHook = made
    assert patches.apply(patch, module) is not None
    assert rationed._all_entries is (patch == "executor_wsfs_import_hook")


fine: Callable[..., None] = lambda self, *given: None  # noqa: E731
