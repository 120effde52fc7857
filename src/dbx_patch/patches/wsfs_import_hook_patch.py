"""The workspace's path entry finders, which refuse look-ups that do not come from user code (layer 2).

What the runtime allows stays allowed. Beyond that a look-up is allowed when (a) the importing code is itself
editable, (b) it is for a submodule and the path entry lies inside an editable package, or (c) the entry is an editable
root, its install provides the name, and no later entry has it: what a library gets elsewhere, it goes on getting there.
The runtime decides in a method without the name, so the name is kept while ``find_spec`` runs.
"""

import sys
from _frozen_importlib_external import FileFinder
from _thread import get_ident

from dbx_patch.hooks import callers, rationed, record_fault, unseen, upkeep
from dbx_patch.index import snapshot
from dbx_patch.index.snapshot import EDITABLE
from dbx_patch.patches.by_hand import ByHand
from dbx_patch.patches.by_hand import detect_editable_paths as detect_editable_paths
from dbx_patch.patches.by_hand import refresh_editable_paths as refresh_editable_paths
from dbx_patch.patches.wrapping import NotApplicable, attribute, both, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable, Dict, List, Optional, Tuple

# patch -> (class, the method of it that decides)
_HOOKS = {
    "wsfs_import_hook": ("WsfsImportHook", "_WsfsImportHook__is_user_import"),
    "workspace_import_machinery": ("_WorkspacePathEntryFinder", "_is_user_import"),
    "executor_wsfs_import_hook": ("WsfsImportHook", "_WsfsImportHook__is_user_import"),
}
# thread -> (hook, name) of the look-ups that it is in, innermost last
_lookups: "Dict[int, List[Tuple[object, str]]]" = {}


def apply(patch: str, module: "ModuleType") -> "Optional[Callable[[], None]]":
    """Wrap the hook's ``find_spec`` and its decision; return the undo. Raises NotApplicable."""
    class_name, decision = _HOOKS[patch]
    hook = attribute(module, class_name)
    attribute(hook, "find_spec")
    for name in (decision, "find_spec"):
        if isinstance(vars(hook).get(name), (staticmethod, classmethod)):  # then it does not say which entry is asked
            raise NotApplicable(f"{name} of {class_name} is no method of an instance")
    if patch == "executor_wsfs_import_hook":
        rationed.ration_all()  # this hook guards the notebook's own folder, and nothing guards what else is sent
    undo = both(wrap(hook, decision, _deciding), wrap(hook, "find_spec", _finding))
    if undo is None:
        return None
    rationed.patched_hooks.append(hook)
    lists_nothing = not hasattr(hook, "iter_modules")
    if lists_nothing:
        hook.iter_modules = _iter_modules

    def undo_all() -> None:
        undo()
        rationed.patched_hooks.remove(hook)
        if lists_nothing and vars(hook).get("iter_modules") is _iter_modules:
            del hook.iter_modules

    return undo_all


def _iter_modules(hook: object, prefix: str = "") -> "List[Tuple[str, bool]]":
    """What pkgutil asks of a path entry finder: with no answer, plugin discovery finds an editable package empty."""
    try:
        entry = path_entry_of(hook)
        index = snapshot.known() or snapshot.current()
        if entry is None or index.whose(entry) is not EDITABLE:
            return []
        return list(sys.modules["pkgutil"].iter_importer_modules(rationed.new_file_finder(entry), prefix))
    except Exception as fault:
        record_fault("workspace hook", fault)
        return []


@unseen
def _finding(original: "Callable[..., Any]") -> "Callable[..., Any]":
    def find_spec(self: "Any", fullname: str, *args: "Any", **kwargs: "Any") -> "Any":
        try:
            upkeep.keep_first()
            rationed.keep_rationed()
            thread = get_ident()
            lookups = _lookups.setdefault(thread, [])
            lookups.append((self, fullname))
        except Exception as fault:
            record_fault("workspace hook", fault)
            return original(self, fullname, *args, **kwargs)
        try:
            return original(self, fullname, *args, **kwargs)
        finally:
            del lookups[-1]
            if not lookups and thread in _lookups:
                del _lookups[thread]

    return find_spec


@unseen
def _deciding(original: "Callable[..., Any]") -> "Callable[..., Any]":
    def is_user_import(self: "Any", *args: "Any", **kwargs: "Any") -> "Any":
        try:
            index = snapshot.known() or snapshot.current()
            lookups = _lookups.get(get_ident())
            name = lookups[-1][1] if lookups and lookups[-1][0] is self else ""
            entry = path_entry_of(self) or ""
            if "." in name and index.whose(entry) is EDITABLE:
                return True
        except Exception as fault:
            record_fault("workspace hook", fault)
            return original(self, *args, **kwargs)
        allowed = original(self, *args, **kwargs)
        if allowed:
            return allowed
        try:
            return callers.importer(index) is EDITABLE or rationed.provides(entry, name, index)
        except Exception as fault:
            record_fault("workspace hook", fault)
            return allowed

    return is_user_import


def path_entry_of(hook: object) -> "Optional[str]":
    """Return the path entry that a hook is for. Its own attributes are private, its inner FileFinder's is not."""
    for value in getattr(hook, "__dict__", {}).values():
        if isinstance(value, FileFinder):
            return value.path
    for entry, finder in list(sys.path_importer_cache.items()):
        if finder is hook:
            return entry
    path = getattr(hook, "path", None)
    return path if isinstance(path, str) else None


_by_hand = ByHand(*_HOOKS)
patch_wsfs_import_hook, unpatch_wsfs_import_hook, is_patched = _by_hand.patch, _by_hand.unpatch, _by_hand.is_patched
