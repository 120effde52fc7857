"""What these tests count is shown at the end of a run: how many faults, rounds, mutants were tried."""

from __future__ import annotations

from collections import Counter

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    counted: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                for name, value in report.user_properties:
                    if isinstance(value, int):
                        counted[name] += value
    if counted:
        terminalreporter.section("tried")
        for name, value in sorted(counted.items()):
            terminalreporter.write_line(f"{value:8} {name}")
