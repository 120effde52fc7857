"""``nox``: the tests on every CPython that is here, each over the built wheel in environments of that interpreter.

``nox`` runs the core on each of them, and the unit tests in each, ``nox -s whole`` all of the test command,
``nox -s "whole(version='3.8')"`` on one of them, ``-k "core and not own"`` leaves out the one that runs nox;
``nox -s real`` is what runs on parts that no one here wrote. With ``--no-venv`` the environment that runs nox runs the
tests, and has to have the extras.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nox

OWN = "{}.{}".format(*sys.version_info)  # of the interpreter that runs nox, which the plain test command tests
SUPPORTED = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15")
VERSIONS = [nox.param(version, tags=["own"] if version == OWN else []) for version in SUPPORTED]

FILES = [file for file in sorted(Path("tests").glob("*/test_*.py")) if file.parent.name != "faults"]
# Those that have tests of the core: to collect all the others takes as long as to run these
CORE = [str(file) for file in FILES if "pytest.mark.core" in file.read_text("utf-8")]

HEADER = ("--custom-compile-command", "nox -s raise_backends", "--no-annotate")

nox.options.default_venv_backend = "venv"
nox.options.sessions = ["core", "units"]


def interpreter(version: str) -> str | None:
    """Return a CPython of this version that starts: one on PATH, or pyenv's newest."""
    root = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    candidates = [shutil.which("python" + version), *sorted(Path(root).glob(f"versions/{version}.*/bin/python"))]
    for candidate in reversed(candidates):
        code = "import sys; sys.exit(sys.implementation.name != 'cpython' or '%d.%d' % sys.version_info[:2] != {!r})"
        command = [candidate, "-c", code.format(version)]
        if candidate and subprocess.run(command, capture_output=True, timeout=60).returncode == 0:
            return str(candidate)
    return None


def install(session: nox.Session, extras: str) -> None:
    """Have what the tests need; of dbx-patch itself only the wheel is tested, in environments that the tests make."""
    if session.virtualenv.is_sandboxed:
        session.install(f".[{extras}]")
        session.run("pip", "uninstall", "-q", "-y", "dbx-patch")


def on(session: nox.Session, version: str, *arguments: str) -> None:
    """Run pytest for environments of ``version``; pytest itself runs on the interpreter that runs nox."""
    target = interpreter(version)
    if target is None:
        session.skip(f"no CPython {version} here")
    command = ("python", "-m", "pytest", "-q", "-n", "2", *arguments, *session.posargs)
    session.run(*command, env={"DBX_PATCH_TEST_PYTHON": target})


@nox.session
@nox.parametrize("version", VERSIONS)
def core(session: nox.Session, version: str) -> None:
    """The core tests on ``version``."""
    install(session, "test")
    on(session, version, "-m", "core", *CORE)


@nox.session
@nox.parametrize("version", VERSIONS)
def units(session: nox.Session, version: str) -> None:
    """Parsers, index and the rules of user code by ``version`` itself: these tests run in pytest's own process."""
    target = interpreter(version)
    if target is None:
        session.skip(f"no CPython {version} here")
    folder = Path(session.cache_dir) / f"units-{version}"  # create_tmp() would move the tests' TMPDIR into the checkout
    extras = nox.project.load_toml("pyproject.toml")["project"]["optional-dependencies"]
    needed = [name for name in extras["test"] if name.startswith(("pytest", "hypothesis"))]
    if session.virtualenv.is_sandboxed:
        session.install("uv")
    session.run("uv", "venv", "-q", "--clear", "--python", target, str(folder))
    session.run("uv", "pip", "install", "-q", "--python", f"{folder}/bin/python", *needed)
    rooms = (str(path) for path in Path("tests/unit").iterdir() if path.is_dir() and path.name != "__pycache__")
    paths = (
        *sorted(rooms),
        "tests/unit/test_pth_processor.py",
        "tests/hostile/test_whose_code.py",
        "tests/hostile/test_fuzzed_site.py",
    )
    command = (f"{folder}/bin/python", "-m", "pytest", "-q", "-n", "2", *paths, *session.posargs)
    session.run(*command, env={"DBX_PATCH_TEST_PYTHON": None}, external=True)


@nox.session
@nox.parametrize("version", VERSIONS)
def whole(session: nox.Session, version: str) -> None:
    """The whole test command on ``version``, with every installer of the matrix that is for it."""
    install(session, "test,compat,trust")
    on(session, version)


@nox.session
def real(session: nox.Session) -> None:
    """Real kernels, Spark's workers and other people's hooks."""
    install(session, "test,real,spark")
    paths = ("tests/real", "tests/process/test_installing.py", "tests/process/test_pep829.py")
    session.run("python", "-m", "pytest", "-q", "-n", "2", *paths, *session.posargs)


@nox.session
def databricks(session: nox.Session) -> None:
    """Databricks' own published code: every line of releases that there is a Python for."""
    install(session, "test,databricks")
    command = ("python", "-m", "pytest", "-q", "-n", "2", "tests/real/databricks", *session.posargs)
    session.run(*command, env={"DBX_PATCH_DATABRICKS": "all"})


@nox.session
@nox.parametrize("end", ["oldest", "newest"])
def faults(session: nox.Session, end: str) -> None:
    """Injected faults, races and mutated runtimes, on the oldest and the newest CPython of this machine.

    Each has the races, and half of the faults and of the runtimes.
    """
    here = [version for version in SUPPORTED if interpreter(version)]
    if end == "newest" and len(here) == 1:
        session.skip(f"CPython {here[0]} is the oldest, too")
    install(session, "test")
    session.env["DBX_PATCH_TEST_SHARE"] = "1/1" if len(here) == 1 else "1/2" if end == "oldest" else "2/2"
    on(session, here[0] if end == "oldest" else here[-1], "--dist", "worksteal", "tests/faults")


@nox.session
def newest(session: nox.Session) -> None:
    """The test command with the newest build backends in place of the pinned ones."""
    install(session, "test")
    command = ("python", "-m", "pytest", "-q", "-n", "2", *session.posargs)
    session.run(*command, env={"DBX_PATCH_TEST_BACKENDS": "newest"})


@nox.session
def mutants(session: nox.Session) -> None:
    """A sample of mutants of the engine, and which of them the tests catch; exit 1 if one survived. Takes hours."""
    install(session, "test")
    session.run("python", "-m", "tests.mutation", *session.posargs)


@nox.session
def raise_backends(session: nox.Session) -> None:
    """Pin the newest build backends that there are for each Python."""
    if session.virtualenv.is_sandboxed:
        session.install("uv")
    files = ("tests/support/backends.in", "-o", "tests/support/backends.txt")
    session.run("uv", "pip", "compile", "-q", "--upgrade", "--universal", "--python-version", "3.8", *HEADER, *files)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """The table of what it costs; exit 1 if a budget is missed."""
    install(session, "test")
    session.run("python", "-m", "tests.benchmarks", *session.posargs)
