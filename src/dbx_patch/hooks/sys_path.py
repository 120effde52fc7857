"""``sys.path`` as ``site`` would have left it: learning what is installed, and putting editable path entries back."""

import os
import sys

from dbx_patch import hooks
from dbx_patch.hooks import rationed, unseen, watching
from dbx_patch.hooks.journal import note
from dbx_patch.index import snapshot
from dbx_patch.index.pth_files import canonical, entries_in_order
from dbx_patch.index.snapshot import Index as Index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Iterator, List, Optional, Set, Tuple

_complete: "Tuple[object, List[str]]" = (None, [])  # an index, and a sys.path that has all that it asks for
_learnt: "Optional[Index]" = None


@unseen
def learn(force: bool = False) -> "Index":
    """Return the index of now; where it is another one, have the finders follow it. ``force`` reads it all anew."""
    global _learnt
    index = snapshot.current(force)
    before, _learnt = _learnt, index
    if before is not index:
        if before is not None:
            _forget_gone(before, index)
            _take_away(set(before.path_entries) - set(index.path_entries))
        if hooks.is_in_place(hooks.TRIGGER):
            hooks.expect(())  # first: in a virtual environment `site` runs other .pth lines once more after ours
            watching.watch(() if "fallback" in hooks.disabled_patches() else index.providers)
            rationed.renew(index)
    return index


@unseen
def restore(index: "Index", why: str) -> "List[str]":
    """Put lost path entries back where ``site`` puts them, in its order; return those that were lost.

    That is right behind their own site folder: so an editable install wins over a copy in a lower environment, and
    what stands before its site folder wins over it, as with a wheel. What was put back earlier and belongs to no
    install any more is taken away. With nothing lost this is one comparison.
    """
    global _complete
    with hooks.lock:
        if _complete[0] is index and _complete[1] == sys.path:
            return []
        known = set(index.path_entries)
        sys.path[:] = [
            e for e in sys.path if not (id(e) in rationed.ours and (e not in known or not _is_early(e, index)))
        ]
        lost = []
        for place, entry in _lost(entries_in_order(), index):
            mine = (entry + "/")[:-1]  # a string of its own
            rationed.ours[id(mine)] = mine
            sys.path.insert(place, mine)
            lost.append(entry)
        _complete = (index, list(sys.path))
        rationed.renew(index, anew=bool(lost))
    for entry in lost:
        note("put back on sys.path after %s: %s", why, entry)
    return lost


def _lost(order: "List[str]", index: "Index") -> "Iterator[Tuple[int, str]]":
    """Yield the entries that are not in ``order``, a path as ``entries_in_order`` spells it, each with its place."""
    for reading in index.readings:
        place = order.index(reading.folder) + 1 if reading.folder in order else len(order)
        for entry in list(reading.names_in):
            if entry not in order:
                order.insert(place, entry)
                yield place, entry
            if order[place : place + 1] == [entry]:
                place += 1


def as_restored(path: "List[str]", index: "Index") -> "List[str]":
    """Return a path as :func:`restore` would leave it: for ``explain``, which changes nothing."""
    made = list(path)
    for place, entry in _lost([canonical(entry) for entry in path], index):
        made.insert(place, entry)
    return made


def _is_early(entry: str, index: "Index") -> bool:
    """Tell whether an entry of ours stands where it was put, or its site folder is on no path at all."""
    folder = next((reading.folder for reading in index.readings if entry in reading.names_in), "")
    return entry in rationed.early_places(index) or folder not in entries_in_order()


def _take_away(entries: "Set[str]") -> None:
    """Take from ``sys.path`` what we put there for installs that are gone: at once, as a wheel's files would be."""
    if entries:
        with hooks.lock:
            sys.path[:] = [e for e in sys.path if not (id(e) in rationed.ours and e in entries)]


def _forget_gone(before: "Index", index: "Index") -> None:
    """Undo what the installers' finders hold of installs that went or moved since the last index.

    A finder-type install leaves a finder in memory, which would go on answering with the old place. Its module is
    forgotten too, so that the new ``.pth`` line can run.
    """
    kept = {install.key for install in index.installs}
    finders = {install.finder for install in index.installs}
    for install in before.installs:
        if install.finder and install.key not in kept:
            file = os.path.join(install.site_folder, install.finder + ".py")
            if install.finder not in finders and os.access(file, os.F_OK):
                continue  # it is there, but could not be read this time: too many open files, a mount that fails
            _forget_finder(install.finder, install.modules)
            note("forgot the finder of %s: uninstalled, or installed anew", install.name)


def _forget_finder(module: str, mapping: "Dict[str, str]") -> None:
    finder = sys.modules.pop(module, None)
    sys.meta_path[:] = [f for f in sys.meta_path if getattr(f, "__module__", None) != module]
    sys.path_hooks[:] = [
        hook for hook in sys.path_hooks if getattr(getattr(hook, "__self__", None), "__module__", None) != module
    ]
    placeholder = getattr(finder, "PATH_PLACEHOLDER", None)  # setuptools' entry for namespaces
    if placeholder is not None:
        sys.path[:] = [entry for entry in sys.path if entry != placeholder]
        sys.path_importer_cache.pop(placeholder, None)
    # editables keeps one finder for all: only these names are forgotten
    redirector = getattr(sys.modules.get("editables.redirector"), "RedirectingFinder", None)
    redirections = getattr(redirector, "_redirections", {})
    for name, path in mapping.items():
        if redirections.get(name) == path:
            del redirections[name]
