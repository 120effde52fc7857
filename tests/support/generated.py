"""Environments drawn from a seed: installs of several shapes, stacked folders, rivals, damage, and a runtime's set-up.

What is drawn is written as installers leave it; setuptools writes its finders itself. ``told`` says what was drawn, for
the message of a test that fails.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from dbx_patch.simulator import Variant
from support.environments import Environment, run
from support.installed import distribution
from support.sessions import copy_of
from support.stacked import CHAININGS
from support.workspaces import Workspace, write

TOPS = ("alpha", "beta", "gamma", "delta")
HOOKS = ("path_hooks", "path_hooks", "cache", "cache_outside_git")
# Has setuptools write finders in the environment's own version of it: name, mapping and namespaces -> source
_FINDERS = """
import json, sys
from setuptools.command.editable_wheel import _finder_template
print(json.dumps([_finder_template(*drawn) for drawn in json.load(sys.stdin)]))
"""
LOAD = "import importlib\n\ndef load(name):\n    return importlib.import_module(name)\n"


@dataclass
class Drawn:
    """One environment, and how a kernel is to be started with it. ``names``: what is to be asked for."""

    seed: int
    folder: Path
    environment: Environment
    workspace: Workspace
    told: list[str] = field(default_factory=list)
    prepare: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    runtime: str = "modern"
    variant: Variant = field(default_factory=Variant)
    env: dict[str, str | None] = field(default_factory=dict)
    finders: list[tuple[Path, str, dict[str, str], dict[str, list[str]]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def tell(self, text: str) -> None:
        self.told.append(text)


def draw(seed: int, folder: Path, installed: Environment) -> Drawn:
    """Make the environment of a seed below ``folder``; ``installed`` has dbx-patch."""
    drawn = Drawn(seed, folder, copy_of(installed, folder / "env"), Workspace(folder).create())
    sites = [drawn.environment.site_packages, *_stack(drawn)]
    write(sites[0], {"library.py": LOAD})
    for number in range(drawn.random.randint(1, 4)):
        name = drawn.random.choice(TOPS)
        shape = drawn.random.choice(SHAPES)
        project = _home(drawn) / f"{drawn.random.choice(['proj', name])}{number}"
        site = drawn.random.choice([sites[0], sites[0], *sites])
        drawn.tell(f"{name}: {shape.__name__} in {project}, installed in {site}")
        shape(drawn, name, project, site)
        _damage(drawn, name, project)
    _write_finders(drawn)
    _rivals(drawn, sites)
    _settings(drawn)
    drawn.names = _names(drawn)
    return drawn


def _home(drawn: Drawn) -> Path:
    places = [drawn.workspace.home, drawn.workspace.home, drawn.workspace.notebook_folder, drawn.folder / "outside"]
    return drawn.random.choice(places)


def _stack(drawn: Drawn) -> list[Path]:
    if drawn.random.random() < 0.6:
        return []
    lower = drawn.folder / "lower" / drawn.environment.site_packages.relative_to(drawn.environment.folder)
    lower.mkdir(parents=True)
    chaining = drawn.random.choice(list(CHAININGS))
    write(drawn.environment.site_packages, {"lower_environments.pth": CHAININGS[chaining].format(lower=str(lower))})
    drawn.tell(f"lower environment by {chaining}: {lower}")
    return [lower]


# What a package has


def contents(drawn: Drawn, name: str) -> dict[str, str]:
    """A package's files; some packages have a fault."""
    files = {f"{name}/__init__.py": "NAME = __name__\n", f"{name}/sub.py": f"import {name}\nNAME = __name__\n"}
    files.update({f"{name}/deep/__init__.py": "", f"{name}/deep/leaf.py": f"from {name} import sub\n"})
    fault = drawn.random.choice(["", "", "", *FAULTS])
    if fault:
        drawn.tell(f"{name} has {fault}")
        files.update({file.format(name): text.format(name) for file, text in FAULTS[fault].items()})
        for file in [file for file, text in files.items() if text == "-"]:
            del files[file]
    return files


_EXTENDS = "from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n"
FAULTS = {
    "a file that does not compile": {"{}/sub.py": "def\n"},
    "an __init__ that does not compile": {"{}/__init__.py": "x = = 1\n"},
    "a missing import": {"{}/sub.py": "import no_such_thing.part\n"},
    "a missing import, further down": {
        "{}/deep/leaf.py": "from {0}.deep import twig\n",
        "{}/deep/twig.py": "import gone\n",
    },
    "a missing import that is guarded": {"{}/sub.py": "try:\n    import gone\nexcept ImportError:\n    gone = None\n"},
    "a missing relative import": {"{}/sub.py": "from .nothing import x\n"},
    "imports of one another": {"{}/sub.py": "from {0}.deep import leaf\n"},
    "a notebook": {"{}/sub.py": "# Databricks notebook source\nNAME = 1\n"},
    "an exported notebook": {"{}/sub.py": "-", "{}/sub.ipynb": "{{}}\n"},
    "a path that it extends": {
        "{}/__init__.py": "from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n"
    },
    "no __init__": {"{}/__init__.py": "-", "{}/sub.py": "NAME = __name__\n"},
    "no __init__ further down": {"{}/deep/__init__.py": "-"},
    "a null byte": {"{}/sub.py": "x = 1\0\n"},
    "another encoding": {"{}/sub.py": "# -*- coding: latin-1 -*-\nx = 1\n"},
}


