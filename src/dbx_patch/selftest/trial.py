"""What a promise is tried with: the projects, installed here as ``site`` would have found them at the start."""

from __future__ import annotations

import os
import site
import sys
from importlib.machinery import FileFinder, PathFinder
from typing import Any

from dbx_patch import hooks
from dbx_patch.hooks import RUNTIME_MODULES, applied, sys_path
from dbx_patch.index.pth_files import canonical
from dbx_patch.selftest import projects
from dbx_patch.selftest.asking import Asker, Outcome, library_folder
from dbx_patch.selftest.process_state import ProcessState
from dbx_patch.selftest.stage import Stage


class NotTried(Exception):
    """A promise cannot be tried here; the message says why."""


class Broken(Exception):
    """A promise does not hold; the message says what happened."""


class Trial:
    """A run's projects and cells. ``site_folder`` is where they are installed, once :meth:`install` has run."""

    def __init__(self, stage: Stage, state: ProcessState, deadline: float) -> None:
        self.stage = stage
        self.state = state
        self.asker = Asker(stage.token, deadline)
        self.site_folder = ""
        self.library_folder = ""
        self._path: list[str] = []

    def install(self) -> None:
        """Have a site folder of our own be one of this process's, with the installs in it, as after a start."""
        prefix = os.path.join(self.stage.temporary, "environment")
        before = set(site.getsitepackages())
        site.PREFIXES.append(prefix)  # so that it counts whatever the runtime does to sys.path
        ours = [folder for folder in site.getsitepackages() if folder not in before and folder.startswith(prefix)]
        self.site_folder = canonical(ours[-1] if ours else os.path.join(prefix, "site-packages"))
        os.makedirs(self.site_folder)
        self.stage.write_installs(self.site_folder)
        site.addsitedir(self.site_folder)
        roots = (self.stage.root, self.stage.outside_root)
        sys.path[:] = [entry for entry in sys.path if entry not in roots]
        sys_path.restore(sys_path.learn(), "the self-test's installs")
        self._path = list(sys.path)
        self.library_folder = library_folder(self.guards())
        if self.library_folder:
            self.asker.add_library(self.library_folder)

    def begin(self) -> None:
        """Have nothing of the projects imported, and ``sys.path`` as it was after :meth:`install`."""
        self.state.forget_modules(kept=(self.asker.library, projects.finder_module(self.stage.finder)))
        self._path += self.state.added_by_others(self._path)
        self.state.put_path_back(self._path)
        for folder in (self.stage.folder, self.stage.temporary):
            for entry, finder in list(sys.path_importer_cache.items()):
                if entry.startswith(folder + "/"):
                    getattr(finder, "invalidate_caches", lambda: None)()

    def cell(self, code: str) -> Any:
        """Return what a cell assigns to ``result``; Broken where it fails."""
        outcome = self.asker.cell(code)
        if not outcome.works:
            raise Broken(str(outcome.value))
        return outcome.value

    def attempt(self, code: str) -> Outcome:
        """Run a cell that may fail."""
        return self.asker.cell(code)

    def expect(self, code: str, value: object) -> None:
        """Broken where a cell's result is another one."""
        found = self.cell(code)
        if found != value:
            raise Broken(f"the cell got {found!r} and not {value!r}")

    # What is there of the runtime

    def guards(self) -> list[Any]:
        """Return the runtime's finders for the notebook's folder and for the projects', where it has such."""
        folders = [self.stage.notebook_folder, self.stage.package_folder(self.stage.line)]
        return [guard for guard in map(guard_of, filter(None, folders)) if guard is not None]

    def needs_library(self) -> None:
        if not self.library_folder:
            raise NotTried("the runtime's hooks know none of this process's site folders, so no code is a library's")

    def needs_workspace(self) -> None:
        if not self.stage.guarded:
            raise NotTried(f"{self.stage.reason}, so the projects lie where no workspace hook rules")


def guard_of(folder: str) -> Any:
    """Return the finder that answers for a path entry, or None where that is CPython's own or one of ours."""
    finder = PathFinder._path_importer_cache(folder)  # type: ignore[attr-defined]
    return None if finder is None or isinstance(finder, FileFinder) else finder


def loaded_layers() -> list[str]:
    """Return the runtime's modules that dbx-patch patches, as far as this process has loaded them."""
    return [module for modules in RUNTIME_MODULES.values() for module in modules if module in sys.modules]


def state_of(*patches: str) -> str:
    """Return, for a promise that failed, which of the patches behind it are not applied, and why; or ""."""
    states = applied.patch_states()
    if "fallback" in hooks.disabled_patches():
        states["fallback"] = ("disabled", "DBX_PATCH_DISABLE names it")
    said = []
    for patch in patches:
        state, reason = states.get(patch, ("", ""))
        if state not in ("", "applied", "waiting"):
            said.append(f"{patch} is {state.replace('_', ' ')}: {reason}")
    return ". ".join(said)
