"""The workspace's path entry finders, which refuse look-ups that do not come from user code (layer 2).

What the runtime allows stays allowed. Beyond that a look-up is allowed when (a) the importing code is itself editable,
(b) it is for a submodule and the path entry lies inside an editable package, or (c) the entry is an editable one that
was seen to have the name, and what a library would get elsewhere, it goes on getting there. For (b) and (c) the
runtime's stack walk is not made at all: the hook's own file finder is asked.
"""

import sys
from _frozen_importlib_external import FileFinder, PathFinder

from dbx_patch.hooks import callers, rationed, record_fault, unseen, upkeep
from dbx_patch.index import snapshot
from dbx_patch.index.install import any_before
from dbx_patch.index.pth_files import canonical, entries_in_order
from dbx_patch.index.snapshot import EDITABLE
from dbx_patch.index.workspace import in_workspace
from dbx_patch.patches.by_hand import ByHand
from dbx_patch.patches.by_hand import detect_editable_paths as detect_editable_paths
from dbx_patch.patches.by_hand import refresh_editable_paths as refresh_editable_paths
from dbx_patch.patches.wrapping import NotApplicable, attribute, both, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable, Dict, List, Optional, Tuple

    from dbx_patch.index.snapshot import Index

# patch -> (class, the method of it that decides)
_HOOKS = {
    "wsfs_import_hook": ("WsfsImportHook", "_WsfsImportHook__is_user_import"),
    "workspace_import_machinery": ("_WorkspacePathEntryFinder", "_is_user_import"),
    "executor_wsfs_import_hook": ("WsfsImportHook", "_WsfsImportHook__is_user_import"),
}
# identity of a hook -> (its path entry, its own file finder, the hook): it is for one entry all its life
_entries: "Dict[int, Tuple[str, Any, object]]" = {}
_MAX_ENTRIES = 4096


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
        entry, finder = _entry_of(hook)
        if (snapshot.known() or snapshot.current()).whose(entry) is not EDITABLE:
            return []
        return list(sys.modules["pkgutil"].iter_importer_modules(finder, prefix))
    except Exception as fault:
        record_fault("workspace hook", fault)
        return []


@unseen
def _finding(original: "Callable[..., Any]") -> "Callable[..., Any]":
    def find_spec(self: "Any", fullname: str, *args: "Any", **kwargs: "Any") -> "Any":
        finder = None
        try:
            upkeep.keep_first()
            rationed.keep_rationed()
            entry, own = _entry_of(self)
            if _is_plainly_editables(entry, fullname, snapshot.known() or snapshot.current()):
                finder = own
        except Exception as fault:
            record_fault("workspace hook", fault)
        if finder is not None:
            return finder.find_spec(fullname)
        return original(self, fullname, *args, **kwargs)

    return find_spec


@unseen
def _is_plainly_editables(entry: str, name: str, index: "Index") -> bool:
    """Rules (b) and (c), for which it does not matter who imports."""
    if "." in name:
        return index.whose(entry) is EDITABLE
    return name in index.names_in.get(canonical(entry), ()) and _is_due(entry, name, index)


@unseen
def _is_due(entry: str, name: str, index: "Index") -> bool:
    """Tell whether a library gets a name from an editable entry, given what other entries have by that name.

    A notebook's own folder, which may be a source folder, can come before everything: what libraries get from
    elsewhere is not to be shadowed by it. Entries in the workspace are no rivals, and are not asked.
    """
    order = entries_in_order()
    place = order.index(canonical(entry)) if canonical(entry) in order else len(order)
    if any_before(index.providers.get(name, ()), place, order):
        return True  # it stands where a wheel would
    spec = PathFinder.find_spec(name, [e for e in sys.path[place + 1 :] if isinstance(e, str) and not in_workspace(e)])
    return spec is None or spec.loader is None  # the rest of a namespace is no rival


@unseen
def _deciding(original: "Callable[..., Any]") -> "Callable[..., Any]":
    """Wrap the method in which the runtime walks the stack: rule (a) is for its refusals alone.

    It answers without knowing which name is looked for, and so does this. The runtime is asked first, because what it
    allows is its own business; our own walk, which knows editable code from a library's, is made only after a no.
    """

    def is_user_import(self: "Any", *args: "Any", **kwargs: "Any") -> "Any":
        allowed = original(self, *args, **kwargs)
        if allowed:
            return allowed
        try:
            return callers.importer(snapshot.known() or snapshot.current()) is EDITABLE
        except Exception as fault:
            record_fault("workspace hook", fault)
            return allowed

    return is_user_import


@unseen
def _entry_of(hook: object) -> "Tuple[str, Any]":
    """Return the path entry that a hook is for, and a file finder for it: its own one, if that can be told.

    A hook's attributes are private; that one of them is a FileFinder is not.
    """
    known = _entries.get(id(hook))
    if known is None:
        own = next((v for v in getattr(hook, "__dict__", {}).values() if isinstance(v, FileFinder)), None)
        cached = [] if own else [entry for entry, finder in list(sys.path_importer_cache.items()) if finder is hook]
        path = getattr(own, "path", None) or next(iter(cached), None) or getattr(hook, "path", None)
        finder = own or (rationed.new_file_finder(path) if isinstance(path, str) else None)
        known = (path if isinstance(path, str) else "", finder, hook)
        if len(_entries) >= _MAX_ENTRIES:
            _entries.clear()
        _entries[id(hook)] = known
    return known[:2]


_by_hand = ByHand(*_HOOKS)
patch_wsfs_import_hook, unpatch_wsfs_import_hook, is_patched = _by_hand.patch, _by_hand.unpatch, _by_hand.is_patched
