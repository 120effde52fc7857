"""What the suite takes from the other tests' helpers, in one place."""

from __future__ import annotations

from support.environments import ROOT, Environment, clean_environ, locked, once, run
from support.tools import CACHE, PINS, cache
from support.workspaces import SETUPTOOLS, flat_project, package, src_project, write

__all__ = [
    "CACHE",
    "PINS",
    "ROOT",
    "SETUPTOOLS",
    "Environment",
    "cache",
    "clean_environ",
    "flat_project",
    "locked",
    "once",
    "package",
    "run",
    "src_project",
    "write",
]
