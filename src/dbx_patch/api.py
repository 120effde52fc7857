"""The functions of ``import dbx_patch`` that act on this process or report on it."""

import os
import sys
from typing import List, Tuple, TypeVar

import _dbx_patch_bootstrap as bootstrap
import dbx_patch
from dbx_patch import editables, finders, patches, path_entries, pth_processor, rendering
from dbx_patch.installs import lost_entries
from dbx_patch.results import (
    ApplyPatchesResult,
    PatchStatus,
    PthProcessingResult,
    RemovePatchesResult,
    Result,
    StatusResult,
)

R = TypeVar("R", bound=Result)


def apply_all_patches(verbose: bool = True, force_refresh: bool = False) -> ApplyPatchesResult:
    """Patch what is loaded, arm the rest, and put lost path entries back; ``force_refresh`` reads all installs anew.

    Does what the ``.pth`` file does at start-up, for a session where it did not run; again, it changes nothing.
    Where dbx-patch is not to act (``DBX_PATCH_ENABLED=0``, or not on Databricks) it only reports so.
    """
    restored: List[str] = []
    if bootstrap.decide()[0]:
        finders.arm()
        patches.keep_first()
        patches.patch_loaded()
        index = editables.current(force=force_refresh)
        restored = path_entries.restore(index, "apply_all_patches()")
    result = ApplyPatchesResult(**vars(current_status()), restored=restored)
    return _shown(result, verbose)


def remove_all_patches(verbose: bool = True) -> RemovePatchesResult:
    """Give every runtime function back and take both finders away. ``sys.path`` stays as it is."""
    finders.disarm()
    path_entries.unration()
    return _shown(RemovePatchesResult(patches.undo_patches()), verbose)


def check_patch_status(verbose: bool = True) -> StatusResult:
    """Report each patch's state, what the fallback served, and what went wrong without anyone being told."""
    return _shown(current_status(), verbose)


def process_all_pth_files(force: bool = False, verbose: bool = True) -> PthProcessingResult:
    """Put every editable path entry back on ``sys.path``; with ``force``, after reading the site folders anew.

    Where dbx-patch is not to act (``DBX_PATCH_ENABLED=0``, or not on Databricks) it only reports.
    """
    index = editables.current(force=force)
    added = path_entries.restore(index, "process_all_pth_files()") if bootstrap.decide()[0] else []
    files = [file for folder in index.folders for file in pth_processor.find_pth_files(folder)]
    return _shown(PthProcessingResult(index.folders, files, list(index.roots), added, lost_entries()), verbose)


def current_status() -> StatusResult:
    """Return the state of this process, printing nothing."""
    active, reason = is_active()
    states, modules = patches.patch_states(), finders.RUNTIME_MODULES
    resolver = sys.modules.get("dbx_patch.resolver")
    faults = [f"{where}: {type(fault).__name__}: {fault}" for where, fault in finders.faults]
    if bootstrap.fault is not None:
        faults.insert(0, f"start-up: {type(bootstrap.fault).__name__}: {bootstrap.fault}")
    return StatusResult(
        active=active,
        reason=reason,
        patches=[PatchStatus(name, states[name][0], module, states[name][1]) for name, module in modules.items()],
        fallback=_fallback_state(),
        served=dict(resolver.served) if resolver else {},
        faults=faults,
        warnings=_settings(),
        version=dbx_patch.__version__,
    )


def is_active() -> Tuple[bool, str]:
    """Tell whether dbx-patch is at work in this process, and why."""
    allowed, reason = bootstrap.decide()
    armed = any(finder in (finders.TRIGGER, finders.FALLBACK) for finder in sys.meta_path)
    return (
        (True, reason) if allowed and armed else (False, f"{reason}, but it is not armed here" if allowed else reason)
    )


def _fallback_state() -> str:
    if any(finder is finders.FALLBACK for finder in sys.meta_path):
        return "applied"
    return (
        "disabled" if "fallback" in finders.disabled_patches() else "removed" if patches.were_removed() else "waiting"
    )


def _settings() -> List[str]:
    """Return what is wrong with the environment variables."""
    found = []
    enabled = os.environ.get("DBX_PATCH_ENABLED", "").strip().lower()
    if enabled not in ("", "auto", "0", "1", "false", "true", "no", "yes", "off", "on"):
        found.append(f"DBX_PATCH_ENABLED={enabled} is no known value and counts as unset")
    level = os.environ.get("DBX_PATCH_LOG_LEVEL", "").strip()
    if level and level.upper() not in ("DEBUG", "INFO", "WARN", "WARNING", "ERROR", "FATAL", "CRITICAL", "NOTSET"):
        found.append(f"DBX_PATCH_LOG_LEVEL={level} is no level's name: nothing is logged")
    unknown = finders.disabled_patches().difference(finders.RUNTIME_MODULES, ["fallback"])
    found += [f"DBX_PATCH_DISABLE names {name}, which is no patch" for name in sorted(unknown)]
    return found


def _shown(result: R, verbose: bool) -> R:
    if verbose:
        rendering.show(result)
    return result
