"""Fixtures for tests on parts that no one here wrote: the registry is asked once a run, all installs are from files."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import pytest

from real.houses import House, make_wheelhouse
from support.environments import Environment, make_venv, once
from support.simulating import watch
from support.workspaces import Workspace


@pytest.fixture(scope="session")
def wheelhouse(shared: Path, tools: Path) -> Path:
    """A folder with the wheels of every package that a test here puts beside dbx-patch."""
    return once(shared / "real" / "wheelhouse", lambda at: make_wheelhouse(at, tools))


@pytest.fixture
def house(tmp_path: Path, tools: Path, wheelhouse: Path, wheel: Path) -> Callable[..., House]:
    """Make an environment and a workspace: ``house("coverage", "dbx-patch")`` installs in that order."""

    def build(*packages: str, name: str = "env") -> House:
        made = House(make_venv(tmp_path / name, tools), Workspace(tmp_path).create(), wheelhouse, wheel)
        for package in packages:
            made.install(package)
        return made

    return build


@pytest.fixture(scope="session")
def kernel_base(shared: Path, tools: Path, wheelhouse: Path, wheel: Path) -> House:
    """What a notebook's environment has: a real ipykernel, pip and two build backends; dbx-patch from its wheel."""

    def make(at: Path) -> None:
        made = House(make_venv(at / "env", tools), Workspace(at).create(), wheelhouse, wheel)
        made.install("ipykernel", "pip", "hatchling", "setuptools", "editables", "pandas")
        made.install("dbx-patch")
        watch(made.environment.python)
        made.python("-c", "import IPython, ipykernel.kernelapp, pandas, pip._internal.cli.main")  # bytecode, once

    folder = once(shared / "real" / "kernel", make)
    return House(Environment(folder / "env", tools), Workspace(folder), wheelhouse, wheel)
