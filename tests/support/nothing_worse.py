"""A notebook in a Git folder with four editable projects, and what each situation gives there with and without us."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path
from typing import Any, Mapping

from dbx_patch.simulator import CellReport, Variant
from support.environments import Environment, make_venv, once
from support.nothing_worse_files import FINDER, LIBRARY, NOTEBOOKS, OTHER_FLAT, REPOSITORY, SRC_EXTRA
from support.simulating import simulate, simulate_executor, watch
from support.stacked import Stack
from support.tools import fetch
from support.workspaces import Workspace, package, src_project, write

# name -> (how the environments are chained, whether /Workspace is a link to the mount)
WORLDS: dict[str, tuple[str | None, bool]] = {
    "one environment": (None, False),
    "path lines": ("path line", False),
    "addsitedir, mounted": ("addsitedir", True),
}
SETUP = """
import os, sys
REPO, NOTEBOOKS, FLAT, FINDER, ELSEWHERE, OUTSIDE, PLACES = {folders!r}
def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as stream: stream.write(text)
def forget():
    for name, module in list(sys.modules.items()):
        places = [getattr(module, "__file__", None), *list(getattr(module, "__path__", None) or ())]
        if name != "__main__" and any(isinstance(p, str) and p.startswith(PLACES) for p in places):
            del sys.modules[name]
"""
UDF = """
def run(cells):
    outcomes = []
    for cell in cells:
        forget()
        names = dict(globals())
        try:
            exec(compile(cell, "<command-1>", "exec"), names)
            outcomes.append([True, names["found"]])
        except Exception as error:
            outcomes.append([False, type(error).__name__ + ": " + str(error)])
    return outcomes
"""


class World:
    """Environments and a workspace; `pristine` is what the latter is made anew from before each kernel."""

    def __init__(self, folder: Path, tools: Path, stacked: str | None, mounted: bool) -> None:
        self.folder, self.mounted, self.stacked = folder, mounted, stacked
        self.workspace = Workspace(folder)
        self.real = folder / ".fuse-mounts/wsfs" if mounted else self.workspace.folder
        self.stack = Stack(Environment(folder / "upper", tools), Environment(folder / "lower", tools))
        self.repository = self.workspace.home / "repo"
        self.notebooks = self.repository / "notebooks"
        self.flat, self.finder = self.workspace.home / "flat", self.workspace.home / "finder"
        self.elsewhere, self.outside = self.workspace.home / "elsewhere", folder / "outside"

    def make(self, wheel: Path) -> None:
        """Write all files, and install: with pip, pytest included."""
        upper, lower = self.stack.upper, self.stack.lower
        make_venv(upper.folder, upper.tools)
        make_venv(lower.folder, lower.tools)
        self.real.mkdir(parents=True)
        if self.mounted:
            self.workspace.folder.symlink_to(self.real)
        self._write()
        fetch(upper.python, ["pytest"])
        below = lower if self.stacked else upper
        write(below.site_packages, {"lower_library.py": LIBRARY, **package("below")})
        upper_files = {"library.py": LIBRARY, "installed.py": "VALUE = 'installed'\n", "spread/one.py": "VALUE = 1\n"}
        write(upper.site_packages, {**upper_files, "installed_pkg/__init__.py": "VALUE = 'installed'\n"})
        (lower if self.stacked == "addsitedir" else upper).install(wheel)
        if self.stacked:
            self.stack.chain(self.stacked)
            lower.install_project(write(self.folder / "old", dict(FINDER)))
        for project in (self.repository, self.repository / "src_proj", self.flat, self.finder):
            upper.install_editable(project)
        watch(upper.python)
        shutil.copytree(self.real, self.folder / "pristine", symlinks=True)

    def _write(self) -> None:
        write(self.repository, REPOSITORY)
        write(self.notebooks, NOTEBOOKS)
        src_project(self.repository / "src_proj", "acme_src", extra=SRC_EXTRA)
        write(self.flat, OTHER_FLAT)
        write(self.finder, FINDER)
        write(self.elsewhere, {"elsewhere.py": "VALUE = 'elsewhere'\n"})
        own_site = {"in_own_site.py": "VALUE = 1\n", "own.pth": "more\n", "more/named_by_pth.py": "VALUE = 2\n"}
        write(self.outside, {"outside.py": "VALUE = 'outside'\n"})
        write(self.outside / "own-site", own_site)
        for folder in (self.notebooks, self.outside):
            with zipfile.ZipFile(folder / "archive.zip", "w") as archive:
                archive.writestr("in_zip.py", "VALUE = 'zipped'\n")

    def outcomes(self, situations: Mapping[str, str], *, enabled: bool, **options: Any) -> dict[str, CellReport]:
        """Run all as cells of one kernel, in a workspace as it was at first."""
        setup = self._restored()
        cells = [setup, *(f"forget()\n{cell}" for cell in situations.values())]
        report = simulate(cells, **self._common(enabled), **options)
        assert report.returncode == 0 and report.cells[0].ok, (report.stderr, report.cells)
        assert len(report.cells) == len(situations) + 1, report
        return dict(zip(situations, report.cells[1:]))

    def on_executor(
        self, situations: Mapping[str, str], *, enabled: bool, **options: Any
    ) -> dict[str, tuple[bool, Any]]:
        """Run all in one function call on an executor: whether each worked, and what it found or its error."""
        source, cells = self._restored() + UDF, [*situations.values()]
        report = simulate_executor("m:run", source=source, args=[cells], **self._common(enabled), **options)
        assert report.ok, (report.traceback, report.stderr)
        return {name: (worked, found) for name, (worked, found) in zip(situations, report.value)}

    def _restored(self) -> str:
        """Make the workspace anew; returns the cell that defines what situations use."""
        shutil.rmtree(self.real)
        shutil.copytree(self.folder / "pristine", self.real, symlinks=True)
        places = (str(self.workspace.folder), str(self.real), str(self.outside))
        folders = [self.repository, self.notebooks, self.flat, self.finder, self.elsewhere, self.outside]
        return SETUP.format(folders=[*map(str, folders), places])

    def _common(self, enabled: bool) -> dict[str, Any]:
        return {
            "workspace": self.workspace.folder,
            "notebook": self.notebooks / "notebook",
            "python": self.stack.upper.python,
            "env": {"PYTHONDONTWRITEBYTECODE": None, "DBX_PATCH_ENABLED": None if enabled else "0"},
            "timeout": 300,
        }


def world_of(shared: Path, tools: Path, wheel: Path, name: str) -> World:
    """One of WORLDS; of its own for each of xdist's workers, since kernels change the workspace."""
    folder = shared / f"nothing worse {os.environ.get('PYTEST_XDIST_WORKER', '')}" / name
    made = World(folder, tools, *WORLDS[name])
    once(folder, lambda _: made.make(wheel))
    return made


__all__ = ["Variant", "World", "world_of"]
