"""Who answers for a name that an editable install provides: what a wheel's place would say.

A wheel's files lie in its site folder, so what stands before that folder on ``sys.path`` wins over it, and it wins over
what stands behind: a copy in a lower environment (RUNTIME.md, "Environments are stacked"), and everywhere over a bare
folder that merely has its name. An editable install's sources lie elsewhere, on a path entry that the runtime may have
dropped, behind a hook that may refuse, or in an installer's finder that CPython asks last. So the others are asked
first, and their answer is then judged by its place. The same holds for what a finder maps into a namespace.
"""

from dbx_patch import hooks
from dbx_patch.hooks import answers, ask_others, portions, record_fault, sys_path, unseen
from dbx_patch.hooks.fallback import served
from dbx_patch.hooks.journal import note
from dbx_patch.index.install import any_before
from dbx_patch.index.pth_files import canonical, entries_in_order
from dbx_patch.index.workspace import is_refused_notebook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import List, Optional, Sequence, Tuple

    from dbx_patch.index.install import Install


@unseen
def answer(
    name: str, path: "Optional[Sequence[str]]" = None, target: "Optional[ModuleType]" = None
) -> "Optional[ModuleSpec]":
    """Return the spec for a name that the index knows: the others', or our own where that is due.

    What other finders raise passes through, unless a wheel would have been found before that place; a fault of our own
    is recorded, and theirs is the answer.
    """
    try:
        index = sys_path.learn()
        installs = index.providers.get(name, [])
        restored = bool(installs and sys_path.restore(index, f"import {name}"))
    except Exception as fault:
        record_fault(name, fault)
        return ask_others(name, path, target)
    try:
        theirs = ask_others(name, path, target)
    except OSError as error:
        if not _stands_before(error, installs):
            raise
        theirs = None
    try:
        ours, why = theirs, ""
        if not answers.stays(theirs, installs, entries_in_order()):
            ours, why = _ours(name, path, theirs, installs, index)
        if restored:
            why = "its path entry was lost"
        if why and ours is not None and answers.is_from(ours, installs):
            served[name] = why
            note("served: %s (%s)", name, why)
        return ours
    except Exception as fault:
        record_fault(name, fault)
    return theirs


@unseen
def _stands_before(error: OSError, installs: "List[Install]") -> bool:
    """Tell whether an install's site folder comes before the path entry that importlib could not list."""
    try:
        order = entries_in_order()
        return any_before(installs, order.index(canonical(str(error.filename))), order)
    except Exception:  # of an error of another kind no place is known
        return False


@unseen
def newly_installed(name: str, site_folder: str) -> "Optional[ModuleSpec]":
    """Return what an install in a site folder has that has just changed, where the name was not known before that.

    The finders have been asked already, so this import is answered at the site folder's own place on ``sys.path``.
    """
    if name in hooks.names or "fallback" in hooks.disabled_patches():
        sys_path.learn()
        return None
    index = sys_path.learn()
    installs = [i for i in index.providers.get(name, ()) if i.site_folder == canonical(site_folder)]
    spec = answers.find(name, None, index, installs) if installs else None
    return None if spec is None or spec.loader is None or is_refused_notebook(spec.origin or "") else spec


@unseen
def _ours(
    name: str,
    path: "Optional[Sequence[str]]",
    theirs: "Optional[ModuleSpec]",
    installs: "List[Install]",
    index: "sys_path.Index",
) -> "Tuple[Optional[ModuleSpec], str]":
    """Return the installs' own spec and why it is given, or ``theirs`` where they have no better."""
    own = answers.find(name, path, index, installs, in_namespace=path is not None)
    if own is None or is_refused_notebook(own.origin or ""):
        return theirs, ""
    if own.loader is None and theirs is not None:
        if theirs.loader is not None:
            return theirs, ""
        portions.join(theirs, own, installs)
        return theirs, ""
    if theirs is None:
        return own, "a finder of the runtime refused it"
    return own, "a bare folder has its name" if theirs.loader is None else "a copy in a lower environment"
