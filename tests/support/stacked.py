"""Environments that are stacked, as a notebook's lies over the cluster's libraries; and pip in a cell, for them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from support.environments import Environment, library_of, make_venv, pip_for
from support.sessions import copy_of

# How the lower environment comes in: its own .pth files are not processed, or they are.
CHAININGS = {"path line": "{lower}\n", "addsitedir": "import site; site.addsitedir({lower!r})\n"}
_LINK = "lower_environments.pth"
_RUN = """
import os, subprocess
done = subprocess.run({command!r}, env={{**os.environ, **{env!r}}}, capture_output=True, text=True)
assert done.returncode == 0, done.stdout + done.stderr
"""

_DEPART = """
import os, pathlib, shutil
site = pathlib.Path({site!r})
for name in {names!r}:
    for old in site.glob(name + "-*.dist-info"):
        for line in (old / "RECORD").read_text().splitlines():
            (site / line.rsplit(",", 2)[0]).unlink()
        shutil.rmtree(old)
"""
_ARRIVE = """
for path in pathlib.Path({made!r}).iterdir():
    if path.name != "__pycache__":
        (shutil.copytree if path.is_dir() else shutil.copy)(path, site / path.name)
"""


@dataclass(frozen=True)
class Stack:
    """Two environments; ``upper`` is the notebook's own, and the one that runs."""

    upper: Environment
    lower: Environment

    def chain(self, chaining: str) -> Stack:
        """Put ``lower`` below ``upper``, in one of the CHAININGS."""
        text = CHAININGS[chaining].format(lower=str(self.lower.site_packages))
        (self.upper.site_packages / _LINK).write_text(text)
        return self

    def copy(self, folder: Path) -> Stack:
        """The same with an upper environment of its own, for a test that changes that."""
        return Stack(copy_of(self.upper, folder), self.lower)


def stack_in(folder: Path, tools: Path) -> Stack:
    """The stack that `make_stack` has made there."""
    return Stack(Environment(folder / "upper", tools), Environment(folder / "lower", tools))


def make_stack(folder: Path, tools: Path) -> Stack:
    """Two empty environments, not chained yet."""
    stack = stack_in(folder, tools)
    make_venv(stack.upper.folder, tools)
    make_venv(stack.lower.folder, tools)
    return stack


def command_cell(command: list[str], env: dict[str, str]) -> str:
    """A cell that runs an installer in a subprocess, and shows what it printed if it fails."""
    return _RUN.format(command=command, env=env)


def pip_cell(environment: Environment, *args: str) -> str:
    """A cell that runs pip as ``%pip`` does: in a subprocess, for the kernel's environment."""
    command = [*pip_for(environment.python, environment.tools), *args]
    env = {"PYTHONPATH": str(library_of(environment.tools)), "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return command_cell(command, env)


def install_cell(environment: Environment, project: Path) -> str:
    """``%pip install -e``."""
    return pip_cell(environment, "install", "-q", "--no-deps", "--no-build-isolation", "-e", str(project))


def arrival_cell(environment: Environment, project: Path, scratch: Path) -> str:
    """A cell in which an editable install's files come, and those of an earlier one go, at a tenth of pip's price.

    They come from a ``scratch`` environment, into which the project is installed before.
    """
    made = make_venv(scratch, environment.tools, watched=False)
    made.install_editable(project)
    names = [info.name.partition("-")[0] for info in made.site_packages.glob("*.dist-info")]
    return departure_cell(environment, *names) + _ARRIVE.format(made=str(made.site_packages))


def departure_cell(environment: Environment, *names: str) -> str:
    """A cell in which the files of distributions go, as their RECORD lists them: what ``%pip uninstall`` does."""
    return _DEPART.format(site=str(environment.site_packages), names=names)
