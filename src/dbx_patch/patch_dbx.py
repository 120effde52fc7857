"""A module of dbx-patch 0.1, kept so that importing it says what to do now."""

from dbx_patch._former import NAMES

raise ImportError(f"dbx_patch.patch_dbx is gone: {NAMES['patch_dbx']}", name=__name__)
