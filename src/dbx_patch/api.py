"""The functions of ``import dbx_patch`` that act on this process or report on it."""

from typing import List, TypeVar

import _dbx_patch_bootstrap as bootstrap
from dbx_patch import hooks
from dbx_patch.diagnosis import explain as explaining
from dbx_patch.diagnosis import status
from dbx_patch.diagnosis.explanation import Explanation
from dbx_patch.diagnosis.installs import lost_entries
from dbx_patch.hooks import applied, rationed, sys_path, upkeep, watching
from dbx_patch.index import pth_files, snapshot
from dbx_patch.output import rendering
from dbx_patch.output.results import (
    ApplyPatchesResult,
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
        hooks.arm()
        upkeep.keep_first()
        upkeep.patch_loaded()
        index = sys_path.learn(force=force_refresh)
        restored = sys_path.restore(index, "apply_all_patches()")
    result = ApplyPatchesResult(**vars(status.current_status(look=True)), restored=restored)
    return _shown(result, verbose)


def remove_all_patches(verbose: bool = True) -> RemovePatchesResult:
    """Give every runtime function back and take both finders away. ``sys.path`` stays as it is."""
    watching.disarm()
    rationed.unration()
    return _shown(RemovePatchesResult(applied.undo_patches()), verbose)


def check_patch_status(verbose: bool = True) -> StatusResult:
    """Report each patch's state, what the fallback served, and what went wrong without anyone being told."""
    return _shown(status.current_status(look=True), verbose)


def explain(name: str, verbose: bool = True) -> Explanation:
    """Report how ``import name`` would resolve in this process, layer by layer, and why. Nothing is imported.

    ``name`` is a module's full name, dotted or not; it need not exist.
    """
    return _shown(explaining.explain(name), verbose)


def process_all_pth_files(force: bool = False, verbose: bool = True) -> PthProcessingResult:
    """Put every editable path entry back on ``sys.path``; with ``force``, after reading the site folders anew.

    Where dbx-patch is not to act (``DBX_PATCH_ENABLED=0``, or not on Databricks) it only reports.
    """
    index = sys_path.learn(force=force)
    added = sys_path.restore(index, "process_all_pth_files()") if bootstrap.decide()[0] else []
    files = [file for folder in index.site_folders for file in pth_files.find_pth_files(folder)]
    entries = list(index.path_entries)
    return _shown(PthProcessingResult(index.site_folders, files, entries, added, lost_entries()), verbose)


def get_editable_install_paths() -> List[str]:
    """Return the source folders of all editable installs, sorted: path entries and package folders alike."""
    return sorted(set(snapshot.current().source_folders))


def refresh_editable_paths() -> int:
    """Read the site folders anew and put lost path entries back; return how many source folders are editable now.

    Where dbx-patch is not to act (``DBX_PATCH_ENABLED=0``, or not on Databricks), ``sys.path`` stays as it is.
    """
    index = sys_path.learn(force=True)
    if bootstrap.decide()[0]:
        sys_path.restore(index, "refresh_editable_paths()")
    return len(set(index.source_folders))


def _shown(result: R, verbose: bool) -> R:
    if verbose:
        rendering.show(result)
    return result
