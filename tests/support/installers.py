"""pip and uv behind one face: install from files, for an environment's interpreter, with no network."""

from __future__ import annotations

from pathlib import Path
from typing import Mapping

import pytest

from support.environments import TARGET, Environment, clean_environ, pip_for, run


class Pip:
    """The ``pip`` of the tools environment."""

    def __init__(self, tools: Path) -> None:
        self._tools = tools

    def __call__(self, python: str, action: str, *args: str | Path, env: Mapping[str, str] | None = None) -> None:
        confirm = ["-y"] if action == "uninstall" else ["--no-index"]
        run([*pip_for(python, self._tools), action, "-q", *confirm, *args], env=clean_environ(env))


class Uv:
    """``uv pip``."""

    def __init__(self, cache: Path) -> None:
        uv = pytest.importorskip("uv", reason="needs uv: pip install '.[real]'")
        self._command = [uv.find_uv_bin(), "pip"]
        self._cache = cache

    def __call__(self, python: str, action: str, *args: str | Path, env: Mapping[str, str] | None = None) -> None:
        offline = [] if action == "uninstall" else ["--offline", "--no-index"]
        environ = clean_environ({"UV_CACHE_DIR": str(self._cache), "UV_NO_CONFIG": "1", **(env or {})})
        run([*self._command, action, "-q", "--python", python, *offline, *args], env=environ)


def base_interpreter() -> str:
    """The interpreter that environments are made from: one whose user site is enabled."""
    code = "import sys; print(getattr(sys, '_base_executable', sys.executable))"
    return run([TARGET, "-c", code]).stdout.strip()


def listing(environment: Environment) -> set[str]:
    """Every file of an environment, bytecode and uv's own lock aside."""
    files = {str(p.relative_to(environment.folder)) for p in environment.folder.rglob("*") if p.is_file()}
    return {name for name in files if "__pycache__" not in name and name != ".lock"}
