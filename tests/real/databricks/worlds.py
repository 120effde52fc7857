"""Below one folder, what a machine of Databricks' has: a workspace with projects, an environment that they are
installed in as editable by real tools, and beside it the same environment with dbx-patch.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from real.databricks.helpers import SETUPTOOLS, Environment, flat_project, package, run, src_project, write

MOUNT = ".fuse-mounts/wsfs"
USER = "first.last@company.com"
HOME = f"Users/{USER}/my project"
NOTEBOOKS = f"Users/{USER}/notebooks"
# Where releases before 14 look for Git folders; later ones are told where they are
GIT_FOLDER = f"Repos/{USER}/repo"
# package -> its project below the workspace, and the tool that installs it
PROJECTS = {
    "acme_line": f"{HOME}/line",  # hatchling, src layout: a path line
    "acme_src": f"{HOME}/src-layout",  # setuptools, src layout: a path line with links resolved
    "acme_finder": f"{HOME}/finder",  # setuptools, flat layout: a finder
    "acme_git": GIT_FOLDER,  # hatchling, src layout, at the root of a Git folder
}
# package -> its source folder, where that is a path entry
ON_PATHS = {name: f"{project}/src" for name, project in PROJECTS.items() if name != "acme_finder"}
SOURCES = {**PROJECTS, **ON_PATHS}
LIBRARY = """
import importlib

def load(name):
    return importlib.import_module(name)

def call(function):
    return function()

def by_statement(name):
    space = {}
    exec(compile(f"import {name} as found", __file__, "exec"), space)
    return space["found"]

def miss(*names):
    missed = []
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            missed.append(name)
    return missed
"""
# In every package: code of its own that imports what it is told
BY_NAME = "import importlib\n\ndef load(name):\n    return importlib.import_module(name)\n"
BESIDE = {"beside.py": "VALUE = 'beside the notebook'\n"}


@dataclass(frozen=True)
class World:
    """``prefix`` stands for the root of the file system. ``patched`` and ``plain`` are equal but for dbx-patch."""

    folder: Path
    tools: Path

    @property
    def prefix(self) -> Path:
        return self.folder / "root"

    @property
    def workspace(self) -> Path:
        return self.prefix / "Workspace"

    @property
    def plain(self) -> Environment:
        return Environment(self.folder / "plain", self.tools)

    @property
    def patched(self) -> Environment:
        return Environment(self.folder / "patched", self.tools)


def setuptools_project(folder: Path, name: str) -> Path:
    """A project with a src layout whose ``.pth`` setuptools writes: with the real path of the source folder."""
    files = {f"src/{path}": text for path, text in package(name).items()}
    config = f'{SETUPTOOLS}[project]\nname = "{name}-project"\nversion = "1.0"\n'
    return write(folder, {**files, "pyproject.toml": config + '[tool.setuptools.packages.find]\nwhere = ["src"]\n'})


def make_world(world: World, wheel: Path, wheels: Path, libraries: tuple[str, ...], mounted: bool) -> None:
    """Lay the workspace out and install what belongs there; ``mounted``: ``/Workspace`` links to the mount."""
    lay_out(world, mounted)
    environment = world.plain
    run([world.tools / "bin/python", "-m", "venv", "--without-pip", environment.folder])
    environment.pip("install", "-q", "--no-deps", "--ignore-installed", "--find-links", wheels, *libraries)
    files = {"library.py": LIBRARY, "neighbour.py": "VALUE = 'a library'\n"}
    write(environment.site_packages, files)
    for project in PROJECTS.values():
        environment.install_editable(world.workspace / project)
    if mounted:
        spell_as_given(environment, world)
    shutil.copytree(environment.folder, world.patched.folder, symlinks=True)
    world.patched.install(wheel)


def lay_out(world: World, mounted: bool) -> None:
    """Write the projects, and folders of notebooks with a module beside the notebook."""
    driver = world.prefix / "databricks/driver"
    driver.mkdir(parents=True)
    if mounted:
        (world.prefix / MOUNT).mkdir(parents=True)
        world.workspace.symlink_to(world.prefix / MOUNT)
    at = world.workspace
    src_project(at / PROJECTS["acme_line"], "acme_line", extra=BESIDE)
    setuptools_project(at / PROJECTS["acme_src"], "acme_src")
    flat_project(at / PROJECTS["acme_finder"], "acme_finder")
    src_project(at / PROJECTS["acme_git"], "acme_git", extra=BESIDE)
    for name, source in SOURCES.items():
        write(at / source / name, {"by_name.py": BY_NAME})
    for folder in (NOTEBOOKS, f"{GIT_FOLDER}/notebooks", PROJECTS["acme_finder"]):
        write(at / folder, BESIDE)


def spell_as_given(environment: Environment, world: World) -> None:
    """Have one install's path line as uv writes it for some backends: with the link in it, not with the real path."""
    pth = next(environment.site_packages.glob("*acme_git*.pth"))
    pth.write_text(pth.read_text().replace(str(world.prefix / MOUNT), str(world.workspace)))
