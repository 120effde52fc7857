"""No test waits for ever, changes what others share, or leaves much: timeouts, and what a run is held to."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Iterator

import pytest

from support.environments import ROOT
from support.workspaces import write

STARTING = ("run", "call", "check_call", "check_output", "getoutput", "getstatusoutput")
WAITING = {"communicate": 1, "wait": 0}  # and which of their arguments is the timeout


def unbounded(source: str) -> Iterator[int]:
    """The lines of calls that wait for a process, and have no timeout."""
    tree = ast.parse(source)
    starts_one = any(isinstance(node, ast.Attribute) and node.attr == "Popen" for node in ast.walk(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "subprocess":
            yield node.lineno  # what is called by another name would not be seen here
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner, called = node.func.value, node.func.attr
            starts = called in STARTING and isinstance(owner, ast.Name) and owner.id == "subprocess"
            limits = [keyword.value for keyword in node.keywords if keyword.arg == "timeout"]
            limits += node.args[WAITING[called] :] if called in WAITING else []
            bounded = limits and not (isinstance(limits[0], ast.Constant) and limits[0].value is None)
            if (starts or (starts_one and called in WAITING)) and not bounded:
                yield node.lineno


@pytest.mark.parametrize(
    "source, lines",
    [
        ("subprocess.run([1])\nsubprocess.check_output([1],\n env={})", [1, 2]),
        ("subprocess.run([1], timeout=None)\nsubprocess.run([1], **options)", [1, 2]),
        ("process = subprocess.Popen([1])\nprocess.wait()\nprocess.communicate()", [2, 3]),
        ("from subprocess import run", [1]),
        ("subprocess.run([1], timeout=1)\nsubprocess.Popen([1]).wait(timeout=2)\nsimulate().run()", []),
        ("one = subprocess.Popen([1])\none.wait(2)\none.communicate('', 2)\none.communicate('')", [4]),
    ],
)
def test_what_counts_as_unbounded(source: str, lines: list[int]) -> None:
    assert list(unbounded(source)) == lines


def test_every_process_that_the_tests_wait_for_has_a_timeout() -> None:
    files = [*ROOT.glob("tests/**/*.py"), ROOT / "noxfile.py"]
    found = [f"{file.relative_to(ROOT)}:{line}" for file in files for line in unbounded(file.read_text("utf-8"))]
    assert found == [] and len(files) > 150


def run_pytest(folder: Path, test: str) -> str:
    """Run one test file in a checkout of its own, with this one's settings and plugin; return what pytest printed."""
    config = (ROOT / "pyproject.toml").read_text()
    conftest = "from support.limits import pytest_collection_modifyitems, pytest_configure\n"
    conftest += "import support.limits\nsupport.limits.LEFT = 1 << 20\n"
    conftest += f"import pathlib\nsupport.limits.ROOT = pathlib.Path({str(folder / 'checkout')!r})\n"
    files = {"pyproject.toml": config, "tests/conftest.py": conftest, "tests/test_it.py": test}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "tests"]
    places = os.pathsep.join(str(ROOT / name) for name in ("tests", "src"))
    environ = {**os.environ, "PYTHONPATH": places, "PYTEST_DEBUG_TEMPROOT": str(folder)}
    (folder / "checkout").mkdir(parents=True)
    write(folder / "checkout", files)
    done = subprocess.run(command, cwd=folder / "checkout", env=environ, capture_output=True, text=True, timeout=120)
    return f"{done.returncode}\n{done.stdout}{done.stderr}"


def test_a_test_that_hangs_is_ended(tmp_path: Path) -> None:
    hangs = "import pytest, time\n@pytest.mark.timeout(1)\ndef test():\n    time.sleep(100)\n"
    assert "Timeout (>1.0s) from pytest-timeout" in run_pytest(tmp_path, hangs)
    every = "def test(request):\n    assert float(request.config.getini('timeout')) <= 600\n"
    assert run_pytest(tmp_path / "ini", every).startswith("0\n")


SHARED = """
import pytest
from support.environments import once
@pytest.fixture
def shared(tmp_path_factory):
    def make(folder):
        (folder / "kept").write_text("")
        (folder / "changed").write_text("")
    return once(tmp_path_factory.getbasetemp() / "shared/notebook", make)
"""


@pytest.mark.parametrize("what", ["(shared / 'more').touch()", "(shared / 'changed').write_text('x')"])
def test_a_test_that_changes_what_others_share_fails_the_run(tmp_path: Path, what: str) -> None:
    said = run_pytest(tmp_path, f"{SHARED}\ndef test(shared):\n    {what}\n")
    file = "more" if "more" in what else "changed"
    assert said.startswith("1\n") and "1 passed" in said
    assert f"a test changed what others share: {tmp_path}" in said and f"shared/notebook/{file}\n" in said
    said = run_pytest(tmp_path / "fine", f"{SHARED}\ndef test(shared):\n    (shared / 'kept').read_text()\n")
    assert said.startswith("0\n") and "others share" not in said


def test_what_passed_leaves_nothing_and_what_failed_not_much(tmp_path: Path) -> None:
    big = SHARED + "\ndef test(tmp_path, shared):\n    (tmp_path / 'big').write_bytes(bytes(3 << 20))\n"
    assert run_pytest(tmp_path, big).startswith("0\n")
    assert not list(tmp_path.rglob("big")) and not list(tmp_path.rglob("kept"))
    said = run_pytest(tmp_path / "failed", big + "    assert False\n")
    assert "3 MB are left in " in said and not list(tmp_path.rglob("kept"))
    assert len(list(tmp_path.rglob("big"))) == 1, "a failed test's own folder stays"


def test_a_file_outside_fails_the_run(tmp_path: Path) -> None:
    said = run_pytest(tmp_path, "import pathlib\ndef test():\n    pathlib.Path('stray').touch()\n")
    assert said.startswith("1\n") and f"a test wrote outside its own folder: {tmp_path}/checkout/stray" in said