# How it is installed


def path_line(drawn: Drawn, name: str, project: Path, site: Path) -> None:
    """Shape A, src layout."""
    files = {f"src/{file}": text for file, text in contents(drawn, name).items()}
    write(project, {**files, "pyproject.toml": "", "setup.py": ""})
    distribution(site, f"{name}_src{len(drawn.told)}", [f"_{name}_src{len(drawn.told)}.pth"], project=project)
    write(site, {f"_{name}_src{len(drawn.told)}.pth": f"{project}/src\n"})


def flat_line(drawn: Drawn, name: str, project: Path, site: Path) -> None:
    """Shape A, with the whole project on the path."""
    write(project, {**contents(drawn, name), "pyproject.toml": "", "conftest.py": "", "tests/__init__.py": ""})
    write(project, {"tests/test_it.py": "", f"single_{name}.py": "NAME = __name__\n"})
    distribution(site, f"{name}_flat{len(drawn.told)}", [f"_{name}_flat{len(drawn.told)}.pth"], project=project)
    write(site, {f"_{name}_flat{len(drawn.told)}.pth": f"{project}\n"})


def by_hand(drawn: Drawn, name: str, project: Path, site: Path) -> None:
    """A hand-written line, of no distribution."""
    write(project, contents(drawn, name))
    write(site, {f"by_hand{len(drawn.told)}.pth": f"{project}\n"})


def finder(drawn: Drawn, name: str, project: Path, site: Path) -> None:
    """Shape B: setuptools' finder, whose map is made at the installation."""
    files = contents(drawn, name)
    write(project, {**files, "pyproject.toml": "", f"other_{name}/__init__.py": "", f"one_{name}.py": ""})
    mapping, namespaces = {name: str(project / name), f"one_{name}": str(project / f"one_{name}")}, {}
    if f"{name}/__init__.py" not in files:
        del mapping[name]
        namespaces = {name: [str(project / name)]}
        mapping[f"{name}.deep"] = str(project / name / "deep")
    _finder(drawn, name, mapping, namespaces, project, site)


def renamed(drawn: Drawn, name: str, project: Path, site: Path) -> None:
    """Shape B, where the package's folder has another name."""
    files = {f"lib{file[len(name) :]}": text for file, text in contents(drawn, name).items()}
    write(project, {"pyproject.toml": "", **files})
    _finder(drawn, name, {name: str(project / "lib")}, {}, project, site)


def _finder(
    drawn: Drawn, name: str, mapping: dict[str, str], namespaces: dict[str, list[str]], project: Path, site: Path
) -> None:
    stem = f"{name}_finder{len(drawn.told)}"
    module = f"__editable___{stem}_finder"
    distribution(site, stem, [f"__editable__.{stem}-1.0.pth", f"{module}.py"], project=project)
    write(site, {f"__editable__.{stem}-1.0.pth": f"import {module}; {module}.install()"})
    drawn.finders.append((site / f"{module}.py", f"__editable__.{stem}-1.0.finder", mapping, namespaces))


def redirected(drawn: Drawn, name: str, project: Path, site: Path) -> None:
    """Shape C: the library `editables` has the map, which is made at the installation."""
    library = next((drawn.environment.tools / "lib").glob("python3*/site-packages"))
    if not (drawn.environment.site_packages / "editables").exists():
        shutil.copytree(library / "editables", drawn.environment.site_packages / "editables")
    write(project, {f"{file}": text for file, text in contents(drawn, name).items()})
    stem = f"{name}_editables{len(drawn.told)}"
    calls = f"F.install()\nF.map_module({name!r}, {str(project / name / '__init__.py')!r})\n"
    distribution(site, stem, [f"{stem}.pth", f"_editable_impl_{stem}.py"], project=project)
    write(site, {f"_editable_impl_{stem}.py": f"from editables.redirector import RedirectingFinder as F\n{calls}"})
    write(site, {f"{stem}.pth": f"import _editable_impl_{stem}\n"})


def link(drawn: Drawn, name: str, project: Path, site: Path) -> None:
    """Shape G."""
    write(project, contents(drawn, name))
    distribution(site, f"{name}_link{len(drawn.told)}", [name], project=project)
    if not os.path.lexists(site / name):
        (site / name).symlink_to(project / name)


def copied(drawn: Drawn, name: str, project: Path, site: Path) -> None:
    """Shape J."""
    write(project, contents(drawn, name))
    if not os.path.lexists(site / name):
        write(site, contents(drawn, name))
    distribution(site, f"{name}_copy{len(drawn.told)}", [f"{name}/__init__.py"], project=project)


Shape = Callable[[Drawn, str, Path, Path], None]
SHAPES: list[Shape] = [path_line, path_line, flat_line, by_hand, finder, finder, renamed, redirected, link, copied]


