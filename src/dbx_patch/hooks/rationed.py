"""Path entry finders of ours: they keep imports away from the workspace, and notice what is installed.

Each look below `/Workspace` can be a remote call, and every entry of ``sys.path`` is asked for every import. An entry
that we put back right behind its site folder is asked before what lies in lower environments. So a
:class:`RationedFinder` stands in ``sys.path_importer_cache`` for it: it asks the disk for names that its folder is
known to have, and for no other. What is new there is found on a miss (``fallback``). An entry that the user put
elsewhere on ``sys.path`` is the user's: it is left to whatever the runtime has for it.

A :class:`SiteFinder` stands for a site folder. CPython's own finder re-lists its folder when that has changed, which is
the moment in which an install, a reinstall or an uninstall can first matter to an import: then the index is read again.
"""

import sys
from _frozen_importlib_external import FileFinder, _get_supported_file_loaders  # type: ignore[attr-defined]

from dbx_patch import hooks
from dbx_patch.hooks import callers, record_fault, unseen
from dbx_patch.index import snapshot
from dbx_patch.index.pth_files import canonical, entries_in_order
from dbx_patch.index.workspace import in_workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any, Dict, List, Optional, Set, Tuple

    from dbx_patch.index.snapshot import Index

# On executors no hook of the runtime's guards what the driver sends, so each editable entry is rationed there.
_all_entries = False
# sys.path and the index as they were judged last, and what came of it: the entries of sys.path that are rationed
_judged: "Tuple[Optional[List[str]], Optional[Index], Dict[str, str]]" = (None, None, {})
# What we put on sys.path, by the identity of each string: somebody may have put an equal one there, and that stays.
ours: "Dict[int, str]" = {}
# The runtime's workspace hooks that answer editable code honestly, since they are patched
patched_hooks: "List[type]" = []


def is_patched_hook(finder: object) -> bool:
    """Tell whether ``finder`` is a workspace hook that answers editable code honestly."""
    return isinstance(finder, tuple(patched_hooks))


def new_file_finder(folder: str, kind: "Any" = FileFinder) -> "Any":
    """Return a FileFinder with the interpreter's own loaders, made without a file operation."""
    return kind(folder, *_get_supported_file_loaders())


@unseen
def early_places(index: "Index", order: "Optional[List[str]]" = None) -> "Set[str]":
    """Return the editable path entries that stand right behind their site folder, and nowhere else on ``sys.path``.

    ``order``: another path than that, as ``entries_in_order`` spells it.
    """
    order = entries_in_order() if order is None else order
    found = set()
    for reading in index.readings:
        place = order.index(reading.folder) + 1 if reading.folder in order else len(order)
        while place < len(order) and order[place] in reading.names_in:
            found.add(order[place])
            place += 1
    return {entry for entry in found if order.count(entry) == 1}


def entries_of(kind: str, index: "Index") -> "List[str]":
    """Return the rationed entries of ``sys.path`` of a kind.

    "early": at its early place by us, or guarded by the runtime without us; "open": anybody's import would look there
    without us, since `site` put it there or the driver sent it.
    """
    renew(index)
    return [entry for entry in list(_judged[2]) if _kind_of(entry) == kind]


def _kind_of(entry: str) -> "Optional[str]":
    kind = _judged[2].get(entry)
    if kind != "open":
        return kind  # an early one stays so, whatever finder it has
    finder = sys.path_importer_cache.get(entry)
    theirs = finder.stands_for if type(finder) is RationedFinder else finder
    # Whatever it is called: a finder of this entry alone that is not CPython's own is there to refuse something.
    return "open" if theirs is None or type(theirs) is FileFinder else "early"


def is_guarded() -> bool:
    """Tell whether a path hook of the runtime's takes what we do not: one ahead of CPython's own for folders."""
    for hook in sys.path_hooks:
        if getattr(hook, "__qualname__", "").startswith(FileFinder.__name__ + "."):
            return False
        if getattr(hook, "__module__", None) != "zipimport":
            return True
    return False


class RationedFinder(FileFinder):
    """Path entry finder of an editable path entry in the workspace: asks the disk only where a find is likely or owed.

    That is for names that the folder was seen to have; and on executors, for what user code imports.

    ``stands_for``: the finder that the entry had before, if any, which it gets back.
    """

    stands_for: "Any" = None

    @unseen
    def find_spec(self, fullname: str, target: "Optional[ModuleType]" = None) -> "Optional[ModuleSpec]":
        try:
            index = snapshot.known() or snapshot.current()
            if fullname not in index.names_in.get(self.path, ()):
                renew(index)
                kind = _kind_of(self.path)
                if kind is None:
                    return _ask_theirs(self, fullname, target)
                if kind == "early" or not callers.is_user_import(index, fullname):
                    return None
        except Exception as fault:
            record_fault("path entry of an editable install", fault)
        return FileFinder.find_spec(self, fullname, target)


