"""`python -m tests.runtimes` prints each difference between a report and the simulated runtimes, and no others."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runtimes import comparing
from support.environments import ROOT, clean_environ
from support.kernels import ERAS, Notebook
from support.selftests import report_of


def compared(report: dict[str, Any], folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    file = folder / "report.json"
    file.write_text(json.dumps({"schema": 1, **report}))
    command = [sys.executable, "-m", "tests.runtimes", str(file), "--without-published", *options]
    return subprocess.run(command, cwd=ROOT, env=clean_environ(), capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("era", ERAS)
def test_a_simulated_runtimes_own_report_has_no_difference(own: Notebook, era: str, tmp_path: Path) -> None:
    done = compared(report_of(own, runtime=era), tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert f"simulated as {era}." in done.stdout and done.stdout.endswith("No difference.\n")
    assert "not tried: executors" in done.stdout and "from site; its .pth files: processed" in done.stdout


def test_each_difference_is_a_line(own: Notebook, tmp_path: Path) -> None:
    report = report_of(own, runtime="modern")
    hook = report["fingerprint"]["modules"]["dbruntime.workspace_import_machinery"]
    hook["attributes"]["_WorkspacePathEntryFinder.find_spec"] = "(self, fullname, target=None, strict=False)"
    hook["attributes"]["_WorkspacePathEntryFinder._is_user_import"] = None
    hook["names"] = ["_from_user"]
    report["fingerprint"]["modules"]["dbruntime.pythonPathHook"]["state"] = "absent"
    report["fingerprint"]["meta_path"].insert(1, "dbruntime.Newcomer.Finder")
    report["promises"][6].update(verdict="fails", reason="no luck")
    done = compared(report, tmp_path)
    lines = [line for line in done.stdout.splitlines() if line.startswith("differs: ")]
    assert done.returncode == 1 and len(lines) == 6, done.stdout
    for words in ("strict=False", "_is_user_import is missing", "it has _from_user", "pythonPathHook: is absent"):
        assert words in done.stdout
    assert "dbruntime.Newcomer.Finder" in done.stdout and "promise library: no luck" in done.stdout


def test_a_file_that_is_no_report(tmp_path: Path) -> None:
    for number, wrong in enumerate(({"schema": 2}, {"fingerprint": 1}, {"fingerprint": {}})):
        done = compared(wrong, tmp_path)
        assert done.returncode == 2 and "is no report of the self-test" in done.stderr, number


def test_a_hook_that_differs_from_the_published_one(own: Notebook) -> None:
    fingerprint = report_of(own, runtime="legacy")["fingerprint"]
    name = "dbruntime.wsfs_import_hook"
    same = {name: copy.deepcopy(fingerprint["modules"][name])}
    assert list(comparing.of_published(fingerprint, "1.0", same)) == []
    same[name]["sha256"] = "0" * 64
    same[name]["attributes"]["WsfsImportHook.find_spec"] = "(self, fullname)"
    first, second = comparing.of_published(fingerprint, "1.0", same)
    assert (
        "is not that of 1.0" in first and "find_spec is (self, fullname, target=None); 1.0: (self, fullname)" in second
    )
