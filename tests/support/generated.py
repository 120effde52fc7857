"""Environments drawn from a seed: installs of several shapes, stacked folders, rivals, damage, and a runtime's set-up.

What is drawn is written as installers leave it; setuptools writes its finders itself. ``told`` says what was drawn, for
the message of a test that fails.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from dbx_patch.simulator import Variant
from support.environments import Environment
from support.generated_backends import OTHERS
from support.generated_namespaces import NAMESPACES, SPACE, damage_start_up
from support.generated_projects import SHAPES, Drawn, write_finders
from support.sessions import copy_of
from support.stacked import CHAININGS
from support.workspaces import Workspace, write

TOPS = ("alpha", "beta", "gamma", "delta")
KINDS = [*SHAPES, *OTHERS, *NAMESPACES]
HOOKS = ("path_hooks", "path_hooks", "cache", "cache_outside_git")
LOAD = "import importlib\n\ndef load(name):\n    return importlib.import_module(name)\n"


def draw(seed: int, folder: Path, installed: Environment) -> Drawn:
    """Make the environment of a seed below ``folder``; ``installed`` has dbx-patch."""
    drawn = Drawn(seed, folder, copy_of(installed, folder / "env"), Workspace(folder).create())
    sites = [drawn.environment.site_packages, *_stack(drawn)]
    write(sites[0], {"library.py": LOAD})
    for number in range(drawn.random.randint(2, 5)):
        name = drawn.random.choice(TOPS)
        shape = drawn.random.choice(KINDS)
        project = _home(drawn) / f"{drawn.random.choice(['proj', name])}{number}"
        site = drawn.random.choice([sites[0], sites[0], *sites])
        drawn.tell(f"{name}: {shape.__name__} in {project}, installed in {site}")
        shape(drawn, name, project, site)
        _damage(drawn, name, project)
    write_finders(drawn)
    damage_start_up(drawn, sites)
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
        SPACE,
        f"{SPACE}.loose",
        f"{SPACE}.other.part",
    ]
    for name in TOPS:
        names += [name, f"{name}.sub", f"{name}.deep.leaf", f"{name}.deep", f"{name}.none", f"{name}.added"]
        names += [f"{name}.only_here", f"{name}.in_site", f"{name}.scripts.run", f"{name}.beside"]
        names += [f"{name}.extra", f"{name}.extra.sub", f"{SPACE}.{name}", f"{SPACE}.{name}.sub"]
        names += [f"single_{name}", f"one_{name}", f"other_{name}", f"{name}0"]
    return names
