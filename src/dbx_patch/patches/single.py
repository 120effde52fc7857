"""Applying and undoing the patches of one module of this package: what those modules' own functions share.

Loaded by calls only. The patch modules themselves are loaded inside the runtime's imports, and import none of this.
"""

from typing import List, Sequence

import _dbx_patch_bootstrap as bootstrap
from dbx_patch import editables, finders, patches, rendering
from dbx_patch.installs import refresh_editable_paths as refresh_editable_paths
from dbx_patch.results import PatchResult, PatchStatus


def patch(names: Sequence[str], verbose: bool) -> PatchResult:
    """Apply these patches where their runtime modules are loaded, and arm them for when they are.

    ``DBX_PATCH_ENABLED`` and ``DBX_PATCH_DISABLE`` hold for calls, too.
    """
    if bootstrap.decide()[0]:
        disabled = finders.disabled_patches()
        finders.expect([name for name in names if name not in disabled])
        patches.keep_first()
        patches.patch_loaded()
    return _shown(names, verbose)


def unpatch(names: Sequence[str], verbose: bool) -> PatchResult:
    """Undo these patches, and apply them to no module that loads later."""
    finders.forget(names)
    patches.undo_patches(tuple(names))
    return _shown(names, verbose)


def any_applied(names: Sequence[str]) -> bool:
    """Tell whether one of these patches is applied now."""
    states = patches.patch_states()
    return any(states[name][0] == "applied" for name in names)


def detect_editable_paths() -> List[str]:
    """Return the source folders of all editable installs, sorted."""
    return sorted(set(editables.current().source_folders))


def _shown(names: Sequence[str], verbose: bool) -> PatchResult:
    states = patches.patch_states()
    found = [PatchStatus(name, states[name][0], finders.RUNTIME_MODULES[name], states[name][1]) for name in names]
    result = PatchResult(found)
    if verbose:
        rendering.show(result)
    return result
