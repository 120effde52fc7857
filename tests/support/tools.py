"""The environment with pip and the build backends: pinned, and made from files that are downloaded once."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Iterable

from support.environments import TARGET, Environment, clean_environ, run

NAMES = Path(__file__).with_name("backends.in")
PINS = NAMES.with_suffix(".txt")  # made from the names by `nox -s raise_backends`
CACHE = "DBX_PATCH_TEST_CACHE"
NEWEST = os.environ.get("DBX_PATCH_TEST_BACKENDS") == "newest"


def cache() -> Path:
    """Return the folder for what is downloaded: never within the checkout."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(os.environ.get(CACHE) or os.path.join(base, "dbx-patch-tests"))


def make_tools(folder: Path) -> None:
    """An environment of the target interpreter with pip and the build backends.

    Pip is pinned too: the one that an interpreter brings takes twice as long to start.
    """
    run([TARGET, "-m", "venv", "--without-pip", folder])
    python = Environment(folder, folder).python
    if NEWEST:
        fetch(python, ["-r", str(NAMES)])
    else:
        fetch(python, ["--only-binary", ":all:", "-r", str(PINS)], pinned=True)


def fetch(python: str, requirements: Iterable[str], target: Path | None = None, *, pinned: bool = False) -> None:
    """Have uv install the newest ``requirements`` that there are; where no index answers, those of its cache.

    Into a folder of their own where ``target`` names one. What is ``pinned`` is asked for only if the cache lacks it.
    """
    place = ["--target", str(target)] if target else []
    install = [sys.executable, "-m", "uv", "pip", "install", "-q", "--link-mode", "copy", "--python", python]
    command = [*install, *place, *requirements]
    env = clean_environ({"UV_CACHE_DIR": str(cache() / "uv"), "UV_PYTHON_DOWNLOADS": "never"})
    ways = [[*command, "--offline"], command]
    first, second = ways if pinned else reversed(ways)
    try:
        run(first, env=env)
    except AssertionError:
        run(second, env=env)
