"""Projects with a package that may have a fault, and how each is installed: as installers leave it on the disk."""

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
from support.environments import Environment, library_of, run
from support.installed import distribution
from support.workspaces import Workspace, write

# Has setuptools write finders in the environment's own version of it: name, mapping and namespaces -> source
_FINDERS = """
import json, sys
from setuptools.command.editable_wheel import _finder_template
print(json.dumps([_finder_template(*drawn) for drawn in json.load(sys.stdin)]))
"""


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
    add_finder(drawn, name, mapping, namespaces, project, site)


def renamed(drawn: Drawn, name: str, project: Path, site: Path) -> None:
    """Shape B, where the package's folder has another name."""
    files = {f"lib{file[len(name) :]}": text for file, text in contents(drawn, name).items()}
    write(project, {"pyproject.toml": "", **files})
    add_finder(drawn, name, {name: str(project / "lib")}, {}, project, site)


def add_finder(
    drawn: Drawn, name: str, mapping: dict[str, str], namespaces: dict[str, list[str]], project: Path, site: Path
) -> None:
    """Leave an install by setuptools' finder, which `write_finders` writes."""
    stem = f"{name}_finder{len(drawn.told)}"
    module = f"__editable___{stem}_finder"
    distribution(site, stem, [f"__editable__.{stem}-1.0.pth", f"{module}.py"], project=project)
    write(site, {f"__editable__.{stem}-1.0.pth": f"import {module}; {module}.install()"})
    drawn.finders.append((site / f"{module}.py", f"__editable__.{stem}-1.0.finder", mapping, namespaces))


def redirected(drawn: Drawn, name: str, project: Path, site: Path) -> None:
    """Shape C: the library `editables` has the map, which is made at the installation."""
    library = library_of(drawn.environment.tools)
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


def write_finders(drawn: Drawn) -> None:
    """By the setuptools that comes with Python, or by the one that the tests run with: older ones look themselves."""
    if drawn.finders:
        with_python = drawn.environment.tools / "bin/python"
        ours = "setuptools" in sys.modules or importlib.util.find_spec("setuptools") is not None
        python = drawn.random.choice([with_python, sys.executable if ours else with_python])
        drawn.tell(f"finders by the setuptools of {python}")
        asked = json.dumps([rest for _, *rest in drawn.finders])
        for (file, *_), text in zip(drawn.finders, json.loads(run([python, "-c", _FINDERS], input=asked).stdout)):
            file.write_text(text)
