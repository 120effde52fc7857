"""Tiny projects, one for each way in which an installer makes a project editable.

``ROWS`` is the data: what is in the project, what has to be there to install it, and the command that does.
Every module holds ``VALUE``, its own import name, so that one loop over ``Row.modules`` tests any row. No two
rows share a top-level name, except for ``acme``, the namespace: all of them fit into one environment.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Mapping, NamedTuple, Sequence

from support.environments import clean_environ
from support.tools import fetch

PIP = ("{python}", "-m", "pip", "install", "--no-build-isolation", "--disable-pip-version-check", "--editable", ".")
UV_PIP = ("{python}", "-m", "uv", "pip", "install", "--python", "{python}", "--no-build-isolation", "--editable", ".")
UV_SYNC = ("{python}", "-m", "uv", "sync", "--python", "{python}", "--no-build-isolation", "--inexact")
POETRY_INSTALL = ("{python}", "-m", "poetry", "install", "--no-interaction", "--only-root")
FLIT_INSTALL = ("{python}", "-m", "flit", "install", "--symlink", "--deps", "none")
DEVELOP = ("{python}", "setup.py", "develop")


class Backend(NamedTuple):
    """What builds a project: PEP 517's object, and its requirements."""

    build_backend: str
    """Empty: there is no ``pyproject.toml``."""
    requires: tuple[str, ...]


SETUPTOOLS = Backend("setuptools.build_meta", ("setuptools>=70.1",))  # older ones need the wheel package too
HATCHLING = Backend("hatchling.build", ("hatchling", "editables"))  # asks for editables when it builds
FLIT = Backend("flit_core.buildapi", ("flit_core>=3.4",))
POETRY = Backend("poetry.core.masonry.api", ("poetry-core>=2",))
PDM = Backend("pdm.backend", ("pdm-backend",))
UV = Backend("uv_build", ("uv_build",))
SCIKIT_BUILD = Backend("scikit_build_core.build", ("scikit-build-core",))
EDITABLES = Backend("backend", ("editables",))  # see _editables


@dataclass(frozen=True)
class Row:
    """A project and its installation. Paths are relative to the project folder, with forward slashes."""

    id: str
    """A test id. The project is called ``sample-<id>``: some ids alone are names of real distributions."""
    shape: str
    """The letter of what the installation leaves on disk: A path line, B setuptools finder, C editables finder,
    D scikit-build-core, E meson-python, F link tree, G symlink, H egg-link, I stand-in module."""
    modules: Mapping[str, str]
    """Full import name -> source file, for every module that can be imported from this project."""
    backend: Backend
    tools: tuple[str, ...] = ()
    """What else must be in the environment: the installer, and what the installed project needs when it runs."""
    pyproject: str = ""
    """Follows the ``[project]`` table."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Other files: their texts."""
    command: tuple[str, ...] = PIP
    """Run in the project folder; knows ``{python}``."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Set for the command; knows ``{prefix}``, the environment's folder."""
    private: bool = False
    """The backend would get in the way of other rows: ``install`` puts it into a folder of its own."""
    program: str = ""
    """An executable that must be on ``PATH`` and that pip cannot bring."""
    made_at_start: tuple[str, ...] = ()
    """Modules that the ``.pth`` itself makes: nothing finds them again once they are gone from ``sys.modules``."""
    min_python: tuple[int, int] = (3, 8)
    max_python: tuple[int, int] = (3, 99)

    @property
    def name(self) -> str:
        return f"sample-{self.id}"

    @property
    def environment(self) -> tuple[str, ...]:
        """The requirements that have to be installed before ``install`` is called."""
        return self.tools if self.private else self.backend.requires + self.tools

    @property
    def needs_only_pip(self) -> bool:
        """Whether pip, setuptools, hatchling and editables, all small and pure Python, will do."""
        return self.backend in (SETUPTOOLS, HATCHLING, EDITABLES) and not self.tools

    @property
    def tops(self) -> tuple[str, ...]:
        """The names to import first: those of which no parent lies in this project."""
        return tuple(name for name in self.modules if name.rpartition(".")[0] not in self.modules)

    @property
    def package(self) -> str:
        """A package of this project with a file, "" where it has modules only."""
        return next((name for name, path in self.modules.items() if path.endswith("/__init__.py")), "")


def package(name: str, folder: str) -> dict[str, str]:
    """The modules of a package with a submodule and a subpackage."""
    return {
        name: f"{folder}/__init__.py",
        f"{name}.sub": f"{folder}/sub.py",
        f"{name}.inner": f"{folder}/inner/__init__.py",
        f"{name}.inner.leaf": f"{folder}/inner/leaf.py",
    }


def write(row: Row, project_dir: Path) -> None:
    """Make the project in a folder that need not exist yet."""
    texts = {path: f"VALUE = {name!r}\n" for name, path in row.modules.items()}
    texts.update(row.files)
    if row.backend.build_backend:
        texts["pyproject.toml"] = (
            f'[build-system]\nrequires = {list(row.backend.requires)}\nbuild-backend = "{row.backend.build_backend}"\n'
            + ('backend-path = ["."]\n' if row.backend is EDITABLES else "")
            + f'\n[project]\nname = "{row.name}"\nversion = "1.0"\ndescription = "A test project"\n'
            + f'requires-python = ">={row.min_python[0]}.{row.min_python[1]}"\n\n{row.pyproject}'
        )
    for path, text in texts.items():
        file = project_dir / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def install(row: Row, project_dir: Path, python: str) -> None:
    """Install a written project, editable, into the environment of the interpreter ``python``.

    ``row.environment`` must be in there; a private row's backend is fetched. Raises ``CalledProcessError``, with the
    command's output in ``output``.
    """
    env = _environ(python, {key: value.format(prefix=Path(python).parent.parent) for key, value in row.env.items()})
    with tempfile.TemporaryDirectory() as own:
        if row.private:
            fetch(python, row.backend.requires, Path(own))
            env["PYTHONPATH"] = own
        _run([word.format(python=python) for word in row.command], project_dir, env)


def install_together(command: tuple[str, ...], project_dirs: Sequence[Path], python: str) -> None:
    """Install several projects with one pip ``command``, which says "." where a project goes; raises as ``install``."""
    at = command.index(".")
    flags = command[at - 1 : at] if command[at - 1] == "--editable" else ()
    projects = [word for folder in project_dirs for word in (*flags, str(folder))]
    words = [word.format(python=python) for word in (*command[: at - len(flags)], *command[at + 1 :])]
    _run([*words, *projects], Path(python).parent, _environ(python))


def _environ(python: str, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    own = {
        "PATH": os.pathsep.join([str(Path(python).parent), os.environ.get("PATH", os.defpath)]),  # meson and maturin
        "UV_NO_CONFIG": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_CACHE_DIR": str(Path(python).parent.parent / "uv-cache"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "POETRY_VIRTUALENVS_CREATE": "false",
    }
    return clean_environ({**own, **(extra or {})})


def _run(command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> None:
    subprocess.run(
        command, cwd=cwd, env=env, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600
    )
