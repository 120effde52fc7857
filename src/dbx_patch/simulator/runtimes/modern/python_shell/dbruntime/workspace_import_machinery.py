"""The finders for ``/Workspace`` since DBR 18 (RUNTIME.md, layer 2 [doc])."""

from __future__ import annotations

import inspect
import sys
from importlib.abc import PathEntryFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import FrameType, ModuleType
from typing import Any, Optional, Sequence, Tuple

NOTEBOOK_HEADER = b"# Databricks notebook source"

#: The workspace, and the mount that ``/Workspace`` is a link to on some clouds ([seen] on executors).
WORKSPACE_FOLDERS = ("/Workspace/", "/.fuse-mounts/wsfs/")

#: Some releases take a package file that begins with any comment for a notebook, too [seen].
ANY_COMMENT_IN_PACKAGE_FILE = False


class NotebookImportException(ImportError):
    """An import that led to a notebook."""


def _workspace_folders(test_prefix: str) -> Tuple[str, ...]:
    return tuple(test_prefix + folder for folder in WORKSPACE_FOLDERS)


def _library_folders() -> Tuple[str, ...]:
    return tuple(entry for entry in sys.path if "site-packages" in entry or "dist-packages" in entry)


class _WorkspacePathEntryFinder(PathEntryFinder):
    """Answers for one folder under ``/Workspace``, and only to imports that do not come from a library."""

    SITE_PACKAGE_ALLOW_LIST = ("IPython/core/interactiveshell.py",)

    def __init__(
        self,
        path: str,
        site_packages: Optional[Sequence[str]] = None,
        max_stack_depth: int = 100,
        test_prefix: str = "",
    ) -> None:
        """Raises ImportError for a path outside ``<test_prefix>/Workspace/`` and the mount. Costs look-ups there."""
        if not path.startswith(_workspace_folders(test_prefix)):
            raise ImportError("only for paths under /Workspace", path=path)
        self._site_packages = _library_folders() if site_packages is None else tuple(site_packages)
        self._max_stack_depth = max_stack_depth
        self._finder = self._ask_other_hooks(path)

    def _ask_other_hooks(self, path: str) -> Any:
        for hook in sys.path_hooks:
            if getattr(hook, "func", hook) is type(self):
                continue
            try:
                return hook(path)
            except ImportError:
                continue
        raise ImportError("no other path hook takes this path", path=path)

    @staticmethod
    def get_filename(frame: FrameType) -> str:
        """The file whose code runs in *frame*."""
        return frame.f_code.co_filename

    def _is_user_import(self) -> bool:
        try:
            frame = inspect.currentframe()
            depth = 0
            while frame is not None and depth <= self._max_stack_depth:
                filename = self.get_filename(frame)
                if any(allowed in filename for allowed in self.SITE_PACKAGE_ALLOW_LIST):
                    return True
                if filename.startswith(tuple(self._site_packages)):
                    return False
                frame = frame.f_back
                depth += 1
        except Exception as error:
            print(f"_WorkspacePathEntryFinder: cannot tell whose import this is: {error!r}")
            return False
        return True

    def find_spec(self, fullname: str, target: Optional[ModuleType] = None) -> Optional[ModuleSpec]:
        """The inner finder's answer, or None for a library's import and after any exception."""
        try:
            if self._is_user_import():
                spec: Optional[ModuleSpec] = self._finder.find_spec(fullname, target)
                return spec
        except Exception as error:
            print(f"_WorkspacePathEntryFinder: looking for {fullname} failed: {error!r}")
        return None

    def invalidate_caches(self) -> None:
        """As the inner finder does."""
        self._finder.invalidate_caches()


class _WorkspacePathFinder:
    """In ``sys.meta_path`` before CPython's PathFinder, which it asks; refuses what turns out to be a notebook."""

    def __init__(self, test_prefix: str = "") -> None:
        self._folders = _workspace_folders(test_prefix)

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Optional[ModuleSpec]:
        """PathFinder's answer; NotebookImportException if that is a notebook."""
        spec = PathFinder.find_spec(fullname, path, target)
        origin = None if spec is None else spec.origin
        if origin is not None and origin.startswith(self._folders) and _is_notebook(origin):
            raise NotebookImportException(
                f"Unable to import module `{fullname}`. The following file appears to be a notebook: {origin}",
                name=fullname,
                path=origin,
            )
        return spec


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
