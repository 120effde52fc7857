"""In CI a test that is skipped fails, unless the list in `tests/support/skips.py` allows its reason."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.environments import ROOT, target_version
from support.skips import ALLOWED, may_skip
from support.workspaces import write

FILES = {
    "test_skips.py": """
import pytest
def test_allowed():
    pytest.skip("no Python 3.15 here")
def test_more_than_the_reason():
    pytest.skip("no Python 3.15 here, and no other either")
def test_tool_is_missing():
    pytest.importorskip("no_such_tool")
@pytest.mark.skipif(True, reason="marked")
def test_marked():
    pass
@pytest.fixture
def tool():
    pytest.skip("a fixture")
def test_fixture(tool):
    pass
@pytest.mark.xfail(reason="known")
def test_expected_to_fail():
    assert False
""",
    "test_whole_file.py": "import pytest\npytest.importorskip('no_such_tool')\n",
}


def outcome(folder: Path, ci: str) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "support.skips", "-p", "no:cacheprovider", "-rEf", "."]
    command.append("--continue-on-collection-errors")
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "tests"), "CI": ci}
    done = subprocess.run(command, cwd=write(folder, FILES), env=environ, capture_output=True, text=True, timeout=120)
    return done.stdout


def test_a_skip_that_is_not_allowed_fails_in_ci(tmp_path: Path) -> None:
    said = outcome(tmp_path, "true")
    assert "2 failed, 1 skipped, 1 xfailed, 3 errors" in said, said
    for test in ("more_than_the_reason", "tool_is_missing", "marked", "fixture"):
        assert f"test_skips.py::test_{test}" in said
    assert "does not allow it: could not import 'no_such_tool'" in said and "ERROR test_whole_file.py" in said


@pytest.mark.parametrize("ci", ["", "false"])
def test_elsewhere_a_missing_tool_skips(tmp_path: Path, ci: str) -> None:
    assert "6 skipped, 1 xfailed" in outcome(tmp_path, ci)


def test_a_reason_counts_as_a_whole_and_only_where_it_can_be_true() -> None:
    assert may_skip("no Python 3.15 here") and all(entry.why for entry in ALLOWED)
    for reason in ("", "no reason", "coverage has no release for this Python", "needs uv: pip install '.[real]'"):
        assert not may_skip(reason)
    assert may_skip("pkgutil.resolve_name came with Python 3.9") == (target_version() < (3, 9))
