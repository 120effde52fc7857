"""The patches: one file per runtime module, each with an ``apply(module)`` that returns its undo.

A patch is applied when its undo is in the table. What went wrong stays in the table for ``status``, and never
reaches the import that loaded the runtime module.
"""

import os
import sys

from dbx_patch import editables, finders, unseen
from dbx_patch.finders import RUNTIME_MODULES, disabled_patches, record_fault
from dbx_patch.journal import note
from dbx_patch.patches.wrapping import NotApplicable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Callable, Dict, List, Tuple

    Undo = Callable[[], None]

# patch -> module of this package, which has apply(module)
_FILES = {
    "sys_path_init": "sys_path_init_patch",
    "wsfs_import_hook": "workspace_hooks",
    "workspace_import_machinery": "workspace_hooks",
    "executor_wsfs_import_hook": "workspace_hooks",
    "python_path_hook": "python_path_hook_patch",
    "autoreload": "autoreload_hook_patch",
}

# Not in `finders`: registering is 0.5 M instructions more at each start, where there is no second thread yet.
os.register_at_fork(after_in_child=finders.renew_lock)

# patch -> undos, newest last: a reloaded module's old classes live on in its instances, and stay patched
_undos: "Dict[str, List[Undo]]" = {}
# patch -> (state, reason), where that is neither waiting, applied nor disabled
_remarks: "Dict[str, Tuple[str, str]]" = {}


@unseen
def apply_patch(patch: str, module: "ModuleType") -> None:
    """Apply ``patch`` to its loaded runtime module and keep the undo. Never raises an Exception."""
    try:
        apply = __import__("dbx_patch.patches." + _FILES[patch], fromlist=["apply"]).apply
        with finders.lock:  # each looks before it wraps: nothing is wrapped twice
            undo = apply(patch, module)
    except NotApplicable as reason:
        _remarks[patch] = ("not_applicable", str(reason))
        note("%s is not applicable: %s", patch, reason)
    except Exception as fault:
        _remarks[patch] = ("failed", f"{type(fault).__name__}: {fault}")
        record_fault(patch, fault)
    else:
        _remarks.pop(patch, None)
        if undo is not None:
            _undos.setdefault(patch, []).append(undo)
            note("patched %s", module.__name__)
    try:
        # Now, at the kernel's start, because a library's missing import later must not be what lists the sources.
        editables.current()
    except Exception as fault:
        record_fault("the index", fault)


def keep_first() -> bool:
    """Have the trigger asked first again where a finder was put before it; tell whether it had missed a module.

    The runtime puts finders of its own at the front, which may answer for its later modules. One look, as a rule.
    """
    if next(iter(sys.meta_path), None) is finders.TRIGGER:
        return False
    with finders.lock:
        if not any(finder is finders.TRIGGER for finder in sys.meta_path):
            return False  # it was taken away
        sys.meta_path[:] = [finders.TRIGGER, *(f for f in sys.meta_path if f is not finders.TRIGGER)]
    return patch_loaded()


def patch_loaded() -> bool:
    """Apply the expected patches whose runtime modules have loaded without the trigger; tell whether one did."""
    missed = False
    for patch in finders.expected():
        module = sys.modules.get(RUNTIME_MODULES[patch])
        if module is not None and patch not in _undos and not finders.is_loading(module):
            apply_patch(patch, module)
            missed = True
    return missed


def undo_patches(patches: "Tuple[str, ...]" = tuple(RUNTIME_MODULES)) -> "List[str]":
    """Undo what is still ours, newest first; return the names of the patches that had been applied."""
    removed = []
    for patch in patches:
        undos = _undos.pop(patch, [])
        for undo in reversed(undos):
            try:
                with finders.lock:
                    undo()
            except Exception as fault:
                record_fault(f"undoing {patch}", fault)
        if undos:
            removed.append(patch)
            _remarks[patch] = ("removed", "remove_all_patches() was called")
    return removed


def were_removed() -> bool:
    """Tell whether ``remove_all_patches()`` was the last word."""
    return any(state == "removed" for state, _ in _remarks.values())


def patch_states() -> "Dict[str, Tuple[str, str]]":
    """Return, per patch, its state as ``check_patch_status`` names it, and the reason ("" where none is needed)."""
    disabled = disabled_patches()
    states = {}
    for patch, module in RUNTIME_MODULES.items():
        if patch in _undos:
            states[patch] = ("applied", "")
        elif patch in disabled:
            states[patch] = ("disabled", "DBX_PATCH_DISABLE names it")
        elif patch in _remarks:
            states[patch] = _remarks[patch]
        else:
            loaded = "is loaded, and was not patched" if module in sys.modules else "is not loaded yet"
            states[patch] = ("waiting", f"{module} {loaded}")
    return states
