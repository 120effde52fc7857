"""Fixtures: the wheel, environments, workspaces; the expensive ones are made once for all xdist workers."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from support import limits, matrix_report
from support.environments import Environment, build_wheel, make_venv, once
from support.kernels import furnish, notebook, own_notebook
from support.limits import pytest_collection_modifyitems
from support.sessions import copy_of
from support.skips import pytest_make_collect_report, pytest_runtest_makereport
from support.state import import_state
from support.tools import make_tools
from support.workspaces import Workspace

# fixtures and hooks that live in `support`
__all__ = [
    "furnish",
    "import_state",
    "notebook",
    "own_notebook",
    "pytest_collection_modifyitems",
    "pytest_make_collect_report",
    "pytest_runtest_makereport",
]


def pytest_configure(config: pytest.Config) -> None:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each process under test compiles all that it loads
    limits.pytest_configure(config)
    matrix_report.pytest_configure(config)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Give a file's tests to one worker, largest files first: it makes what they share, and no other waits for that."""
    if config.getoption("dist") != "load":
        return None
    from xdist.scheduler import LoadFileScheduling

    return LoadFileScheduling(config, log)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "shared"


@pytest.fixture(scope="session")
def tools(shared: Path) -> Path:
    kept = os.environ.get("DBX_PATCH_TEST_TOOLS")  # of an earlier run: for many runs in a row
    return Path(kept) if kept else once(shared / "tools", make_tools)


@pytest.fixture(scope="session")
def wheel(shared: Path, tools: Path) -> Path:
    folder = once(shared / "wheel", lambda made: build_wheel(made, tools) and None)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def installed(shared: Path, tools: Path, wheel: Path) -> Environment:
    """An environment with dbx-patch; tests that change one take a copy."""

    def make(folder: Path) -> None:
        make_venv(folder / "env", tools).install(wheel)

    return Environment(once(shared / "installed", make) / "env", tools)


@pytest.fixture
def environment(installed: Environment, tmp_path: Path) -> Environment:
    """An environment with dbx-patch installed from its wheel, for one test."""
    return copy_of(installed, tmp_path / "env")


@pytest.fixture
def bare(tmp_path: Path, tools: Path) -> Environment:
    """A fresh environment without dbx-patch."""
    return make_venv(tmp_path / "bare", tools)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path).create()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show how many faults, rounds, mutants, inputs were tried: tests record those as properties that are numbers."""
    counted: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                counted.update({name: value for name, value in report.user_properties if type(value) is int})
    if counted:
        terminalreporter.section("tried")
        for name, value in sorted(counted.items()):
            terminalreporter.write_line(f"{value:10,} {name}")
