"""``dbruntime.pythonPathHook``: rewrites ``sys.path`` after cells and drops editable paths (layer 3)."""

from dbx_patch.patches.by_hand import ByHand
from dbx_patch.patches.by_hand import detect_editable_paths as detect_editable_paths
from dbx_patch.patches.by_hand import refresh_editable_paths as refresh_editable_paths
from dbx_patch.patches.sys_path_init_patch import restoring
from dbx_patch.patches.wrapping import attribute, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Callable, Optional


def apply(patch: str, module: "ModuleType") -> "Optional[Callable[[], None]]":
    """Wrap ``PythonPathHook._handle_sys_path_maybe_updated``; return the undo. Raises NotApplicable."""
    return wrap(attribute(module, "PythonPathHook"), "_handle_sys_path_maybe_updated", restoring)


_by_hand = ByHand("python_path_hook")
patch_python_path_hook, unpatch_python_path_hook, is_patched = _by_hand.patch, _by_hand.unpatch, _by_hand.is_patched
