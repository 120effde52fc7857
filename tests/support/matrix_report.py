"""What the matrix of installers recorded, in a file for ``compat/table.py``.

A pytest plugin: ``tests/conftest.py`` has its hook, since xdist's master, which all tests report to, loads that alone.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

# Names a file for the properties that the matrix records: test id -> properties and outcome.
REPORT = os.environ.get("DBX_PATCH_MATRIX_REPORT")


class MatrixReport:
    """Not registered in xdist's workers."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._recorded: dict[str, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.user_properties and "tests/compat/" in report.nodeid:
            self._recorded[report.nodeid] = {**dict(report.user_properties), "outcome": report.outcome}

    def pytest_sessionfinish(self) -> None:
        self._file.write_text(json.dumps(list(self._recorded.values()), indent=1))


def pytest_configure(config: pytest.Config) -> None:
    if REPORT and not hasattr(config, "workerinput"):
        config.pluginmanager.register(MatrixReport(Path(REPORT)))