def _write_finders(drawn: Drawn) -> None:
    """By the setuptools that comes with Python, or by the one that the tests run with: older ones look themselves."""
    if drawn.finders:
        with_python = drawn.environment.tools / "bin/python"
        ours = "setuptools" in sys.modules or importlib.util.find_spec("setuptools") is not None
        python = drawn.random.choice([with_python, sys.executable if ours else with_python])
        drawn.tell(f"finders by the setuptools of {python}")
        asked = json.dumps([rest for _, *rest in drawn.finders])
        for (file, *_), text in zip(drawn.finders, json.loads(run([python, "-c", _FINDERS], input=asked).stdout)):
            file.write_text(text)


# What goes wrong


def _damage(drawn: Drawn, name: str, project: Path) -> None:
    what = drawn.random.choice(["", "", "", "", "", "", "moved", "sources moved", "emptied"])
    if what:
        drawn.tell(f"{project} was {what}")
    if what == "moved":
        shutil.move(str(project), f"{project}-new")
    elif what == "sources moved":
        for source in (project / "src", project / name):
            if source.exists():
                shutil.move(str(source), f"{source}-new")
                break
    elif what == "emptied":
        for folder in (project / "src" / name, project / name):
            if folder.exists():
                shutil.rmtree(folder)
                folder.mkdir()
                break


def _rivals(drawn: Drawn, sites: list[Path]) -> None:
    """Others that have the names: copies, bare folders and files beside the notebook, the standard library."""
    notebooks, name = drawn.workspace.notebook_folder, drawn.random.choice(TOPS)
    places = {
        "a copy in a site folder": (sites[-1], {f"{name}/__init__.py": "", f"{name}/only_here.py": ""}),
        "a module in a site folder": (sites[0], {f"{name}.py": ""}),
        "part of a namespace in a site folder": (sites[-1], {f"{name}/in_site.py": ""}),
        "a bare folder beside the notebook": (notebooks, {f"{name}/notes.txt": "", f"{name}/scripts/run.py": ""}),
        "a package beside the notebook": (
            notebooks,
            {f"{name}/__init__.py": "", f"{name}/beside.py": "import beside\n"},
        ),
        "a module beside the notebook": (notebooks, {f"{name}.py": "import beside\n"}),
        "conftest beside the notebook": (notebooks, {"conftest.py": "", "tests/__init__.py": ""}),
        "a standard module's name": (notebooks, {"colorsys.py": "", "wave/__init__.py": ""}),
    }
    for what in drawn.random.sample(sorted(places), drawn.random.choice([0, 0, 1, 1, 2])):
        folder, files = places[what]
        drawn.tell(f"{what}: {name}")
        files = {file: text for file, text in files.items() if not (folder / file).is_symlink()}
        if not (folder / name).is_symlink():
            write(folder, files)


def _settings(drawn: Drawn) -> None:
    chance = drawn.random.choice
    drawn.runtime = chance(["legacy", "modern"])
    repository = chance([None, drawn.workspace.notebook_folder.parent])
    folder = "slot" if repository else "end"  # as executors have it
    drawn.variant = Variant(hook=chance(HOOKS), notebook_folder=folder, repository=repository)
    drawn.env = {
        "DBX_PATCH_ENABLED": chance([None, None, None, None, "0"]),
        "DBX_PATCH_DISABLE": chance(
            [None, None, None, None, "fallback", "wsfs_import_hook,workspace_import_machinery"]
        ),
    }
    later = chance(["", "", "", "new module", "new submodule", "paths lost", "front"])
    home = str(drawn.workspace.home)
    cells = {
        "new module": "import glob\nfor f in glob.glob(HOME + '/*/src') + glob.glob(HOME + '/*/pyproject.toml'):\n"
        "    open((f if f.endswith('src') else os.path.dirname(f)) + '/brand_new.py', 'w').close()\n",
        "new submodule": "import glob\nfor f in glob.glob(HOME + '/**/sub.py', recursive=True):\n"
        "    open(os.path.dirname(f) + '/added.py', 'w').close()\n",
        "paths lost": "import sys\nsys.path[:] = [e for e in sys.path if not e.startswith(HOME)]\n",
        "front": "import glob, sys\nsys.path[:0] = sorted(glob.glob(HOME + '/*'))[:1]\n",
    }
    if later:
        drawn.prepare.append(f"import os\nHOME = {home!r}\n{cells[later]}")
    drawn.tell(f"{drawn.runtime}, {drawn.variant}, {drawn.env}, then: {later or 'nothing'}")


def _names(drawn: Drawn) -> list[str]:
    names = [
        "beside",
        "conftest",
        "tests",
        "tests.test_it",
        "brand_new",
        "colorsys",
        "json.decoder",
        "no_such",
        "library",
    ]
    for name in TOPS:
        names += [name, f"{name}.sub", f"{name}.deep.leaf", f"{name}.deep", f"{name}.none", f"{name}.added"]
        names += [f"{name}.only_here", f"{name}.in_site", f"{name}.scripts.run", f"{name}.beside"]
        names += [f"single_{name}", f"one_{name}", f"other_{name}", f"{name}0"]
    return names
