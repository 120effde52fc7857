"""What a look-up does so that dbx-patch stays where it was put, whatever the runtime does to ``sys.meta_path``."""

import sys

from dbx_patch import hooks
from dbx_patch.hooks import RUNTIME_MODULES, applied


def keep_first() -> bool:
    """Have the trigger asked first again where a finder was put before it; tell whether it had missed a module.

    The runtime puts finders of its own at the front, which may answer for its later modules. One look, as a rule.
    """
    if next(iter(sys.meta_path), None) is hooks.TRIGGER:
        return False
    with hooks.lock:
        if not hooks.is_in_place(hooks.TRIGGER):
            return False  # it was taken away
        sys.meta_path[:] = [hooks.TRIGGER, *(f for f in sys.meta_path if f is not hooks.TRIGGER)]
    return patch_loaded()


def patch_loaded() -> bool:
    """Apply the expected patches whose runtime modules have loaded without the trigger; tell whether one did."""
    missed = False
    for patch in hooks.expected():
        module = sys.modules.get(RUNTIME_MODULES[patch])
        if module is not None and patch not in applied.undos and not hooks.is_loading(module):
            applied.apply_patch(patch, module)
            missed = True
    return missed
