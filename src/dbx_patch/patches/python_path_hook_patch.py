"""``dbruntime.pythonPathHook``: rewrites ``sys.path`` after cells and drops editable paths (layer 3)."""

from dbx_patch.patches.sys_path_init_patch import restoring
from dbx_patch.patches.wrapping import attribute, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Callable, Optional


def apply(patch: str, module: "ModuleType") -> "Optional[Callable[[], None]]":
    """Wrap ``PythonPathHook._handle_sys_path_maybe_updated``; return the undo. Raises NotApplicable."""
    return wrap(attribute(module, "PythonPathHook"), "_handle_sys_path_maybe_updated", restoring)