class SiteFinder(FileFinder):
    """Path entry finder of a site folder: CPython's own, which also says when it had to list the folder anew."""

    _was_listed = False

    def _fill_cache(self) -> None:
        FileFinder._fill_cache(self)  # type: ignore[attr-defined]
        self._was_listed = True

    @unseen
    def find_spec(self, fullname: str, target: "Optional[ModuleType]" = None) -> "Optional[ModuleSpec]":
        spec = FileFinder.find_spec(self, fullname, target)
        if self._was_listed:
            self._was_listed = False
            try:
                if spec is None or spec.loader is None:
                    spec = hooks.load("newly_installed")(fullname, self.path) or spec
                else:
                    hooks.load("learn")()
            except Exception as fault:
                record_fault("a site folder that has changed", fault)
        return spec


@unseen
def renew(index: "Index", anew: bool = False) -> None:
    """Have the finders stand where they belong; one comparison where neither ``sys.path`` nor the index has changed.

    ``anew``: whatever that comparison says. An entry of ours can equal the one that was lost in its place.
    """
    global _judged
    if not anew and _judged[1] is index and _judged[0] == sys.path:
        return
    early = early_places(index)
    rationed: Dict[str, str] = {}
    for entry in [e for e in sys.path if isinstance(e, str)]:
        folder = canonical(entry)
        if folder in index.names_in and in_workspace(folder):
            if folder in early:
                rationed[entry] = "early" if id(entry) in ours or is_guarded() else "open"
            elif _all_entries and type(sys.path_importer_cache.get(entry)) in (type(None), FileFinder, RationedFinder):
                rationed[entry] = "open"
        elif folder in index.site_folders:
            _watch_site_folder(entry)
    _judged = (list(sys.path), index, rationed)
    for entry, finder in list(sys.path_importer_cache.items()):
        if type(finder) is RationedFinder and entry not in rationed:
            _give_back(entry, finder)  # it is the user's now, or nobody's
    _put_in_place()


@unseen
def _ask_theirs(ours: RationedFinder, name: str, target: "Optional[ModuleType]") -> "Optional[ModuleSpec]":
    """Answer for an entry that is not ours to ration any more: by the finder that it has without us, from now on."""
    finder = ours.stands_for
    if finder is None and not is_guarded():
        finder = new_file_finder(ours.path)  # as CPython's path hooks would, without the looks at the disk
    for hook in sys.path_hooks if finder is None else ():
        try:
            finder = hook(ours.path)
            break
        except ImportError:
            continue
    sys.path_importer_cache[ours.path] = finder
    found: Optional[ModuleSpec] = finder.find_spec(name, target) if finder is not None else None
    return found


def _put_in_place() -> None:
    for entry in list(_judged[2]):
        theirs: Any = sys.path_importer_cache.get(entry)
        if type(theirs) is not RationedFinder:
            mine = new_file_finder(entry, RationedFinder)
            mine.stands_for = theirs
            sys.path_importer_cache[entry] = mine


def _give_back(entry: str, finder: "Any") -> None:
    """Have an entry served by the finder that it had before, or by one that the path hooks make at its next look-up."""
    if finder.stands_for is None:
        sys.path_importer_cache.pop(entry, None)  # another thread may clear it meanwhile
    else:
        sys.path_importer_cache[entry] = finder.stands_for


def _watch_site_folder(entry: str) -> None:
    finder = sys.path_importer_cache.get(entry)
    if type(finder) is FileFinder:
        finder.__class__ = SiteFinder  # it keeps the listing that it has
    elif finder is None:
        sys.path_importer_cache[entry] = new_file_finder(entry, SiteFinder)


def ration_all() -> None:
    """Ration every editable path entry, and not only those that were put back: for executors."""
    global _all_entries, _judged
    _all_entries, _judged = True, (None, None, {})


@unseen
def keep_rationed() -> None:
    """Ration again where the runtime has cleared its cache or changed ``sys.path``: it may at any time.

    For the workspace hooks, which call this at each look-up: a comparison, and a look for the last of ours.
    """
    index = snapshot.known()
    if index is not None:
        renew(index)
        last = next(reversed(list(_judged[2])), None)
        if last is not None and type(sys.path_importer_cache.get(last)) is not RationedFinder:
            _put_in_place()


def unration() -> None:
    """Leave path entries to the runtime's hooks, and site folders to CPython's finder, again."""
    global _judged
    _judged = (None, None, {})
    for entry, finder in list(sys.path_importer_cache.items()):
        if type(finder) is RationedFinder:
            _give_back(entry, finder)
        elif type(finder) is SiteFinder:
            finder.__class__ = FileFinder  # type: ignore[assignment]
