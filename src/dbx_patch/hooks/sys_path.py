"""``sys.path`` as ``site`` would have left it: putting editable path entries back, and taking back our own."""

import os
import sys

from dbx_patch import hooks
from dbx_patch.hooks import rationed, unseen
from dbx_patch.hooks.journal import note
from dbx_patch.index.pth_files import canonical

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Optional, Set, Tuple

    from dbx_patch.index.snapshot import Index

_put_back: "Set[str]" = set()
_complete: "Tuple[object, List[str]]" = (None, [])  # an index, and a sys.path that has all that it asks for


@unseen
def restore(index: "Index", why: str) -> "List[str]":
    """Put the lost path entries back at the end of ``sys.path``, in ``site``'s order; return those.

    What was put back earlier and belongs to no install any more is taken away.
    """
    global _complete
    adopt(index)
    with hooks.lock:
        if _complete[0] is index and _complete[1] == sys.path:
            return []
        gone = _put_back.difference(index.path_entries)
        if gone:
            sys.path[:] = [entry for entry in sys.path if entry not in gone]
            _put_back.difference_update(gone)
        present = {canonical(entry) for entry in sys.path if isinstance(entry, str)}
        lost = [root for root in index.path_entries if root not in present]
        sys.path.extend(lost)
        _put_back.update(lost)
        _complete = (index, list(sys.path))
        rationed.guarded = set(_put_back)
    rationed.renew()
    for root in lost:
        note("put back on sys.path after %s: %s", why, root)
    return lost


_adopted: "Optional[Index]" = None


def adopt(index: "Index") -> None:
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
            file = os.path.join(install.site_folder, install.finder + ".py")
            if install.finder not in finders and os.access(file, os.F_OK):
                continue  # it is there, but could not be read this time: too many open files, a mount that fails
            note("forgetting the finder of %s: uninstalled, or installed anew", install.name)
            _forget_finder(install.finder, install.modules)


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
