"""The workspace: which paths lie there, in either of its spellings, and what there is no project.

The one module that knows. `/Workspace` is a FUSE mount; on some clouds and releases it is a symlink to
`/.fuse-mounts/wsfs`, and code, installers and the runtime then use both spellings (RUNTIME.md, "Databricks' own
published code"). The runtime's own tests mount either below a folder of theirs, so both are looked for anywhere in a
path where that does no harm.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Tuple

# The two spellings of the workspace's root
_SPELLINGS = ("/Workspace", "/.fuse-mounts/wsfs")
# Folders right below the root that hold a home or a repository for each user, or everybody's
_SHARED_BY_ALL = ("Users", "Repos", "Shared")
NOTEBOOK_HEADER = b"# Databricks notebook source"


def in_workspace(path: str) -> bool:
    """Tell whether a path lies where the runtime's workspace hooks rule, the workspace's root included."""
    path += "/"
    return "/Workspace/" in path or "/.fuse-mounts/wsfs/" in path


def _split(path: str) -> "Tuple[str, str, str]":
    """Return what comes before the workspace's root, the root's spelling, and what comes below; "" for no such path.

    The outermost root counts: a folder of the workspace can have a root's name.
    """
    path += "/"
    found = [(path.find(root + "/"), root) for root in _SPELLINGS if root + "/" in path]
    if not found:
        return "", "", ""
    place, root = min(found)
    return path[:place], root, path[place + len(root) :].strip("/")


def spellings(path: str) -> "List[str]":
    """Return ``path`` as it is and, where it lies in the workspace, as the other spelling has it. No file operation."""
    before, root, below = _split(path)
    if not root:
        return [path]
    other = _SPELLINGS[1 - _SPELLINGS.index(root)]
    return [path, (before + other + "/" + below).rstrip("/")]


def is_too_wide(path: str) -> bool:
    """Tell whether a folder of the workspace holds the projects of many: its root, a home, everybody's folder.

    Right below the root nothing is a project. A folder that is merely called `Workspace`, such as one in a home, is
    not the workspace's root, unless it has the folders that the workspace has.
    """
    before, root, below = _split(path)
    if not root:
        return False
    parts = below.split("/") if below else []
    if not parts:
        return True
    if len(parts) == 1:
        return parts[0] in _SHARED_BY_ALL or before == os.environ.get("WSFS_TEST_DIR", "")
    return len(parts) == 2 and parts[0] in ("Users", "Repos")


def is_refused_notebook(file: str) -> bool:
    """Tell whether the runtime refuses ``file`` as a notebook (RUNTIME.md, "Others on the import path")."""
    return file.endswith(".py") and in_workspace(file) and first_bytes(file) == NOTEBOOK_HEADER


def first_bytes(file: str) -> bytes:
    """Return as many bytes of a file as the header has; none of one that cannot be read."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a FIFO must not block this
    except (OSError, ValueError):
        return b""
    try:
        return os.read(handle, len(NOTEBOOK_HEADER))
    except OSError:
        return b""
    finally:
        os.close(handle)
