"""The table of undos: which patches are applied, and what became of the others.

Each patch is a file of ``dbx_patch.patches`` with an ``apply(patch, module)`` that returns its undo. A patch is applied
when its undo is in the table. What went wrong stays in the table for ``status``, and never reaches the import that
loaded the runtime module.
"""

import os
import sys
from _thread import RLock

import _dbx_patch_bootstrap as bootstrap
from dbx_patch import hooks
from dbx_patch.hooks import RUNTIME_MODULES, disabled_patches, record_fault, sys_path, unseen
from dbx_patch.hooks.journal import INFO, WARNING, note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Callable, Dict, List, Tuple

    Undo = Callable[[], None]

# patch -> module of dbx_patch.patches, which has its apply(): loaded by name, since patches know this table
_FILES = {
    "sys_path_init": "sys_path_init_patch",
    "wsfs_import_hook": "wsfs_import_hook_patch",
    "workspace_import_machinery": "wsfs_import_hook_patch",
    "executor_wsfs_import_hook": "wsfs_import_hook_patch",
    "python_path_hook": "python_path_hook_patch",
    "autoreload": "autoreload_hook_patch",
}

_REBUILD_SYS_PATH = ("sys_path_init",)


def _renew_lock() -> None:
    """Renew what a thread may hold when another forks."""
    hooks.lock = RLock()


# Not in `hooks` itself: registering is 0.5 M instructions more at each start, where there is no second thread yet.
os.register_at_fork(after_in_child=_renew_lock)


def _note_settings() -> None:
    """Warn of settings that mean nothing, for whoever reads the log; ``status`` has them with what was meant."""
    enabled = os.environ.get("DBX_PATCH_ENABLED", "").strip().lower()
    if enabled not in ("", "auto") and not bootstrap.decide()[1].startswith("DBX_PATCH_ENABLED"):
        note("DBX_PATCH_ENABLED=%s is not a known value and is ignored", enabled, level=WARNING)
    for name in sorted(disabled_patches().difference(RUNTIME_MODULES, ["fallback"])):
        note("DBX_PATCH_DISABLE names %s, which is not a patch", name, level=WARNING)


# Here, because this is loaded once, by the first patch: Python's start is no time to look at more than one setting
if "DBX_PATCH_LOG_LEVEL" in os.environ:
    _note_settings()


class NotApplicable(Exception):
    """This runtime has not what a patch is for; the message names what is missing. The fallback serves instead."""


# patch -> undos, newest last: a reloaded module's old classes live on in its instances, and stay patched
undos: "Dict[str, List[Undo]]" = {}
# patch -> (state, reason), where that is neither waiting, applied nor disabled
_remarks: "Dict[str, Tuple[str, str]]" = {}


@unseen
def apply_patch(patch: str, module: "ModuleType") -> None:
    """Apply ``patch`` to its loaded runtime module and keep the undo. Never raises an Exception."""
    try:
        patches = __import__("dbx_patch.patches." + _FILES[patch], fromlist=["apply"])
        with hooks.lock:  # each looks before it wraps: nothing is wrapped twice
            undo = patches.apply(patch, module)
    except NotApplicable as reason:
        _remarks[patch] = ("not_applicable", str(reason))
        note("%s is not applicable: %s", patch, reason, level=INFO)
    except Exception as fault:
        _remarks[patch] = ("failed", f"{type(fault).__name__}: {fault}")
        record_fault(patch, fault)
        note("%s failed: %s", patch, fault, level=WARNING)
    else:
        _remarks.pop(patch, None)
        if undo is not None:
            undos.setdefault(patch, []).append(undo)
            note("patched %s", module.__name__)
    try:
        # Now, at the kernel's start, because a library's missing import later must not be what lists the sources.
        index = sys_path.learn()
        if patch in _REBUILD_SYS_PATH:
            sys_path.restore(index, module.__name__)  # the module's body may have rebuilt sys.path itself
    except Exception as fault:
        record_fault("the index", fault)


def undo_patches(patches: "Tuple[str, ...]" = tuple(RUNTIME_MODULES)) -> "List[str]":
    """Undo what is still ours, newest first; return the names of the patches that had been applied."""
    removed = []
    for patch in patches:
        mine = undos.pop(patch, [])
        for undo in reversed(mine):
            try:
                with hooks.lock:
                    undo()
            except Exception as fault:
                record_fault(f"undoing {patch}", fault)
        if mine:
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
    for patch, modules in RUNTIME_MODULES.items():
        if patch in undos:
            states[patch] = ("applied", "")
        elif patch in disabled:
            states[patch] = ("disabled", "DBX_PATCH_DISABLE names it")
        elif patch in _remarks:
            states[patch] = _remarks[patch]
        else:
            loaded = [module for module in modules if module in sys.modules]
            what = (
                f"{loaded[0]} is loaded, and was not patched" if loaded else f"{' or '.join(modules)} is not loaded yet"
            )
            states[patch] = ("waiting", what)
    return states
