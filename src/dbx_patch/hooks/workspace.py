"""The workspace as the runtime sees it: which paths lie there, and which files there it takes for notebooks."""

import os

NOTEBOOK_HEADER = b"# Databricks notebook source"


def in_workspace(path: str) -> bool:
    """Tell whether a path lies where the runtime's workspace hooks rule.

    By its name: where the workspace is mounted in tests of the runtime's own, that is a part of the path.
    """
    return "/Workspace/" in path + "/"


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
