"""A workspace folder with projects in it, as users have them: addresses and spaces in its path."""

from __future__ import annotations

import os
from pathlib import Path

USER = "Users/first.last@company.com/my project"
HATCHLING = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
SETUPTOOLS = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'


def within(folder: Path, path: Path) -> Path:
    """Return ``path``, which a test is about to change; ValueError if following links leads out of ``folder``."""
    real, base = os.path.realpath(path), os.path.realpath(folder)
    if not real.startswith(base + os.sep):
        raise ValueError(f"{path} leads to {real}, which is outside {base}")
    return path


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write ``files`` (relative path -> text) below ``folder``; returns that. ValueError where a link leads out."""
    for name, text in files.items():
        path = within(folder, folder / name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def package(name: str, value: str = "editable") -> dict[str, str]:
    """The files of a package with a submodule, and one that imports lazily."""
    return {
        f"{name}/__init__.py": f"VALUE = {value!r}\n",
        f"{name}/sub.py": f"from {name} import VALUE as PARENT\nNAME = __name__\n",
        f"{name}/deep/__init__.py": "",
        f"{name}/deep/leaf.py": "NAME = __name__\n",
        f"{name}/lazy.py": f"def load():\n    from {name}.deep import leaf\n    return leaf.NAME\n",
    }


def src_project(folder: Path, name: str, value: str = "editable", extra: dict[str, str] | None = None) -> Path:
    """A project with a src layout: its editable install is one path line (shape A)."""
    files = {f"src/{path}": text for path, text in package(name, value).items()}
    files["pyproject.toml"] = (
        HATCHLING
        + f'[project]\nname = "{name}-project"\nversion = "1.0"\n'
        + (f'[tool.hatch.build.targets.wheel]\npackages = ["src/{name}"]\n')
    )
    return write(folder, {**files, "setup.py": "", "tests/__init__.py": "", **(extra or {})})


def flat_project(folder: Path, name: str, value: str = "editable") -> Path:
    """A project with a flat layout and setuptools: its editable install is a finder (shape B)."""
    config = SETUPTOOLS + f'[project]\nname = "{name}-project"\nversion = "1.0"\n[tool.setuptools]\n'
    config += f'packages = ["{name}", "{name}.deep"]\n'
    return write(folder, {**package(name, value), "pyproject.toml": config, "tests/__init__.py": ""})


class Workspace:
    """The folder that plays ``/Workspace``, with one user's folder and a notebook in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "Workspace"
        self.home = self.folder / USER
        self.notebook_folder = self.folder / "Users/first.last@company.com/notebooks"
        self.notebook = self.notebook_folder / "notebook"

    def create(self) -> Workspace:
        """Make the folders, and a module beside the notebook."""
        self.home.mkdir(parents=True, exist_ok=True)
        write(self.notebook_folder, {"beside.py": "VALUE = 'beside the notebook'\n"})
        return self
