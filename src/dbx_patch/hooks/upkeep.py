"""What a look-up does so that dbx-patch stays where it was put, whatever the runtime does to ``sys.meta_path``."""

import sys

from dbx_patch import hooks
from dbx_patch.hooks import RUNTIME_MODULES, applied, outside_import_lock, unseen, watching
from dbx_patch.hooks.loaders import is_loading


@unseen
def keep_first() -> bool:
    """Have the trigger asked first again where a finder was put before it; tell whether it had missed a module.

    The runtime puts finders of its own at the front, which may answer for its later modules, and then nothing has
    patched these. So every look-up that we take part in begins with this: one look at the first finder, as a rule. Only
    the trigger moves: the order among the others is the runtime's, and a trigger that was taken away stays away.
    """
    if next(iter(sys.meta_path), None) is hooks.TRIGGER:
        return False
    with hooks.lock:
        if not hooks.is_in_place(hooks.TRIGGER):
            return False
        hooks.expect(())
    return bool(outside_import_lock(patch_loaded))


@unseen
def patch_loaded() -> bool:
    """Apply the expected patches whose runtime modules have loaded without the trigger; tell whether one did."""
    missed = False
    for patch in watching.expected():
        for name in RUNTIME_MODULES[patch]:
            module = sys.modules.get(name)
            if module is not None and patch not in applied.undos and not is_loading(module):
                applied.apply_patch(patch, module)
                missed = True
    return missed
