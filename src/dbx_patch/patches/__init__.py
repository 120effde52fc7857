"""The patches: one file per module of the runtime, under the name that the first dbx-patch documented.

Each has an ``apply(patch, module)``, which :mod:`dbx_patch.hooks.applied` calls when that module has loaded, and the
functions of :mod:`dbx_patch.patches.by_hand` for calls.
"""
