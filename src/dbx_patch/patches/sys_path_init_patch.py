"""``sys_path_init``: rebuilds ``sys.path`` at kernel start and loses what ``.pth`` files had added (layer 1)."""

from dbx_patch.hooks import record_fault, sys_path, unseen
from dbx_patch.patches.by_hand import ByHand
from dbx_patch.patches.wrapping import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable, Optional


def apply(patch: str, module: "ModuleType") -> "Optional[Callable[[], None]]":
    """Wrap ``patch_sys_path_with_developer_paths``; return the undo. Raises NotApplicable."""
    return wrap(module, "patch_sys_path_with_developer_paths", restoring)


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
        sys_path.restore(sys_path.learn(), why)
    except Exception as fault:
        record_fault(why, fault)


_by_hand = ByHand("sys_path_init")
patch_sys_path_init, unpatch_sys_path_init, is_patched = _by_hand.patch, _by_hand.unpatch, _by_hand.is_patched
