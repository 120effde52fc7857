"""What is measured: environments, with the wheel or a rival in them, and folders full of distributions."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cached_property
from pathlib import Path

from tests.benchmarks.counting import PADDING_LINE, PADDING_PTH, environ

from support.environments import Environment, build_wheel, make_venv
from support.installed import distribution
from support.tools import make_tools
from support.workspaces import USER, write

# Who else acts at an interpreter's start, and what pip is asked for to have it.
RIVALS = {
    "setuptools' _distutils_hack": "setuptools",
    "virtualenv's _virtualenv": "virtualenv",
    "autowrapt": "autowrapt",
    "coverage's .pth": "coverage>=7.10",
    "importpatch": "importpatch",
}
_FINDER = """import sys
MAPPING: dict[str, str] = {mapping!r}
NAMESPACES: dict[str, list[str]] = {{}}
PATH_PLACEHOLDER = '__editable__.{name}.finder.__path_hook__'
def install():
    pass
"""


class Unavailable(Exception):
    """A rival that the registry does not have for this interpreter; the message is pip's."""


class Houses:
    """Environments below ``folder``, each made at its first use; every one has the padding ``.pth``.

    ``times``: whether times are measured at all, beside what repeats exactly.
    """

    def __init__(self, folder: Path, times: bool = True) -> None:
        self.folder = folder
        self.times = times
        self._made: dict[str, Environment] = {}

    @cached_property
    def tools(self) -> Path:
        make_tools(self.folder / "tools")
        return self.folder / "tools"

    @cached_property
    def wheel(self) -> Path:
        return build_wheel(self.folder / "wheel", self.tools)

    @cached_property
    def probes(self) -> Path:
        """A copy, so that the bytecode that runs leave lies in no checkout."""
        return Path(shutil.copytree(Path(__file__).resolve().parent / "probes", self.folder / "probes"))

    def bare(self, name: str) -> Environment:
        """An environment with nothing in it but the padding."""
        if name not in self._made:
            made = make_venv(self.folder / "envs" / name, self.tools)
            write(made.site_packages, {PADDING_PTH: PADDING_LINE})
            self._made[name] = made
        return self._made[name]

    def made(self) -> list[Environment]:
        """The environments that have been made."""
        return list(self._made.values())

    def empty(self) -> Environment:
        """The floor: a ``.pth`` that calls an empty function of an empty module."""
        made = self.bare("empty-pth-module")
        files = {"_empty_bootstrap.py": "def init():\n    pass\n"}
        files["zzz_empty.pth"] = "import _empty_bootstrap; _empty_bootstrap.init()\n"
        write(made.site_packages, files)
        return made

    def ours(self, name: str = "ours") -> Environment:
        """dbx-patch, installed from its wheel."""
        new = name not in self._made
        made = self.bare(name)
        if new:
            made.install(self.wheel)
        return made

    def rival(self, name: str) -> Environment:
        """An environment with that rival, from the registry. Raises Unavailable."""
        made = self.bare(RIVALS[name].partition(">")[0])
        if name.startswith("virtualenv"):
            return self._virtualenvs_hook(made)
        self.registry(made.python, RIVALS[name])
        return made

    def _virtualenvs_hook(self, made: Environment) -> Environment:
        """The hook lies in what virtualenv makes, not in virtualenv: the files that it would put there."""
        shelf = self.folder / "virtualenv"
        self.registry(made.python, "--target", str(shelf), "--no-deps", "virtualenv")
        hook = next(shelf.rglob("_virtualenv.py"))
        shutil.copy(hook, made.site_packages)
        write(made.site_packages, {"_virtualenv.pth": "import _virtualenv"})
        return made

    def registry(self, python: str, *what: str) -> None:
        """Install from the registry. Raises Unavailable."""
        command = [str(self.tools / "bin/python"), "-m", "pip", "--python", python, "install", "-q", *what]
        done = subprocess.run(command, env=environ(), capture_output=True, text=True, check=False, timeout=600)
        if done.returncode:
            raise Unavailable((done.stderr.strip() or "pip failed").splitlines()[-1])


def add_distributions(site_packages: Path, count: int) -> None:
    """Have ``count`` installed distributions in a site folder, of the usual files; those already there count."""
    for number in range(count):
        if not (site_packages / f"dist_{number}").exists():
            record = "".join(f"dist_{number}/module_{i}.py,sha256=abc,100\n" for i in range(30))
            distribution(site_packages, f"dist_{number}", texts={"RECORD": record, "INSTALLER": "pip\n"})
            write(site_packages, {f"dist_{number}/__init__.py": ""})


def source_of(workspace: Path, number: int) -> Path:
    """Return the source folder of an editable install: what its path line names."""
    return workspace / USER / f"project {number}" / "src"


def editable_name(number: int) -> str:
    """Return the package of an editable install; they are on ``sys.path`` in the order of their numbers."""
    return f"acme_{number:03}"


def add_editables(site_packages: Path, workspace: Path, count: int, finders: bool = False) -> list[Path]:
    """Have exactly ``count`` editable installs in a site folder, as installers write them; returns the source folders.

    Shape A, and with ``finders`` each third one of shape B.
    """
    for old in [*site_packages.glob("acme_*"), *site_packages.glob("*_editable_*_acme_*")]:
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    sources = []
    for number in range(count):
        source, name = source_of(workspace, number), editable_name(number)
        write(source, {f"{name}/__init__.py": f"VALUE = {number}\n"})
        files = {}
        pth = f"_editable_impl_{name}_project.pth"
        if finders and number % 3 == 2:
            finder, pth = f"__editable___{name}_finder", f"__editable___{name}.pth"
            files[pth] = f"import {finder}; {finder}.install()"
            mapping = {name: str(source / name)}
            files[f"{finder}.py"] = _FINDER.format(mapping=mapping, name=name) + "def unused():\n    pass\n" * 100
        else:
            files[pth] = str(source)
        distribution(site_packages, f"{name}_project", [pth], project=source.parent)
        write(site_packages, files)
        sources.append(source)
    # What changed within the clock's tick counts as changed, and is read again at each look-up.
    os.utime(site_packages, (1_700_000_000 + count,) * 2)
    return sources
