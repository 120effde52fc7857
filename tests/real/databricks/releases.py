"""Databricks' published wheels, one for each line of releases, and the interpreters that they are for.

Their licence is proprietary: they are downloaded for a run, unpacked into a cache folder outside the checkout, and run
as they are. Nothing of them is kept here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from real.databricks.helpers import PINS, cache, clean_environ, locked, run

# line -> the Python of that runtime; the last release of each line is taken
LINES = {"13.3": "3.10", "14.3": "3.10", "15.4": "3.11", "16.1": "3.12", "17.3": "3.12", "18": "3.12", "19": "3.12"}
OLDEST, NEWEST = next(iter(LINES)), list(LINES)[-1]
# ``all``, or lines with commas between them; unset: the oldest and the newest
CHOICE = "DBX_PATCH_DATABRICKS"
# What goes into the environments under test, and what builds the projects: wheels of the package index
LIBRARIES = ("py4j==0.10.9.7", "setuptools", "wrapt")  # py4j and setuptools: pyspark imports them
BACKENDS = ("hatchling", "setuptools", "wheel", "editables")


class Unavailable(Exception):
    """A release cannot be had on this machine; the message says why."""


@dataclass(frozen=True)
class Release:
    """An unpacked wheel: ``folder`` has its ``pyspark``, as Spark's ``python`` folder has it on Databricks."""

    line: str
    version: str
    folder: Path

    @property
    def numbers(self) -> tuple[int, ...]:
        return numbers(self.version)


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def chosen() -> list[str]:
    """Return the lines to test; ValueError for one that is not known."""
    choice = os.environ.get(CHOICE, "").strip()
    lines = list(LINES) if choice == "all" else [word.strip() for word in choice.split(",") if word.strip()]
    unknown = set(lines) - set(LINES)
    if unknown:
        raise ValueError(f"{CHOICE}: no such line of releases: {', '.join(sorted(unknown))}")
    return lines or [OLDEST, NEWEST]


def interpreter(version: str) -> str:
    """Return a CPython of this version that starts: one on PATH, or pyenv's newest."""
    root = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    candidates = [shutil.which("python" + version), *sorted(Path(root).glob(f"versions/{version}.*/bin/python"))]
    code = "import sys; sys.exit(sys.implementation.name != 'cpython' or '%d.%d' % sys.version_info[:2] != {!r})"
    for candidate in reversed(candidates):
        if (
            candidate
            and subprocess.run([candidate, "-c", code.format(version)], capture_output=True, timeout=900).returncode
            == 0
        ):
            return str(candidate)
    raise Unavailable(f"no CPython {version} here")


def download(python: str, folder: Path, *requirements: str) -> None:
    """Have wheels for ``python`` in ``folder``; Unavailable where neither the package index nor the cache has them."""
    command = [python, "-m", "pip", "download", "-q", "--only-binary", ":all:", "-d", str(folder)]
    reason = ""
    for offline in ([], ["--no-index", "--find-links", str(folder)]):
        done = subprocess.run(
            [*command, *offline, *requirements], env=clean_environ(), capture_output=True, text=True, timeout=900
        )
        if done.returncode == 0:
            return
        reason = reason or done.stderr.strip().rpartition("\n")[2]
    raise Unavailable(f"{requirements[-1]} is neither cached in {folder} nor to be had: {reason}")


def fetch(line: str, python: str) -> Release:
    """Return the newest release of a line, downloaded and unpacked unless the cache has it; or raise Unavailable."""
    folder = cache() / "databricks-connect" / line
    with locked(folder):
        download(python, folder, "--no-deps", f"databricks-connect=={line}.*")
        wheels = {wheel.name.split("-")[1]: wheel for wheel in folder.glob("databricks_connect-*.whl")}
        version = max(wheels, key=numbers)
        unpacked = folder / version
        if not unpacked.exists():
            with tempfile.TemporaryDirectory(dir=folder) as temporary:
                with zipfile.ZipFile(wheels[version]) as archive:
                    archive.extractall(Path(temporary) / "wheel")
                os.rename(Path(temporary) / "wheel", unpacked)
    return Release(line, version, unpacked)


def make_tools(folder: Path, version: str) -> None:
    """An environment of CPython ``version`` with pip and the build backends; ``wheels`` beside it has libraries."""
    python = interpreter(version)
    wheels = cache() / "wheels" / version
    with locked(wheels):
        download(python, wheels, "-c", str(PINS), *BACKENDS, *LIBRARIES)
    run([python, "-m", "venv", folder])
    install = [folder / "bin/python", "-m", "pip", "install", "-q", "--no-index", "--find-links", wheels]
    run([*install, "-c", PINS, *BACKENDS])
