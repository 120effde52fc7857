"""``dbruntime.autoreload.file_module_utils``: reloads only files that a registered check knows (layer 4)."""

from dbx_patch import editables, unseen
from dbx_patch.finders import record_fault
from dbx_patch.patches.wrapping import attribute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Callable, List, Optional

    from dbx_patch.results import PatchResult


@unseen
def is_editable_file(filename: str) -> bool:
    """Tell the runtime whether ``filename`` is an editable install's source.

    It asks around every import, so this imports nothing, asks the disk nothing, and takes the same time for any
    number of installs. The index is whatever the last look-up left: an editable module was looked up before.
    """
    try:
        index = editables.known()
        return index is not None and index.is_editable(filename) is True
    except Exception as fault:  # the recursion limit, or memory
        record_fault("autoreload check", fault)
        return False


def apply(patch: str, module: "ModuleType") -> "Optional[Callable[[], None]]":
    """Register :func:`is_editable_file`; return an undo that deregisters it. Raises NotApplicable."""
    register = attribute(module, "register_autoreload_allowlist_check")
    deregister = attribute(module, "deregister_autoreload_allowlist_check")
    if is_editable_file in getattr(module, "_AUTORELOAD_ALLOWLIST_CHECKS", ()):
        return None
    register(is_editable_file)

    def undo() -> None:
        if is_editable_file in getattr(module, "_AUTORELOAD_ALLOWLIST_CHECKS", (is_editable_file,)):
            deregister(is_editable_file)

    return undo


_PATCHES = ("autoreload",)


def patch_autoreload_hook(verbose: bool = True) -> "PatchResult":
    """Apply this patch only, now or once the runtime's module loads; ``verbose`` prints the result."""
    from dbx_patch.patches.single import patch

    return patch(_PATCHES, verbose)


def unpatch_autoreload_hook(verbose: bool = True) -> "PatchResult":
    """Give the runtime its own function back; ``verbose`` prints the result."""
    from dbx_patch.patches.single import unpatch

    return unpatch(_PATCHES, verbose)


def is_patched() -> bool:
    """Tell whether the patch is applied."""
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
