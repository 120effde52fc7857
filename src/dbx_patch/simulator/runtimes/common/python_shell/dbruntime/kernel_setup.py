"""Puts the runtime's layers in place. The simulator's one entry point into a materialised runtime.

The launcher and the cell runner call only what is public here, so a test may rename any name of the runtime itself
in a materialised copy. RUNTIME.md, "Timing": all of this is in place before the first cell.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import FileFinder, PathFinder
from types import ModuleType
from typing import Any, Dict, Optional

from dbruntime import PostImportHook, PythonPackageImportsInstrumentation
from dbruntime.autoreload.discoverability.hook import AutoreloadDiscoverabilityHook
from dbruntime.pythonPathHook import PythonPathHook
from dbruntime.workspace_hooks import notebook_finder, workspace_path_hook


class Kernel:
    """What reacts to a notebook's cells."""

    def __init__(self, path_hook: PythonPathHook, autoreload: AutoreloadDiscoverabilityHook) -> None:
        self._path_hook = path_hook
        self._autoreload = autoreload
        self.guard: Any = None  # makes the finder for one folder, where that is not in sys.path_hooks
        self.guards_git = True

    def notebook_changed(self, notebook_dir: Optional[str]) -> None:
        """A notebook was attached, or it lies in another folder now."""
        self._path_hook.on_notebook_changed(notebook_dir)
        guarded = self.guard is not None and (self.guards_git or not self._path_hook.is_in_git())
        for folder in self._path_hook.notebook_folders() if guarded else ():
            try:
                sys.path_importer_cache[folder] = self.guard(folder)
            except ImportError:  # it is not in the workspace
                pass

    def after_cell(self) -> bool:
        """A cell has run. True: autoreload would print its hint."""
        self._path_hook._handle_sys_path_maybe_updated()
        return self._autoreload.pop_hint()


def _environment_path_hook(path: str) -> Any:
    """For ``SIMULATOR_ENVIRONMENT_ELSEWHERE``: Python, the environment (a project's ``.venv``) and this runtime may lie
    inside the folder that plays the workspace; they are treated as on the cluster's disk, where Databricks has them."""
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    outside = tuple(folder + os.sep for folder in (sys.prefix, sys.base_prefix, here))
    is_library = "/site-packages" in path or "/dist-packages" in path
    if not is_library and not (path + os.sep).startswith(outside):
        raise ImportError("not in the environment", path=path)
    for hook in sys.path_hooks:
        if getattr(hook, "__qualname__", "").startswith(FileFinder.__name__ + "."):
            return hook(path)
    raise ImportError("no FileFinder", path=path)


def _patch_when_loaded(module: ModuleType) -> None:
    """Stands for what the runtime does to pandas, matplotlib and others [seen]; here it leaves only a mark."""
    module.__dict__["__databricks_patched__"] = True


def start(notebook_dir: Optional[str] = None, variant: Optional[Dict[str, Any]] = None) -> Kernel:
    """Install path hook, finders and ``__import__`` wrappers, and attach the notebook.

    Whether the hook is in ``sys.path_hooks`` is not known (RUNTIME.md, layer 2 [inferred]): *variant* says.
    """
    chosen = variant or {}
    in_cache = chosen.get("hook", "path_hooks") != "path_hooks"
    prefix = os.environ.get("WSFS_TEST_DIR", "")
    workspace = prefix + "/Workspace"
    if not in_cache:
        sys.path_hooks.insert(0, workspace_path_hook(prefix))
    if os.environ.get("SIMULATOR_ENVIRONMENT_ELSEWHERE"):
        sys.path_hooks.insert(0, _environment_path_hook)
    for entry in list(sys.path_importer_cache):
        if entry == workspace or entry.startswith(workspace + "/"):
            del sys.path_importer_cache[entry]
    for name in ("pandas", "matplotlib"):
        PostImportHook.register_post_import_hook(_patch_when_loaded, name)
    sys.meta_path.insert(0, PostImportHook.ImportHookFinder())
    finders = [getattr(f, "__name__", "") for f in sys.meta_path]
    where = finders.index(PathFinder.__name__) if PathFinder.__name__ in finders else len(finders)
    sys.meta_path.insert(where, notebook_finder(prefix))
    PythonPackageImportsInstrumentation.enable()
    autoreload = AutoreloadDiscoverabilityHook()
    autoreload.register()
    kernel = Kernel(PythonPathHook(chosen), autoreload)
    if in_cache:
        kernel.guard, kernel.guards_git = workspace_path_hook(prefix), chosen["hook"] == "cache"
    kernel.notebook_changed(notebook_dir)
    return kernel
