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


def install_copy(environment: Environment, project: Path) -> None:
    """Install a project as a wheel would be."""
    environment.install("--no-build-isolation", project)


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
