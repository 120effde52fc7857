"""The path entry finder that keeps what libraries import away from the workspace.

The runtime's path hook asks the disk when it is made for a path entry, so an entry that we put on ``sys.path`` would
cost a library's first miss a look under ``/Workspace``. A :class:`RationedFinder`, put into
``sys.path_importer_cache``, costs none: it asks the disk only where a find is likely or owed.
"""

import sys
from _frozen_importlib_external import FileFinder, PathFinder, _get_supported_file_loaders  # type: ignore[attr-defined]

from dbx_patch.hooks import callers, record_fault, unseen
from dbx_patch.hooks.workspace import in_workspace
from dbx_patch.index import snapshot
from dbx_patch.index.pth_files import canonical

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any, Iterable, List, Optional, Set, Tuple

# Path entries to ration: those that dbx-patch put back. `all_entries`: where no hook of the runtime's guards any.
guarded: "Set[str]" = set()
_all_entries = False
_rationed: "Tuple[object, str]" = (None, "")  # the index that was rationed last, and one of the entries
# The runtime's workspace hooks that answer editable code honestly, since they are patched
patched_hooks: "List[type]" = []


def is_patched_hook(finder: object) -> bool:
    """Tell whether ``finder`` is a workspace hook that answers editable code honestly."""
    return isinstance(finder, tuple(patched_hooks))


def new_file_finder(folder: str, kind: "Any" = FileFinder) -> "Any":
    """Return a FileFinder with the interpreter's own loaders, made without a file operation."""
    return kind(folder, *_get_supported_file_loaders())


@unseen
def provides(entry: str, name: str, index: "snapshot.Index") -> bool:
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
            index = snapshot.known() or snapshot.current()
            if not (callers.is_user_import(index, fullname) or provides(self.path, fullname, index)):
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


def ration_all() -> None:
    """Ration every editable root, and not only those that were put back: where no hook of the runtime's guards them."""
    global _all_entries
    _all_entries = True
    renew()


def keep_rationed() -> None:
    """Ration again where the runtime has cleared its cache: it may at any time.

    For the workspace hooks, which call this at each look-up: one dict look-up, but for the first after a clearing.
    """
    global _rationed
    index = snapshot.known() or snapshot.current()
    if _rationed[0] is not index or (_rationed[1] and _rationed[1] not in sys.path_importer_cache):
        _rationed = (index, _ration(index.path_entries if _all_entries else list(guarded)))


def renew() -> None:
    """Ration anew: what is guarded has changed."""
    global _rationed
    _rationed = (None, "")
    keep_rationed()


def unration() -> None:
    """Leave path entries to the runtime's hooks again."""
    for entry, finder in list(sys.path_importer_cache.items()):
        if isinstance(finder, RationedFinder):
            sys.path_importer_cache.pop(entry, None)  # another thread may clear it meanwhile
