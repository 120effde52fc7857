"""``dbruntime.autoreload.file_module_utils``: reloads only files that a registered check knows (layer 4)."""

from dbx_patch.hooks import record_fault, unseen
from dbx_patch.index import snapshot
from dbx_patch.index.snapshot import EDITABLE
from dbx_patch.patches.by_hand import ByHand
from dbx_patch.patches.by_hand import detect_editable_paths as detect_editable_paths
from dbx_patch.patches.by_hand import refresh_editable_paths as refresh_editable_paths
from dbx_patch.patches.wrapping import attribute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Callable, Optional


@unseen
def is_editable_file(filename: str) -> bool:
    """Tell the runtime whether ``filename`` is an editable install's source.

    It asks around every import, so this imports nothing, asks the disk nothing, and takes the same time for any
    number of installs. The index is whatever the last look-up left: an editable module was looked up before.
    """
    try:
        index = snapshot.known()
        return index is not None and index.whose(filename) is EDITABLE
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


_by_hand = ByHand("autoreload")
patch_autoreload_hook, unpatch_autoreload_hook, is_patched = _by_hand.patch, _by_hand.unpatch, _by_hand.is_patched
