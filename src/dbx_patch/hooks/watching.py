"""Changing what the trigger watches, after the start: names that are learnt, patches that are forgotten, disarming.

The state of the process, all of it:

- ``hooks``: ``lock``, ``faults``, ``watched``, ``names``, ``_asking``, ``_loaded``
- ``hooks.applied``: ``undos``, ``_remarks``; ``hooks.answers``: ``_finders``; ``hooks.fallback``: ``served``;
  ``hooks.journal``: ``_handed_over``; ``hooks.loaders``: ``_running``; ``hooks.portions``: ``_extends``
- ``hooks.rationed``: ``_all_entries``, ``_judged``, ``ours``, ``patched_hooks``;
  ``hooks.sys_path``: ``_complete``, ``_learnt``
- ``index.snapshot``: ``_index``; ``index.scan``: ``_trees``; ``index.pth_files``: ``doubts``, ``_ordered``
- ``patches.wsfs_import_hook_patch``: ``_entries``; the bootstrap: ``runs``, ``fault``
"""

import sys

from dbx_patch import hooks
from dbx_patch.hooks import APPLIERS, BEGINNINGS, FALLBACK, RUNTIME_MODULES, TRIGGER, learn_names, register, unseen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterable, List

    from dbx_patch.hooks import Callback


@unseen
def when_imported(module: str) -> "Callable[[Callback], Callback]":
    """Decorate a function to be called with module ``module`` (its full name) right after its body has run.

    At once, if it is loaded already; again, once, after each reload. An exception in the function is kept for
    ``check_patch_status()`` and never fails the import. Works wherever dbx-patch is active.
    """

    def decorate(callback: "Callback") -> "Callback":
        register(module, callback)
        return callback

    return decorate


def watch(names: "Iterable[str]") -> None:
    """Have the trigger answer for these names of installs, and for none of those that it was told before."""
    before, hooks.names = hooks.names, frozenset(names)
    for name in hooks.names:
        hooks.watched.setdefault(name, [])
    for name in before - hooks.names:
        if not hooks.watched.get(name):
            hooks.watched.pop(name, None)


def expected() -> "List[str]":
    """Return the patches that are applied to their runtime modules when these load."""
    return [
        patch for patch, (module, *_) in RUNTIME_MODULES.items() if APPLIERS[patch] in hooks.watched.get(module, ())
    ]


def forget(patches: "Iterable[str]") -> None:
    """Have these patches applied to no module that loads later."""
    for patch in patches:
        for module in RUNTIME_MODULES[patch]:
            _unregister(module, APPLIERS[patch])


def _unregister(module: str, callback: "Callback") -> None:
    callbacks = hooks.watched.get(module, [])
    if callback in callbacks:
        callbacks.remove(callback)
        if not callbacks and module not in hooks.names:
            del hooks.watched[module]


def disarm() -> None:
    """Take both finders away and forget the patches; what ``when_imported`` registered stays for the next arming."""
    with hooks.lock:
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not TRIGGER and finder is not FALLBACK]
    watch(())
    forget(RUNTIME_MODULES)
    for module in BEGINNINGS:
        _unregister(module, learn_names)
