"""Projects that are no usual ones import all the same: odd names and folders, trees of links, a folder spelt twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dbx_patch.simulator import Variant
from support.environments import Environment, once
from support.kernels import ERAS, LIBRARY, Notebook
from support.sessions import copy_of
from support.simulating import watch
from support.workspaces import SETUPTOOLS, Workspace, package, src_project, write

HOOKS = ("path_hooks", "cache", "cache_outside_git")
PACKAGES = 41
STRICT = (
    '[project]\nname = "acme-strict"\nversion = "1.0"\n[tool.setuptools.packages.find]\ninclude = ["acme_strict*"]\n'
)
# Names that no import statement can have; a package in a folder of a home that is called Workspace; a tree of links
NAMES = ("my-module", "2nd.part-one", "2nd", "acme_home.deep.leaf", "acme_strict.deep.leaf", "acme_strict.part7.module")
ODD = {"my-module.py": "", "2nd/__init__.py": "", "2nd/part-one.py": ""}
# On PYTHONPATH: it sees what is listed from the start on. A folder's number is told by what it leads to.
WATCH = """
import os, sys
listed = []

def look(event, args):
    if event in ("os.listdir", "os.scandir"):
        path = args[0]
        listed.append([event, os.readlink(f"/proc/self/fd/{path}") if isinstance(path, int) else os.fspath(path)])

sys.addaudithook(look)
"""
LOAD = """
import importlib, library
found = []
for name in {names!r}:
    for load in {loads}:
        try: found.append(load(name) and "ok")
        except ImportError as error: found.append(str(error))
found
"""
STATE = """
import dbx_patch, sys
codes = [finding.code for finding in dbx_patch.verify_editable_installs(verbose=False).findings]
[[i.name for i in dbx_patch.editable_installs()], codes, [sys.path.count(entry) for entry in {entries!r}]]
"""
LISTED = "import sitecustomize; [path for event, path in sitecustomize.listed if event == 'os.scandir']"


class Odd(Notebook):
    """Real installs of three such projects; the interpreter's site folder is on ``sys.path`` by a link as well."""

    def __init__(self, folder: Path, tools: Path) -> None:
        super().__init__(Environment(folder / "env", tools), Workspace(folder))
        self.folder = folder
        self.strict = self.workspace.home / "strict"

    def make(self, environment: Environment) -> None:
        copy_of(environment, self.environment.folder)
        self.workspace.create()
        write(self.environment.site_packages, {"library.py": LIBRARY})
        parts = {f"acme_strict/part{n}/{name}.py": "" for n in range(PACKAGES) for name in ("__init__", "module")}
        write(self.strict, {**package("acme_strict"), **parts, "pyproject.toml": SETUPTOOLS + STRICT})
        self.environment.install_editable(self.strict, "--config-settings", "editable_mode=strict")
        self.environment.install_editable(src_project(self.folder / "home/me/Workspace/proj", "acme_home"))
        odd = src_project(self.workspace.home / "odd", "acme_odd")
        write(odd / "src", ODD)
        self.environment.install_editable(odd)
        write(self.folder / "watch", {"sitecustomize.py": WATCH})
        watch(self.environment.python)

    def options(self, era: str, hook: str) -> dict[str, Any]:
        other = str(self.environment.site_packages).replace("/lib/", "/lib64/")
        repository = self.workspace.home if hook == "cache_outside_git" else None
        env = {"PYTHONPATH": f"{self.folder / 'watch'}:{other}"}
        return {"runtime": era, "env": env, "variant": Variant(hook=hook, repository=repository)}


@pytest.fixture
def odd(shared: Path, tools: Path, wheel: Path, installed: Environment, tmp_path: Path) -> Odd:
    """With an environment of its own: a test touches its site folder, and counts what is listed thereafter."""
    folder = shared / "unusual projects"
    made = Odd(folder, tools)
    once(folder, lambda _: made.make(installed))
    made.environment = copy_of(made.environment, tmp_path / "env")
    return made


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("era", ERAS)
def test_they_import_as_in_plain_python(odd: Odd, era: str, hook: str) -> None:
    """A library first, then a cell; each project is listed once, and each folder of a tree of links once."""
    (tree,) = odd.strict.glob("build/__editable__*")
    sources = [str(odd.folder / "home/me/Workspace/proj/src"), str(odd.workspace.home / "odd/src")]
    load = LOAD.format(names=NAMES, loads="(library.load, importlib.import_module)")
    # as if something had been installed
    touch = f"import os; os.utime({str(odd.environment.site_packages)!r})\n"
    later = touch + LOAD.format(names=("acme_strict.part8.module",), loads="(library.load,)")
    cells = [load, LISTED, later, LISTED, STATE.format(entries=[str(tree), *sources])]
    found, listed, found_later, listed_later, state = odd.values(*cells, **odd.options(era, hook))
    assert found == ["ok"] * 2 * len(NAMES) and found_later == ["ok"]
    assert state == [["acme_home_project", "acme_odd_project", "acme_strict"], [], [1, 1, 1]]
    for folder in (*sources, str(odd.environment.site_packages)):
        assert listed.count(folder) == 1, folder
    folders = [str(folder) for folder in tree.rglob("*") if folder.is_dir() and folder.name != "__pycache__"]
    below = sorted(folder for folder in listed_later if folder.startswith(f"{tree}/"))
    assert below == sorted(folders) and len(folders) == PACKAGES + 2
    assert not [folder for folder in listed_later if "lib64" in folder]
