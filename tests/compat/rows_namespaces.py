"""Pairs of projects that share a PEP 420 namespace: one half installed and one editable, or halves in two editables."""

from __future__ import annotations

from typing import Callable

from compat.projects import EDITABLES, HATCHLING, PIP, SETUPTOOLS, Row, package
from compat.rows_editables import editables_backend

INSTALLED = tuple(word for word in PIP if word != "--editable")


def installed(space: str, name: str) -> Row:
    """An ordinary half: a wheel, in site-packages."""
    config = f'[tool.hatch.build.targets.wheel]\npackages = ["src/{space}"]\n'
    modules = package(f"{space}.{name}", f"src/{space}/{name}")
    return Row(f"{space}-{name}", "installed", modules, HATCHLING, pyproject=config, command=INSTALLED)


def path_line(space: str, name: str) -> Row:
    """Shape A."""
    config = f'[tool.hatch.build.targets.wheel]\npackages = ["src/{space}"]\n'
    return Row(f"{space}-{name}", "A", package(f"{space}.{name}", f"src/{space}/{name}"), HATCHLING, pyproject=config)


def finder(space: str, name: str) -> Row:
    """Shape B, with the namespace's own folder."""
    config = f"[tool.setuptools.packages.find]\ninclude = ['{space}*']\n"
    return Row(f"{space}-{name}", "B", package(f"{space}.{name}", f"{space}/{name}"), SETUPTOOLS, pyproject=config)


def listed(space: str, name: str) -> Row:
    """Shape B, with a dotted name and no folder of the namespace's."""
    config = f'[tool.setuptools]\npackages = ["{space}.{name}", "{space}.{name}.inner"]\n'
    return Row(f"{space}-{name}", "B", package(f"{space}.{name}", f"{space}/{name}"), SETUPTOOLS, pyproject=config)


def links(space: str, name: str) -> Row:
    """Shape F."""
    command = (*PIP, "--config-settings", "editable_mode=strict")
    modules = package(f"{space}.{name}", f"src/{space}/{name}")
    return Row(f"{space}-{name}", "F", modules, SETUPTOOLS, command=command)


def stand_in(space: str, name: str) -> Row:
    """Shape I: the half's package lies in site-packages, its modules elsewhere."""
    files = editables_backend(f"sample-{space}-{name}", f'project.add_to_subpackage("{space}.{name}", "lib")')
    modules = {f"{space}.{name}.leaf": "lib/leaf.py", f"{space}.{name}.inner": "lib/inner/__init__.py"}
    return Row(f"{space}-{name}", "I", modules, EDITABLES, files=files)


_Half = Callable[[str, str], Row]
_PAIRS: dict[str, tuple[_Half, _Half]] = {
    "installed_and_path": (installed, path_line),
    "installed_and_finder": (installed, finder),
    "installed_and_listed": (installed, listed),
    "installed_and_links": (installed, links),
    "installed_and_stand_in": (installed, stand_in),
    "two_paths": (path_line, path_line),
    "two_finders": (finder, finder),
    "two_listed": (listed, listed),
    "path_and_finder": (path_line, finder),
    "path_and_listed": (path_line, listed),
    "links_and_stand_in": (links, stand_in),
}
# namespace -> its halves
PAIRS = {space: (one(space, "one"), other(space, "two")) for space, (one, other) in _PAIRS.items()}
HALVES = (*(half for pair in PAIRS.values() for half in pair), installed("acme", "installed"))
