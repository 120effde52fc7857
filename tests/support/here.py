"""This process as one of Databricks', for questions to `explain`: installs of a workspace, and hooks that guard it."""

from __future__ import annotations

import functools
import sys
import types
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

from support.installed import distribution
from support.workspaces import write


def _refuses(self: Any, name: str, target: object = None) -> ModuleSpec | None:
    return None


class Here:
    """``site`` and ``home``: a site folder that is on `sys.path`, and a user's folder in the workspace."""

    def __init__(self, folder: Path) -> None:
        self.site = folder / "env/lib/python3/site-packages"
        self.home = folder / "Workspace/Users/me@corp.com"
        self.site.mkdir(parents=True)
        self.home.mkdir(parents=True)
        sys.path.append(str(self.site))

    def install(self, name: str, files: dict[str, str], *, lost: bool = False) -> Path:
        """An editable install that is one path line; returns its path entry, which is on `sys.path` unless lost."""
        root = write(self.home / name / "src", files)
        distribution(self.site, name, [f"_{name}.pth"], project=self.home / name)
        write(self.site, {f"_{name}.pth": f"{root}\n"})
        if not lost:
            sys.path.append(str(root))
        return root

    def map(self, name: str, modules: dict[str, Path], namespaces: dict[str, list[str]] | None = None) -> Any:
        """An editable install with setuptools' finder, loaded and in place; returns the finder's module."""
        file = f"__editable___{name}_1_0_finder"
        mapping = {module: str(path) for module, path in modules.items()}
        write(self.site, {f"{file}.py": f"\nMAPPING = {mapping!r}\nNAMESPACES = {namespaces or {}!r}\n"})
        write(self.site, {f"__editable__.{name}-1.0.pth": f"import {file}; {file}.install()\n"})
        distribution(self.site, name, [f"__editable__.{name}-1.0.pth", f"{file}.py"], project=self.home / name)
        module = sys.modules[file] = types.ModuleType(file)
        finder = type("_EditableFinder", (), {"__module__": file, "find_spec": lambda *asked: None})
        vars(module).update(_EditableFinder=finder, PATH_PLACEHOLDER=f"__editable__.{name}-1.0.finder.__path_hook__")
        sys.meta_path.append(finder)
        return module

    def guard(self, *entries: Path, patched: bool = False) -> None:
        """Have a hook of the runtime's answer for path entries, which dbx-patch may have patched."""
        find_spec = functools.wraps(_refuses)(lambda *asked: None) if patched else _refuses
        hook = type("WsfsImportHook", (), {"__module__": "dbruntime.wsfs_import_hook", "find_spec": find_spec})
        sys.path_importer_cache.update({str(entry): hook() for entry in entries})
