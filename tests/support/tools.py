"""The environment with pip and the build backends: pinned, and made from files that are downloaded once."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from support.environments import TARGET, Environment, locked, run, target_version

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
    run([TARGET, "-m", "venv", folder])
    pip = [folder / "bin" / "python", "-m", "pip"]
    if NEWEST:
        run([*pip, "install", "-q", "--upgrade", "-r", NAMES])
    else:
        # not compiled: most of it is never imported
        run([*pip, "install", "-q", "--no-compile", "--no-index", "--find-links", wheels(pip), "-r", PINS])


def wheels(pip: list[Path | str]) -> Path:
    """Return the cache's folder with the pinned backends for the target interpreter; other pins have another folder."""
    digest = hashlib.sha256(PINS.read_bytes()).hexdigest()[:12]
    folder = cache() / "backends" / "{}.{}-{}".format(*target_version(), digest)
    with locked(folder):
        if not (folder / ".complete").exists():
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


def install_pytest(environment: Environment) -> None:
    """Install pytest into an environment, with all that it needs: what ``tools`` have of that does not count."""
    links = downloaded(str(environment.tools / "bin/python"), "pytest", ["pytest"])
    environment.install_found(links, "pytest")
