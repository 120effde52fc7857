"""What a run may take and leave: time, files outside the tests' folders, changes of what tests share, space.

A pytest plugin: ``tests/conftest.py`` has its hooks. pytest removes what passed tests made (``pyproject.toml``), and
this removes what tests share; so only a failed test's own folder stays, for whoever looks into it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from support.environments import ROOT, changed

# Seconds for a test in one of these folders, where it has no mark of its own: what it shares with others is made by the
# first of them, which takes long. The others have pyproject.toml's.
LONG = {"compat": 1800, "faults": 1200, "real": 1800, "shipped": 900}
LEFT = 50 << 20  # bytes
# What several files of tests share. What one file makes for its own tests is that file's business.
OF_ALL = ("tools", "wheel", "installed", "notebook")


def outside() -> set[str]:
    """What lies where no test may write: at the file system's root, and in the checkout, less what tools keep there."""
    kept = (".git", "__pycache__", "build", "dist", *(f".{name}" for name in ("nox", "venv", "hypothesis")))
    found = {os.path.join("/", name) for name in os.listdir("/")}
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in kept and not name.endswith(("_cache", ".egg-info"))]
        found.update(os.path.join(folder, name) for name in [*folders, *files])
    return found


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder; a file that has several names counts once."""
    files = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            status = os.lstat(os.path.join(parent, name))
            files[status.st_ino] = status.st_size
    return sum(files.values())


class Limits:
    """What one run is held to. Not registered in xdist's workers: their master sees all of it."""

    _session: pytest.Session
    _base: Path

    def __init__(self) -> None:
        self._wrong: list[str] = []

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self._session = session
        self._base = session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]  # as xdist does
        self._before = outside()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Look at what tests share before pytest removes it, and remove it where pytest would keep it."""
        self._wrong += [f"a test wrote outside its own folder: {path}" for path in sorted(outside() - self._before)]
        for path in (path for name in OF_ALL for path in changed(self._base / "shared" / name)):
            self._wrong.append(f"a test changed what others share: {path}")
        shutil.rmtree(self._base / "shared", ignore_errors=True)
        self._judge()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """By now pytest has removed what it does not keep."""
        left = size_of(self._base)
        if left > LEFT:
            self._wrong.append(f"{left >> 20} MB are left in {self._base}, and not {LEFT >> 20}")
            self._judge()
        for line in self._wrong:
            terminalreporter.write_line(line, red=True)

    def _judge(self) -> None:
        if self._wrong:
            self._session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Limits())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        seconds = next((LONG[part] for part in item.path.parts if part in LONG), None)
        if seconds and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(seconds))
