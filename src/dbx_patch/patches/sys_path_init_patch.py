"""``sys_path_init``: rebuilds ``sys.path`` at kernel start and loses what ``.pth`` files had added (layer 1)."""

from dbx_patch import editables, path_entries, unseen
from dbx_patch.finders import record_fault
from dbx_patch.patches.wrapping import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable, Optional

    from dbx_patch.results import PatchResult


def apply(patch: str, module: "ModuleType") -> "Optional[Callable[[], None]]":
    """Wrap ``patch_sys_path_with_developer_paths``; return the undo. Raises NotApplicable."""
    undo = wrap(module, "patch_sys_path_with_developer_paths", restoring)
    put_back(module.__name__)  # the module's body may have rebuilt sys.path itself
    return undo


@unseen
def restoring(original: "Callable[..., Any]") -> "Callable[..., Any]":
    """Return a function that calls ``original`` and then puts editable path entries back."""

    def then_put_paths_back(*args: "Any", **kwargs: "Any") -> "Any":
        try:
            return original(*args, **kwargs)
        finally:
            try:
                put_back(original.__name__)
            except Exception as fault:
                record_fault(original.__name__, fault)

    return then_put_paths_back


@unseen
def put_back(why: str) -> None:
    """Put lost path entries back; a fault is recorded and raises nothing."""
    try:
        path_entries.restore(editables.current(), why)
    except Exception as fault:
        record_fault(why, fault)


_PATCHES = ("sys_path_init",)


def patch_sys_path_init(verbose: bool = True) -> "PatchResult":
    """Apply this patch only, now or once the runtime's module loads; ``verbose`` prints the result."""
    from dbx_patch.patches.single import patch

    return patch(_PATCHES, verbose)


def unpatch_sys_path_init(verbose: bool = True) -> "PatchResult":
    """Give the runtime its own function back; ``verbose`` prints the result."""
    from dbx_patch.patches.single import unpatch

    return unpatch(_PATCHES, verbose)


def is_patched() -> bool:
    """Tell whether the patch is applied."""
    from dbx_patch.patches.single import any_applied

    return any_applied(_PATCHES)
