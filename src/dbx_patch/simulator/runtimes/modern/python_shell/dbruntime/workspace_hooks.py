"""Where this era has its finders for the workspace; for `kernel_setup`."""

from __future__ import annotations

import functools
from typing import Any

from dbruntime.workspace_import_machinery import _WorkspacePathEntryFinder, _WorkspacePathFinder


def workspace_path_hook(prefix: str) -> Any:
    """What goes into ``sys.path_hooks``: the class itself on the real ``/Workspace``."""
    if not prefix:
        return _WorkspacePathEntryFinder
    hook = functools.partial(_WorkspacePathEntryFinder, test_prefix=prefix)
    return functools.update_wrapper(hook, _WorkspacePathEntryFinder, updated=())  # so it has the class's name


def notebook_finder(prefix: str) -> Any:
    """What goes into ``sys.meta_path``."""
    return _WorkspacePathFinder(prefix)
