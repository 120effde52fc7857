"""Where this era has its finders for the workspace; for `kernel_setup`."""

from __future__ import annotations

import functools
from typing import Any

from dbruntime.wsfs_import_hook import WsfsImportHook
from dbruntime.WsfsPathFinder import WsfsPathFinder


def workspace_path_hook(prefix: str) -> Any:
    """What goes into ``sys.path_hooks``: the class itself on the real ``/Workspace``."""
    return functools.partial(WsfsImportHook, test_prefix=prefix) if prefix else WsfsImportHook


def notebook_finder(prefix: str) -> Any:
    """What goes into ``sys.meta_path``."""
    return WsfsPathFinder(prefix)
