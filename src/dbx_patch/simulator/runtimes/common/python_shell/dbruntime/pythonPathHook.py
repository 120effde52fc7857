"""Keeps ``sys.path`` as the runtime wants it, cell after cell (RUNTIME.md, layer 3 [doc])."""

from __future__ import annotations

import os
import sys
from typing import Any, Dict, List, Optional, Set

import sys_path_init


def _named_by_pth_files() -> Set[str]:
    """The path lines of the environment's `.pth` files: what an editable install adds to ``sys.path``."""
    named: Set[str] = set()
    for entry in sys.path:
        if os.path.basename(entry.rstrip("/")) != "site-packages":
            continue
        for name in os.listdir(entry) if os.path.isdir(entry) else ():
            if not name.endswith(".pth"):
                continue
            with open(os.path.join(entry, name), encoding="utf-8", errors="surrogateescape") as lines:
                paths = (line.strip() for line in lines if not line.startswith(("#", "import ", "import\t")))
                named.update(os.path.abspath(os.path.join(entry, path)) for path in paths if path)
    return named


class PythonPathHook:
    """One per kernel. Paths that a cell appends by hand stay; those of editable installs go.

    *variant* says where the notebook's folder goes, and the root of the repository that it lies in (RUNTIME.md, "The
    process" [seen for workers, inferred for drivers]).
    """

    def __init__(self, variant: Optional[Dict[str, Any]] = None) -> None:
        self._variant = variant or {}
        self._runtime_paths = sys_path_init.developer_paths()
        self._at_start = {e for e in [*sys.path, *sys_path_init.dropped] if e not in self._runtime_paths}
        self._notebook_dir: Optional[str] = None

    def on_notebook_changed(self, notebook_dir: Optional[str]) -> None:
        """Tell the hook of another notebook, or that the notebook lies in another folder now."""
        self._at_start |= set(self.notebook_folders())
        self._notebook_dir = notebook_dir
        self._handle_sys_path_maybe_updated()

    def notebook_folders(self) -> List[str]:
        """The notebook's folder, and the root of its Git folder if it lies in one."""
        if self._notebook_dir is None:
            return []
        return list(dict.fromkeys([self._notebook_dir, *([self._variant["repository"]] if self.is_in_git() else [])]))

    def is_in_git(self) -> bool:
        """Whether the notebook lies in a Git folder."""
        repository = self._variant.get("repository")
        return repository is not None and f"{self._notebook_dir}/".startswith(f"{repository}/")

    def _wanted(self) -> List[str]:
        folders = self.notebook_folders()
        if self._variant.get("notebook_folder") == "end":
            return list(dict.fromkeys([*self._runtime_paths, *folders]))
        slot = self._runtime_paths.index(sys_path_init.NOTEBOOK_DIR_PLACEHOLDER)
        before, after = self._runtime_paths[:slot], self._runtime_paths[slot + 1 :]
        return list(dict.fromkeys([*before, *(folders or [sys_path_init.NOTEBOOK_DIR_PLACEHOLDER]), *after]))

    def _handle_sys_path_maybe_updated(self) -> None:
        """Rewrite ``sys.path``: the runtime's entries, with a user's own additions before or after them."""
        wanted = self._wanted()
        known = {*wanted, sys_path_init.NOTEBOOK_DIR_PLACEHOLDER}
        unwanted = self._at_start | _named_by_pth_files()
        before: List[str] = []
        after: List[str] = []
        target = before
        for entry in sys.path:
            if entry in known:
                target = after
            elif os.path.abspath(entry) not in unwanted and entry not in unwanted and "__editable__" not in entry:
                target.append(entry)
        new = before + wanted + after
        if new != sys.path:
            sys.path[:] = new
