"""The site that all tests here share, and what they found, for ``table.py``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from compat.compat_site import Site, make_site

# Names a file for the properties that the matrix records: test id -> properties and outcome.
REPORT = os.environ.get("DBX_PATCH_MATRIX_REPORT")
_recorded: dict[str, dict[str, Any]] = {}


@pytest.fixture(scope="session")
def site(shared: Path, wheel: Path) -> Site:
    return make_site(shared, wheel)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and report.user_properties:
        _recorded[report.nodeid] = {**dict(report.user_properties), "outcome": report.outcome}


def pytest_sessionfinish(session: pytest.Session) -> None:
    if REPORT and not hasattr(session.config, "workerinput"):  # pytest-xdist's workers report to their master
        Path(REPORT).write_text(json.dumps(list(_recorded.values()), indent=1))
