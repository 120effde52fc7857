"""``sys.path`` as ``site`` would have left it: putting editable path entries back, and taking back our own.

:class:`RationedFinder` keeps what libraries import away from the workspace. The runtime's path hook asks the disk
when it is made for a path entry, so an entry that we put on ``sys.path`` would cost a library's first miss a
look under ``/Workspace``; one of ours, put into ``sys.path_importer_cache``, costs none.
"""

import os
import sys
from _frozen_importlib_external import FileFinder, PathFinder, _get_supported_file_loaders  # type: ignore[attr-defined]

from dbx_patch import editables, finders, unseen, user_code
from dbx_patch.finders import record_fault
from dbx_patch.journal import note
from dbx_patch.pth_processor import canonical
from dbx_patch.workspace import in_workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any, Dict, Iterable, List, Optional, Set, Tuple

_put_back: "Set[str]" = set()
_rationed: "Tuple[object, str]" = (None, "")  # the index that was rationed last, and one of the entries
_complete: "Tuple[object, List[str]]" = (None, [])  # an index, and a sys.path that has all that it asks for


@unseen
def restore(index: "editables.Index", why: str) -> "List[str]":
    """Put the lost path entries back at the end of ``sys.path``, in ``site``'s order; return those.

    What was put back earlier and belongs to no install any more is taken away.
    """
    global _complete, _rationed
    adopt(index)
    with finders.lock:
        if _complete[0] is index and _complete[1] == sys.path:
            return []
        gone = _put_back.difference(index.roots)
        if gone:
            sys.path[:] = [entry for entry in sys.path if entry not in gone]
            _put_back.difference_update(gone)
        present = {canonical(entry) for entry in sys.path if isinstance(entry, str)}
        lost = [root for root in index.roots if root not in present]
        sys.path.extend(lost)
        _put_back.update(lost)
        _complete = (index, list(sys.path))
    _rationed = (None, "")
    keep_rationed()
    for root in lost:
        note("put back on sys.path after %s: %s", why, root)
    return lost


_adopted: "Optional[editables.Index]" = None


def adopt(index: "editables.Index") -> None:
    """Undo what the installers' finders hold of installs that went or moved since the last index.

    A finder-type install leaves a finder in memory, which would go on answering with the old place. Its module is
    forgotten too, so that the new ``.pth`` line can run.
    """
    global _adopted
    before, _adopted = _adopted, index
    if before is None or before is index:
        return
    kept = {install.key for install in index.installs}
    finders = {install.finder for install in index.installs}
    for install in before.installs:
        if install.finder and install.key not in kept:
            file = os.path.join(install.folder, install.finder + ".py")
            if install.finder not in finders and os.access(file, os.F_OK):
                continue  # it is there, but could not be read this time: too many open files, a mount that fails
            note("forgetting the finder of %s: uninstalled, or installed anew", install.name)
            _forget_finder(install.finder, install.mapping)


def _forget_finder(module: str, mapping: "Dict[str, str]") -> None:
    finder = sys.modules.pop(module, None)
    sys.meta_path[:] = [f for f in sys.meta_path if getattr(f, "__module__", None) != module]
    sys.path_hooks[:] = [
        hook for hook in sys.path_hooks if getattr(getattr(hook, "__self__", None), "__module__", None) != module
    ]
    placeholder = getattr(finder, "PATH_PLACEHOLDER", None)  # setuptools' entry for namespaces
    if placeholder in sys.path:
        sys.path.remove(placeholder)
    # editables keeps one finder for all: only these names are forgotten
    redirector = getattr(sys.modules.get("editables.redirector"), "RedirectingFinder", None)
    redirections = getattr(redirector, "_redirections", {})
    for name, path in mapping.items():
        if redirections.get(name) == path:
            del redirections[name]


def new_file_finder(folder: str, kind: "Any" = FileFinder) -> "Any":
    """Return a FileFinder with the interpreter's own loaders, made without a file operation."""
    return kind(folder, *_get_supported_file_loaders())


@unseen
def provides(entry: str, name: str, index: "editables.Index") -> bool:
    """Tell whether an editable root has a top-level name that no later path entry, the workspace's aside, has too.

    A root can come early: a notebook's own folder does. What libraries get from elsewhere is not to be shadowed by it.
    """
    if name not in index.names_in.get(canonical(entry), ()):
        return False
    later = sys.path[sys.path.index(entry) + 1 :] if entry in sys.path else sys.path
    spec = PathFinder.find_spec(name, [e for e in later if isinstance(e, str) and not in_workspace(e)])
    return spec is None or spec.loader is None  # the rest of a namespace is no rival


class RationedFinder(FileFinder):
    """Path entry finder of an editable root in the workspace: asks the disk only where a find is likely or owed.

    That is for any name when user code or editable code imports, and for names that the root alone provides.
    """

    @unseen
    def find_spec(self, fullname: str, target: "Optional[ModuleType]" = None) -> "Optional[ModuleSpec]":
        try:
            index = editables.known() or editables.current()
            if not (user_code.is_user_import(index, fullname) or provides(self.path, fullname, index)):
                return None
        except Exception as fault:
            record_fault("path entry of an editable install", fault)
        return FileFinder.find_spec(self, fullname, target)


def _ration(roots: "Iterable[str]") -> str:
    """Give roots in the workspace a :class:`RationedFinder`, unless a hook of the runtime has them; return the last."""
    served = ""
    for root in roots:
        if in_workspace(root):
            served = root
            if type(sys.path_importer_cache.get(root)) in (type(None), FileFinder):
                sys.path_importer_cache[root] = new_file_finder(root, RationedFinder)
    return served


_all_roots = False


def ration_all() -> None:
    """Ration every editable root, and not only those that were put back: where no hook of the runtime's guards them."""
    global _all_roots, _rationed
    _all_roots, _rationed = True, (None, "")
    keep_rationed()


def keep_rationed() -> None:
    """Ration again where the runtime has cleared its cache: it may at any time.

    For the workspace hooks, which call this at each look-up: one dict look-up, but for the first after a clearing.
    """
    global _rationed
    index = editables.known() or editables.current()
    if _rationed[0] is not index or (_rationed[1] and _rationed[1] not in sys.path_importer_cache):
        _rationed = (index, _ration(index.roots if _all_roots else list(_put_back)))


def unration() -> None:
    """Leave path entries to the runtime's hooks again."""
    for entry, finder in list(sys.path_importer_cache.items()):
        if isinstance(finder, RationedFinder):
            sys.path_importer_cache.pop(entry, None)  # another thread may clear it meanwhile
