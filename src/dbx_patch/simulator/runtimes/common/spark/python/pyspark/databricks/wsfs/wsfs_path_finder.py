"""Refuses to import notebooks (RUNTIME.md, "Others on the import path" [doc, seen]).

`materialise` puts this file into ``dbruntime`` for a legacy driver; in ``pyspark`` it is for workers, where only the
name of `register_wsfs_path_finder` is [seen].
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any, Optional

NOTEBOOK_HEADER = b"# Databricks notebook source"

#: Some releases take a package file that begins with any comment for a notebook, too [seen].
ANY_COMMENT_IN_PACKAGE_FILE = False


class NotebookImportException(ImportError):
    """An import that led to a notebook."""


def _is_notebook(file: str) -> bool:
    if not file.endswith(".py"):
        return False
    try:
        with open(file, "rb") as stream:
            start = stream.read(len(NOTEBOOK_HEADER))
    except NotADirectoryError:  # it lies in an archive
        return False
    is_package_file = file.endswith("/__init__.py")
    return start == NOTEBOOK_HEADER or (ANY_COMMENT_IN_PACKAGE_FILE and is_package_file and start[:1] == b"#")


class WsfsPathFinder:
    """In ``sys.meta_path`` before CPython's PathFinder, which it asks; refuses what turns out to be a notebook."""

    def __init__(self, test_prefix: str = "") -> None:
        self._workspace = test_prefix + "/Workspace/"

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Optional[ModuleSpec]:
        """PathFinder's answer; NotebookImportException if that is a notebook."""
        spec = PathFinder.find_spec(fullname, path, target)
        origin = None if spec is None else spec.origin
        if origin is not None and origin.startswith(self._workspace) and _is_notebook(origin):
            raise NotebookImportException(
                f"Unable to import module `{fullname}`. The following file appears to be a notebook: {origin}",
                name=fullname,
                path=origin,
            )
        return spec


def register_wsfs_path_finder() -> None:
    """Put the finder before CPython's PathFinder: the last step of a worker's set-up [seen]."""
    finder = WsfsPathFinder(os.environ.get("WSFS_TEST_DIR", ""))
    where = sys.meta_path.index(PathFinder) if PathFinder in sys.meta_path else len(sys.meta_path)
    sys.meta_path.insert(where, finder)
