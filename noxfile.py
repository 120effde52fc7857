"""``nox``: the tests on every CPython that is here, each over the built wheel in environments of that interpreter.

``nox -s "core(version='3.8')"`` runs one of them; ``nox -s real`` those on parts that no one here wrote.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import nox

VERSIONS = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15"]

nox.options.default_venv_backend = "venv"
nox.options.sessions = ["core"]


def interpreter(version: str) -> str | None:
    """Return a CPython of this version that starts: one on PATH, or pyenv's newest."""
    root = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    candidates = [shutil.which("python" + version), *sorted(Path(root).glob(f"versions/{version}.*/bin/python"))]
    for candidate in reversed(candidates):
        code = "import sys; sys.exit(sys.implementation.name != 'cpython' or '%d.%d' % sys.version_info[:2] != {!r})"
        if candidate and subprocess.run([candidate, "-c", code.format(version)], capture_output=True).returncode == 0:
            return str(candidate)
    return None


@nox.session
@nox.parametrize("version", VERSIONS)
def core(session: nox.Session, version: str) -> None:
    """The core tests with ``version``; pytest itself runs on the interpreter that runs nox."""
    target = interpreter(version)
    if target is None:
        session.skip(f"no CPython {version} here")
    session.install(".[test]")
    session.run("pip", "uninstall", "-q", "-y", "dbx-patch")  # what is tested is the wheel in the target's environments
    session.run("pytest", "-q", "-n", "2", "-m", "core", *session.posargs, env={"DBX_PATCH_TEST_PYTHON": target})


@nox.session
def real(session: nox.Session) -> None:
    """Real kernels, Spark, installers and other people's hooks."""
    session.install(".[test,real,spark]")
    session.run("pip", "uninstall", "-q", "-y", "dbx-patch")
    paths = ("tests/real", "tests/test_installing.py", "tests/test_pep829.py")
    session.run("pytest", "-q", "-n", "2", *paths, *session.posargs)
