"""``dbruntime.pythonPathHook``: rewrites ``sys.path`` after cells and drops editable paths (layer 3)."""

from dbx_patch.patches.sys_path_init_patch import restoring
from dbx_patch.patches.wrapping import attribute, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Callable, List, Optional

    from dbx_patch.results import PatchResult


def apply(patch: str, module: "ModuleType") -> "Optional[Callable[[], None]]":
    """Wrap ``PythonPathHook._handle_sys_path_maybe_updated``; return the undo. Raises NotApplicable."""
    return wrap(attribute(module, "PythonPathHook"), "_handle_sys_path_maybe_updated", restoring)


_PATCHES = ("python_path_hook",)


def patch_python_path_hook(verbose: bool = True) -> "PatchResult":
    """Apply this patch only, now or once the runtime's module loads; ``verbose`` prints the result."""
    from dbx_patch.patches.single import patch

    return patch(_PATCHES, verbose)


def unpatch_python_path_hook(verbose: bool = True) -> "PatchResult":
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
