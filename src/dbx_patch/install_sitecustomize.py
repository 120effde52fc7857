"""A module of dbx-patch 0.1, kept so that importing it says what to do now."""

from dbx_patch._former import NAMES

raise ImportError(f"dbx_patch.install_sitecustomize is gone: {NAMES['install_sitecustomize']}", name=__name__)
