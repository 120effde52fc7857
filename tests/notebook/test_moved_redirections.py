"""A project that `editables` redirects to is imported from its new place at once, and not at all once it is gone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.environments import library_of
from support.kernels import Notebook
from support.stacked import install_cell, pip_cell
from support.workspaces import HATCHLING, write

FORGET = "import sys; [sys.modules.pop(m) for m in [*sys.modules] if m.partition('.')[0] == 'acme'] and None\n"
USE = "import acme.sub, library; [acme.VALUE, library.load('acme.sub')]"
HELD = """
import sys
finder = sys.modules["editables.redirector"].RedirectingFinder
[dict(finder._redirections), [m for m in sys.modules if m.startswith("_editable_impl_")]]
"""
EXACT = '[tool.hatch.build]\ndev-mode-exact = true\n[tool.hatch.build.targets.wheel]\npackages = ["src/acme"]\n'


def project(folder: Path) -> Path:
    """A project whose editable install maps each file by a call of `editables`."""
    config = HATCHLING.replace('["hatchling"]', '["hatchling", "editables"]')
    config += '[project]\nname = "acme-project"\nversion = "1.0"\n' + EXACT
    return write(
        folder,
        {"pyproject.toml": config, "src/acme/__init__.py": f"VALUE = {folder.name!r}\n", "src/acme/sub.py": ""},
    )


@pytest.fixture
def redirected(own_notebook: Notebook) -> Notebook:
    """With `editables` itself, which a real install brings as a dependency, and one project of it."""
    environment = own_notebook.environment
    tools = library_of(environment.tools)
    shutil.copytree(tools / "editables", environment.site_packages / "editables")
    environment.install_editable(project(own_notebook.workspace.home / "old"))
    assert "F.map_module('acme'" in next(environment.site_packages.glob("_editable_impl_*.py")).read_text()
    return own_notebook


def test_the_new_place_counts_at_once(redirected: Notebook, era: str) -> None:
    new = project(redirected.workspace.home / "new")
    cells = (USE, HELD, FORGET + install_cell(redirected.environment, new) + "1", USE, FORGET + USE)
    values = redirected.values(*cells, runtime=era)
    assert values[0] == ["old", "acme.sub"] and values[1][0] != {}, values[1]
    assert values[3] == values[4] == ["new", "acme.sub"]


def test_what_was_uninstalled_is_redirected_no_more(redirected: Notebook, era: str) -> None:
    uninstall = pip_cell(redirected.environment, "uninstall", "-q", "-y", "acme-project")
    gone = "import importlib.util; importlib.util.find_spec('acme') is None"
    values = redirected.values(USE, FORGET + uninstall + "1", gone, HELD, runtime=era)
    assert values[2] is True and values[3] == [{}, []]
