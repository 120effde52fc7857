"""Where this era has its finders for the workspace; for `kernel_setup`."""

from __future__ import annotations

import functools
from typing import Any

from dbruntime.wsfs_import_hook import WsfsImportHook
from dbruntime.WsfsPathFinder import WsfsPathFinder


def workspace_path_hook(prefix: str) -> Any:
    """What goes into ``sys.path_hooks``: the class itself on the real ``/Workspace``."""
    if not prefix:
        return WsfsImportHook
    hook = functools.partial(WsfsImportHook, test_prefix=prefix)
    return functools.update_wrapper(hook, WsfsImportHook, updated=())  # so it has the class's name


def notebook_finder(prefix: str) -> Any:
    """What goes into ``sys.meta_path``."""
    return WsfsPathFinder(prefix)
