"""A package that extends its own path, as `databricks` does, has all its halves: installed later, lost, far apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.covering import covering
from support.environments import Environment
from support.kernels import ERAS, Notebook
from support.settings import SETTINGS, Setting
from support.workspaces import HATCHLING, SETUPTOOLS, write

EXTENDS = {
    "pkgutil": "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n",
    "imported": "from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n",
}
FORGET = "import sys; [sys.modules.pop(m) for m in [*sys.modules] if m.startswith('vendor')] and None\n"
PATHS = "import json, vendor; print(json.dumps(list(vendor.__path__)))"


def half(folder: Path, name: str, shape: str = "path line", extends: str = "pkgutil") -> Path:
    """A project with one subpackage of ``vendor``, whose own `__init__.py` each half has."""
    config = f'[project]\nname = "vendor-{name}"\nversion = "1.0"\n'
    files = {"vendor/__init__.py": EXTENDS[extends], f"vendor/{name}/__init__.py": f"HALF = {name!r}\n"}
    files[f"vendor/{name}/leaf.py"] = "NAME = __name__\n"
    if shape == "path line":
        config = HATCHLING + config + '[tool.hatch.build.targets.wheel]\npackages = ["src/vendor"]\n'
        files = {f"src/{path}": text for path, text in files.items()}
    else:
        config = SETUPTOOLS + config + f'[tool.setuptools]\npackages = ["vendor", "vendor.{name}"]\n'
    return write(folder, {**files, "pyproject.toml": config})


def outside(environment: Environment, name: str = "first") -> None:
    """A half that is installed as a wheel is, without the `__init__.py` of the others where they would overwrite it."""
    environment.install_project(half(environment.folder.parent / f"outside {name}", name))


def plain_paths(environment: Environment) -> object:
    """``vendor.__path__`` as plain Python has it after a restart."""
    return environment.value(PATHS)


@pytest.mark.parametrize(
    "era, setting, shape", covering(ERAS, SETTINGS, ["path line", "setuptools' finder"]), indirect=["era", "setting"]
)
def test_a_half_that_is_installed_in_the_session(own_notebook: Notebook, setting: Setting, shape: str) -> None:
    """After the package was loaded: from cells and libraries; and again after a restart."""
    outside(own_notebook.environment)
    project = half(own_notebook.workspace.home / "second", "second", shape)
    cells = (
        "import vendor.first; vendor.first.HALF",
        setting.installs(own_notebook.environment, project),
        "import library; library.load('vendor.second.leaf')",
        "import vendor.second; vendor.second.HALF",
        "import vendor.first.leaf as leaf; leaf.NAME",
    )
    assert own_notebook.values(*cells, **setting.options)[2:] == ["vendor.second.leaf", "second", "vendor.first.leaf"]
    again = ("import library; library.load('vendor.second.leaf')", "library.load('vendor.first.leaf')")
    assert own_notebook.values(*again, **setting.options) == ["vendor.second.leaf", "vendor.first.leaf"]
    again = ("import vendor.first; vendor.first.HALF", "import vendor.second; vendor.second.HALF")
    assert own_notebook.values(*again, **setting.options) == ["first", "second"]


@pytest.mark.parametrize("era, setting, extends", covering(ERAS, SETTINGS, [*EXTENDS]), indirect=["era", "setting"])
def test_one_half_in_the_workspace_and_one_outside(own_notebook: Notebook, setting: Setting, extends: str) -> None:
    """Both editable, whichever is asked for first."""
    environment = own_notebook.environment
    environment.install_editable(half(own_notebook.workspace.home / "inside", "inside", extends=extends))
    environment.install_editable(half(environment.folder.parent / "far/away", "away", extends=extends))
    for order in (("inside", "away"), ("away", "inside")):
        cells = [f"import vendor.{name}; vendor.{name}.HALF" for name in order]
        cells += [FORGET + f"import library; library.load('vendor.{name}.leaf')" for name in order]
        cells += [f"library.load('vendor.{name}.leaf')" for name in order]
        leaves = [f"vendor.{name}.leaf" for name in order]
        assert own_notebook.values(*cells, **setting.options) == [*order, *leaves, *leaves]


@pytest.mark.parametrize(
    "era, setting, name", covering(ERAS, SETTINGS, ["aa_second", "zz_second"]), indirect=["era", "setting"]
)
def test_a_new_portion_has_its_place(own_notebook: Notebook, setting: Setting, name: str) -> None:
    """In ``__path__``, between or behind the others: where plain Python has it after a restart."""
    environment = own_notebook.environment
    outside(environment)
    for number in ("mm_one", "mm_two"):
        environment.install_editable(half(own_notebook.workspace.home / number, number))
    project = half(own_notebook.workspace.home / name, name)
    cells = (
        "import vendor.first, vendor.mm_one, vendor.mm_two; [*vendor.__path__]",
        setting.installs(environment, project),
        f"import vendor.{name}; [*vendor.__path__]",
    )
    before, _, after = own_notebook.values(*cells, **setting.options)
    assert len(before) == 3 and len(after) == 4 and after == plain_paths(environment)
