"""What a user types and reads: the command line in real environments."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from support.environments import Environment, clean_environ

MAIN = "import sys; from dbx_patch.commands.cli import main; sys.exit(main(['verify', '--json']))"
ON = {"DATABRICKS_RUNTIME_VERSION": "17.3", "NO_COLOR": ""}


def command(environment: Environment, *args: str, options: tuple[str, ...] = (), **env: str) -> Any:
    """Run ``python -m dbx_patch ARGS`` as if on Databricks; nothing is asserted of the outcome."""
    line = [environment.python, *options, "-m", "dbx_patch", *args]
    return subprocess.run(line, env=clean_environ({**ON, **env}), capture_output=True, text=True, timeout=120)


def as_json(environment: Environment, *args: str, status: int = 0, **env: Any) -> Any:
    """Run a command with ``--json`` that must exit with ``status`` and print nothing else."""
    done = command(environment, *args, "--json", **env)
    assert done.returncode == status and done.stderr == "", done
    return json.loads(done.stdout)


def findings(environment: Environment, status: int = 1, **env: Any) -> dict[str, dict[str, str]]:
    """The findings of ``verify --json`` by their code; the last one of each."""
    return {found["code"]: found for found in as_json(environment, "verify", status=status, **env)["findings"]}


def copy_of(environment: Environment, folder: Path) -> Environment:
    """A copy of an environment, which is cheaper than a new one."""
    shutil.copytree(environment.folder, folder, symlinks=True)
    return Environment(folder, environment.tools)


def shell(line: str) -> None:
    """Paste a remedy into a shell."""
    subprocess.run(["sh", "-e", "-c", line], check=True, env=clean_environ(), timeout=120)


def fits(text: str, width: int = 80) -> bool:
    """Tell whether text fits a terminal. What is there to be pasted is never broken, so it may be longer."""
    return all(len(line) <= width or line.startswith("      ") for line in text.splitlines())


def reported(done: Any) -> dict[str, dict[str, str]]:
    """The findings by their code, of a process that ran ``MAIN`` after code of its own."""
    assert done.stderr == "", done.stderr
    text = done.stdout[done.stdout.index("{") :]  # after what that code has printed
    return {found["code"]: found for found in json.loads(text)["findings"]}
