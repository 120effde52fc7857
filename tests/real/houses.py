"""A :class:`House`: an environment with real packages from the wheelhouse, and a workspace beside it."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Mapping

import pytest

from support.environments import DATABRICKS, Environment, clean_environ, run
from support.kernels import Notebook
from support.simulating import assert_no_faults, watch
from support.tools import fetch
from support.workspaces import Workspace, src_project

PACKAGES = (
    *("ipykernel", "pip", "hatchling", "setuptools", "editables", "wheel", "pandas", "pyarrow"),
    *("coverage", "pytest", "pytest-xdist", "beartype", "typeguard", "autowrapt", "virtualenv"),
    *("maturin-import-hook", "cloudpickle"),
    *("importpatch; python_version >= '3.9'", "metapathology; python_version >= '3.10'"),
)


def make_wheelhouse(folder: Path, tools: Path) -> None:
    """Fetch the packages and what they need, as wheels for the target interpreter."""
    run([tools / "bin/python", "-m", "pip", "wheel", "-q", "-w", folder, *PACKAGES])


@dataclass(frozen=True)
class House:
    """An environment to install real packages into, and the workspace that its notebooks lie in."""

    environment: Environment
    workspace: Workspace
    wheelhouse: Path
    wheel: Path

    def install(self, *packages: str) -> None:
        """Install from files, in one go, with what they require; ``dbx-patch`` is the wheel that was just built."""
        for package in packages:
            stem = package.replace("-", "_")
            if package != "dbx-patch" and not list(self.wheelhouse.glob(f"{stem}-*.whl")):
                pytest.skip(f"{package} has no release for this Python")
        wanted = [str(self.wheel) if package == "dbx-patch" else package for package in packages]
        fetch(self.environment.python, ["--no-index", "--find-links", str(self.wheelhouse), *wanted])

    def add_project(self, name: str = "acme", files: Mapping[str, str] | None = None) -> Path:
        """Install a project of the workspace as editable; ``files`` go into its ``src``. Returns its folder."""
        extra = {f"src/{file}": text for file, text in (files or {}).items()}
        project = src_project(self.workspace.home / name, name, extra=extra)
        self.environment.install_editable(project)
        return project

    @property
    def notebook(self) -> Notebook:
        """Simulated kernels of this environment."""
        return Notebook(self.environment, self.workspace)

    def clone(self, folder: Path) -> House:
        """Return a copy that a test may change: hard links, since installers replace files and never write in them."""
        shutil.copytree(self.environment.folder, folder / "env", symlinks=True, copy_function=os.link)
        environment = replace(self.environment, folder=folder / "env")
        return replace(self, environment=environment, workspace=Workspace(folder).create())

    def moved_to(self, folder: Path) -> House:
        """Return the house with another environment, which is there already."""
        return replace(self, environment=replace(self.environment, folder=folder))

    def python(self, *args: str, env: dict[str, str] | None = None, **options: object) -> str:
        """Run this environment's interpreter as on Databricks, in silence and without a fault; what it printed."""
        watch(self.environment.python)
        environ = clean_environ({**DATABRICKS, **(env or {})})
        command = [self.environment.python, *args]
        settings: dict[str, object] = {"env": environ, "capture_output": True, "text": True, **options}
        done = subprocess.run(command, timeout=120, **settings)  # type: ignore[call-overload]
        assert done.returncode == 0 and done.stderr == "", f"{args}\n{done.stdout}\n{done.stderr}"
        assert_no_faults(self.environment.python)
        return str(done.stdout)
