"""Which tests may be skipped in CI, and why. With ``CI=true``, any other skip fails.

A pytest plugin: ``tests/conftest.py`` has its hooks. A test that is skipped tests nothing, so a tool that CI has lost
must not turn tests into skips that nobody reads. Elsewhere a missing tool skips a test, and pytest lists it.
"""

from __future__ import annotations

import os
import re
import sys
from typing import Any, Callable, Generator, NamedTuple

import pytest

from support.environments import TARGET, target_version


class Allowed(NamedTuple):
    """``reason`` is a regular expression for all of a skip's reason; ``applies`` tells whether it can be true here."""

    reason: str
    why: str
    applies: Callable[[], bool] = lambda: True


ALLOWED = (
    Allowed(r"no Python 3\.15 here", "few machines have a release that is so new"),
    Allowed(r"no CPython 3\.\d+ here", "not every machine has the Pythons of all releases of Databricks"),
    Allowed(
        r"Python 3\.15 and later call no load_module", "importlib has dropped it", lambda: target_version() >= (3, 15)
    ),
    Allowed(
        r"pkgutil\.resolve_name came with Python 3\.9",
        "what emulates PEP 829 needs it",
        lambda: target_version() < (3, 9),
    ),
    Allowed(
        r"IPython is installed for the interpreter of the tests only",
        "the tests' own packages cannot be imported by another Python",
        lambda: sys.executable != TARGET,
    ),
    Allowed(
        r"(importpatch|metapathology) has no release for this Python",
        "PACKAGES in real/houses.py asks for it on later ones only",
        lambda: target_version() < (3, 10),
    ),
    Allowed(
        r"\w+ is not installed \(extra `trust`\)",
        "the tools of that extra have no release for it",
        lambda: sys.version_info < (3, 11),
    ),
    Allowed(r"[\w-]+ is not for Python 3\.\d+", "a backend's row of the matrix says which Pythons it is for"),
    Allowed(r"not before \d+(\.\d+)*", "a scenario that older releases of Databricks do not have"),
    Allowed(r"nothing is watched here", "a scenario without a callback; the others have one"),
    Allowed(r"there is no (zsh|fish)", "shells that not every machine has; bash it has to have"),
    Allowed(r"no node to click with", "a program that no extra brings"),
    Allowed(r"no IPython here", "the unit tests need pytest and hypothesis alone"),
    Allowed(r"no browser to look with", "a program that no extra brings"),
    Allowed(
        r"the newest backends are not the pinned ones",
        "`nox -s newest` is for what is not pinned",
        lambda: os.environ.get("DBX_PATCH_TEST_BACKENDS") == "newest",
    ),
    Allowed(r"needs Java 17 or later", ".ci/run tries to install it, and says so if it cannot"),
    Allowed(
        r"this Python has no PyConfig, or no library to link with", "some Pythons are installed without their headers"
    ),
)


def may_skip(reason: str) -> bool:
    return any(re.fullmatch(entry.reason, reason) and entry.applies() for entry in ALLOWED)


def _judge(report: Any) -> None:
    """Turn a report of a skip that is not allowed into one of a failure."""
    if os.environ.get("CI", "").lower() != "true" or not report.skipped or hasattr(report, "wasxfail"):
        return
    path, line, message = report.longrepr
    reason = message.partition(": ")[2] if message.startswith("Skipped: ") else message
    if not may_skip(reason):
        report.outcome = "failed"
        report.longrepr = f"{path}:{line}: skipped, and tests/support/skips.py does not allow it: {reason}"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, None]:
    _judge((yield).get_result())


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, None]:
    """A whole file can be skipped while it is collected."""
    _judge((yield).get_result())
