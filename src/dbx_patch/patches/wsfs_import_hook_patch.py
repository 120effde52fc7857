"""The three workspace hooks by one name: what :mod:`dbx_patch.patches.workspace_hooks` patches, for calls."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List

    from dbx_patch.results import PatchResult


_PATCHES = ("wsfs_import_hook", "workspace_import_machinery", "executor_wsfs_import_hook")


def patch_wsfs_import_hook(verbose: bool = True) -> "PatchResult":
    """Apply these patches only, now or once the runtime's module loads; ``verbose`` prints the result."""
    from dbx_patch.patches.single import patch

    return patch(_PATCHES, verbose)


def unpatch_wsfs_import_hook(verbose: bool = True) -> "PatchResult":
    """Give the runtime its own functions back; ``verbose`` prints the result."""
    from dbx_patch.patches.single import unpatch

    return unpatch(_PATCHES, verbose)


def is_patched() -> bool:
    """Tell whether one of the patches is applied."""
    from dbx_patch.patches.single import any_applied

    return any_applied(_PATCHES)


def refresh_editable_paths() -> int:
    """Read the site folders anew and put lost path entries back; return how many source folders are editable."""
    from dbx_patch.patches import single

    return single.refresh_editable_paths()


def detect_editable_paths() -> "List[str]":
    """Return the source folders of all editable installs, sorted."""
    from dbx_patch.patches import single

    return single.detect_editable_paths()
