"""The legacy path entry finder for ``/Workspace`` (RUNTIME.md, layer 2 [doc, seen]).

`materialise` puts this file into ``dbruntime`` for a legacy driver and into ``pyspark`` for every era's executors.
"""

from __future__ import annotations

import inspect
import sys
from importlib.abc import PathEntryFinder
from importlib.machinery import ModuleSpec
from types import FrameType, ModuleType
from typing import Any, List, Optional

#: Below these lies the workspace. `materialise` adds the mount's own spelling for a newer release's executors [seen].
WORKSPACE_FOLDERS = ("/Workspace/",)


def _library_folders() -> List[str]:
    return [entry for entry in sys.path if "site-packages" in entry or "dist-packages" in entry]


class WsfsImportHook(PathEntryFinder):
    """Answers for one folder under ``/Workspace``, and only to imports that do not come from a library."""

    SITE_PACKAGE_WHITE_LIST = ("IPython/core/interactiveshell.py",)

    def __init__(
        self,
        path: str,
        site_packages: Optional[List[str]] = None,
        max_recursion_depth: int = 100,
        test_prefix: str = "",
    ) -> None:
        """Raises ImportError for a path outside ``<test_prefix>/Workspace/``. Costs look-ups there."""
        if not path.startswith(tuple(test_prefix + folder for folder in WORKSPACE_FOLDERS)):
            raise ImportError("only for paths under /Workspace", path=path)
        self.__site_packages = _library_folders() if site_packages is None else site_packages
        self.__max_recursion_depth = max_recursion_depth
        self.__finder = self.__ask_other_hooks(path)

    def __ask_other_hooks(self, path: str) -> Any:
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
        return inspect.getfile(frame)

    def __is_user_import(self) -> bool:
        try:
            frame = inspect.currentframe()
            depth = 0
            while frame is not None:
                if depth > self.__max_recursion_depth:
                    return True
                filename = self.get_filename(frame)
                if any(allowed in filename for allowed in self.SITE_PACKAGE_WHITE_LIST):
                    return True
                if any(filename.startswith(folder) for folder in self.__site_packages):
                    return False
                frame = frame.f_back
                depth += 1
        except Exception as error:
            print(f"WsfsImportHook: cannot tell whose import this is: {error!r}")
            return False
        return True

    def find_spec(self, fullname: str, target: Optional[ModuleType] = None) -> Optional[ModuleSpec]:
        """The inner finder's answer, or None for a library's import and after any exception."""
        try:
            if self.__is_user_import():
                spec: Optional[ModuleSpec] = self.__finder.find_spec(fullname, target)
                return spec
        except Exception as error:
            print(f"WsfsImportHook: looking for {fullname} failed: {error!r}")
        return None

    def invalidate_caches(self) -> None:
        """As the inner finder does."""
        self.__finder.invalidate_caches()
