"""The environment with pip and the build backends: pinned, and made from files that are downloaded once."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Iterable

from support.environments import TARGET, Environment, clean_environ, library_of, locked, run, target_version

NAMES = Path(__file__).with_name("backends.in")
PINS = NAMES.with_suffix(".txt")  # made from the names by `nox -s raise_backends`
CACHE = "DBX_PATCH_TEST_CACHE"
NEWEST = os.environ.get("DBX_PATCH_TEST_BACKENDS") == "newest"


def cache() -> Path:
    """Return the folder for what is downloaded: never within the checkout."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(os.environ.get(CACHE) or os.path.join(base, "dbx-patch-tests"))


def make_tools(folder: Path) -> None:
    """An environment of the target interpreter with pip and the build backends."""
    if NEWEST:
        run([TARGET, "-m", "venv", folder])
        run([folder / "bin/python", "-m", "pip", "install", "-q", "--upgrade", "-r", NAMES])
        return
    pinned = wheels()
    run([TARGET, "-m", "venv", "--without-pip", folder])
    for wheel in pinned.glob("*.whl"):  # all of them nothing but Python, so that unpacking is a tenth of installing
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(library_of(folder))


def wheels() -> Path:
    """Return the cache's folder with pip and the pinned backends for the target; other pins have another folder.

    Pip is pinned too: the one that an interpreter brings takes twice as long to start.
    """
    digest = hashlib.sha256(PINS.read_bytes()).hexdigest()[:12]
    folder = cache() / "backends" / "{}.{}-{}".format(*target_version(), digest)
    with locked(folder), tempfile.TemporaryDirectory() as scratch:
        if not (folder / ".complete").exists():
            run([TARGET, "-m", "venv", scratch])
            pip = [Path(scratch) / "bin/python", "-m", "pip"]
            run([*pip, "download", "-q", "--only-binary", ":all:", "-d", folder, "-r", PINS])
            (folder / ".complete").touch()
    return folder


def cached(name: str) -> Path:
    """Return the cache's folder of this name with wheels for the target interpreter."""
    return cache() / name / "{}.{}".format(*target_version())


def downloaded(python: str, name: str, requirements: list[str]) -> Path:
    """Have wheels of the newest ``requirements`` in :func:`cached`; where no index answers, the older ones serve."""
    folder = cached(name)
    command = [python, "-m", "pip", "wheel", "-q", "-w", folder, "--find-links", folder]
    with locked(folder):
        try:
            run([*command, *requirements])
        except AssertionError:
            run([*command, "--no-index", *requirements])
    return folder


def fetch(python: str, requirements: Iterable[str], target: Path | None = None) -> None:
    """Have uv install the newest ``requirements`` that there are; where no index answers, those of its cache.

    Into a folder of their own where ``target`` names one. Nothing is asked where all of them are there.
    """
    place = ["--target", target] if target else []
    command = [sys.executable, "-m", "uv", "pip", "install", "-q", "--python", python, *place, *requirements]
    env = clean_environ({"UV_CACHE_DIR": str(cache() / "uv"), "UV_PYTHON_DOWNLOADS": "never"})
    try:
        run(command, env=env)
    except AssertionError:
        run([*command, "--offline"], env=env)


def install_pytest(environment: Environment) -> None:
    """Install pytest into an environment, with all that it needs: what ``tools`` have of that does not count."""
    links = downloaded(str(environment.tools / "bin/python"), "pytest", ["pytest"])
    environment.install_found(links, "pytest")
