"""Fixtures for the tests on Databricks' published code, and what they found, for ``table.py``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from real.databricks.helpers import cache, locked, once
from real.databricks.releases import LIBRARIES, LINES, Release, Unavailable, chosen, fetch, make_tools
from real.databricks.running import Machine
from real.databricks.worlds import World, make_world

# Names a file for the properties that the tests record, from which the table is made.
REPORT = os.environ.get("DBX_PATCH_DATABRICKS_REPORT")
_recorded: list[dict[str, Any]] = []


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "line" in metafunc.fixturenames:
        # one of xdist's workers for a line, where they are told to go by groups
        lines = [pytest.param(line, marks=pytest.mark.xdist_group(line)) for line in chosen()]
        metafunc.parametrize("line", lines, scope="session")


def attempted(folder: Path, attempt: Any) -> Path:
    """Have ``attempt`` made once a run in ``folder``; where it raised Unavailable, skip with its reason."""

    def make(at: Path) -> None:
        try:
            attempt(at)
        except Unavailable as reason:
            (at / "unavailable").write_text(str(reason))

    once(folder, make)
    if (folder / "unavailable").exists():
        pytest.skip((folder / "unavailable").read_text())
    return folder


@pytest.fixture(scope="session")
def python(line: str, shared: Path) -> Path:
    """The folder of what is for this release's Python, with its ``tools``."""
    version = LINES[line]
    folder = shared / "databricks" / f"python{version}"
    attempted(folder / "ready", lambda at: make_tools(at / "tools", version))
    return folder


@pytest.fixture(scope="session")
def release(line: str, python: Path, shared: Path) -> Release:
    def attempt(at: Path) -> None:
        found = fetch(line, str(python / "ready/tools/bin/python"))
        (at / "release.json").write_text(json.dumps([found.version, str(found.folder)]))

    folder = attempted(shared / "databricks" / line / "release", attempt)
    version, unpacked = json.loads((folder / "release.json").read_text())
    return Release(line, version, Path(unpacked))


@pytest.fixture(scope="session")
def outcomes(line: str, release: Release, python: Path, wheel: Path, shared: Path) -> dict[str, dict[str, Any]]:
    """What every scenario's probes found in this release, without and with dbx-patch."""
    found: dict[str, dict[str, Any]] = {"plain": {}, "patched": {}}
    for name, mounted in (("workspace", False), ("mount", True)):
        world = World(python / name, python / "ready/tools")
        wheels = cache() / "wheels" / LINES[line]
        once(world.folder, lambda _, w=world, m=mounted, d=wheels: make_world(w, wheel, d, LIBRARIES, m))
        for patched in (False, True):

            def run(at: Path, world: World = world, mounted: bool = mounted, patched: bool = patched) -> None:
                with locked(world.folder):  # the tests' own new modules are others' changed folders
                    outcome = Machine(release, world, at, mounted).outcomes(patched)
                (at / "outcomes.json").write_text(json.dumps(outcome))

            kind = "patched" if patched else "plain"
            folder = once(shared / "databricks" / line / f"{name}-{kind}", run)
            found[kind].update(json.loads((folder / "outcomes.json").read_text()))
    return found


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and dict(report.user_properties).get("scenario"):
        _recorded.append({**dict(report.user_properties), "outcome": report.outcome})


def pytest_sessionfinish(session: pytest.Session) -> None:
    if REPORT and not hasattr(session.config, "workerinput"):  # pytest-xdist's workers report to their master
        Path(REPORT).write_text(json.dumps(_recorded, indent=1))
