"""An interrupted self-test cleans up and reports; what a killed one has left, the next one on that machine removes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from dbx_patch.simulator import materialise
from dbx_patch.simulator.layout import process_environment
from support.kernels import Notebook
from support.selftests import COMPARED, PREFIX, RUN, STATE, by_verdict, leftovers


class Running:
    """A kernel of its own process, which runs a self-test that stops for long at one step."""

    def __init__(self, own: Notebook, folder: Path, step: str) -> None:
        self.own, self.said, self.report = own, folder / "said", folder / "report.json"
        cell = STATE + f"import acme_src, library; library.load('acme_src.deep.leaf')\nsaid = {str(self.said)!r}\n"
        cell += "import json, time\nfrom dbx_patch.selftest.run import run_selftest\nrun_selftest()\nbefore = state()\n"
        cell += "def progress(step):\n    with open(said, 'a') as stream: stream.write(step + '\\n')\n"
        cell += f"    if {step!r} in step: time.sleep(30)\n"
        cell += f"report = run_selftest(progress=progress).to_dict()\n[report, {COMPARED}]"
        job = {
            "runtime": "modern",
            "workspace": str(own.workspace.folder),
            "notebook_dir": str(own.workspace.notebook_folder),
            "program": None,
            "count_ops": False,
            "report": str(self.report),
            "cells": [{"source": cell, "notebook_dir": None}],
            "variant": {"hook": "path_hooks", "notebook_folder": "slot", "repository": None, "bytecode": True},
        }
        launcher = materialise(folder / "runtime", "modern") / "scripts/db_ipykernel_launcher.py"
        connection = folder / "connection.json"
        connection.write_text(json.dumps(job))
        env = process_environment(own.workspace.folder, "modern", python=own.environment.python)
        env["TMPDIR"] = str(own.workspace.folder.parent / "temporary")
        command = [own.environment.python, str(launcher), "-f", str(connection)]
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait_for(step)

    def _wait_for(self, step: str) -> None:
        until = time.monotonic() + 60
        while not (self.said.exists() and step in self.said.read_text()):
            assert time.monotonic() < until and self.process.poll() is None
            time.sleep(0.02)
        time.sleep(0.1)

    def end(self, number: int) -> Any:
        """Send a signal; returns the cell's report, None where there is none."""
        self.process.send_signal(number)
        self.process.wait(60)
        cells = json.loads(self.report.read_text())["cells"]
        return cells[0] if cells else None


STEPS = ("throw-away projects", "a cell imports", "autoreload knows")


@pytest.mark.parametrize("step", STEPS)
def test_interrupted(own: Notebook, tmp_path: Path, step: str) -> None:
    found = Running(own, tmp_path, step).end(signal.SIGINT)
    assert found["ok"], found["traceback"]
    report, changed = found["value"]
    assert changed == [] and leftovers(own) == [] and report["left"] == []
    assert report["interrupted"] and len(report["promises"]) == 14
    assert "it was interrupted" in {p["reason"] for p in report["promises"]}


@pytest.mark.parametrize("step", STEPS[1:])
def test_killed(own: Notebook, tmp_path: Path, step: str) -> None:
    assert Running(own, tmp_path, step).end(signal.SIGKILL) is None
    before = leftovers(own)
    assert len(before) >= 2
    # another's, that still runs, and one of another machine's that is young, stay
    kept = own.workspace.notebook_folder / (PREFIX + "0" * 12)
    kept.mkdir()
    (kept / "owner.json").write_text(json.dumps({"machine": "another", "pid": 1, "started": 0}))
    options = {"TMPDIR": str(own.workspace.folder.parent / "temporary")}
    report = own.values(RUN.format(options=""), env=options)[0]
    assert by_verdict(report)["fails"] == {} and len(report["cleaned"]) == len([p for p in before if is_top(p)])
    assert leftovers(own) == [str(kept)]


def is_top(path: str) -> bool:
    return PREFIX not in os.path.dirname(path)


def test_one_that_runs_is_not_disturbed(own: Notebook, tmp_path: Path) -> None:
    other = Running(own, tmp_path, "a cell imports")
    before = leftovers(own)
    options = {"TMPDIR": str(own.workspace.folder.parent / "temporary")}
    report = own.values(RUN.format(options=""), env=options)[0]
    assert report["cleaned"] == [] and by_verdict(report)["fails"] == {}
    assert leftovers(own) == before
    other.end(signal.SIGKILL)


def test_what_is_old_is_nobodys(own: Notebook) -> None:
    old = own.workspace.notebook_folder / (PREFIX + "1" * 12)
    old.mkdir()
    (old / "owner.json").write_text(json.dumps({"machine": "another", "pid": 1, "started": 0}))
    beside = own.workspace.notebook_folder / f"{old.name}_beside.py"
    beside.write_text("")
    long_ago = time.time() - 7200
    os.utime(old, (long_ago, long_ago))
    link = own.workspace.notebook_folder / (PREFIX + "2" * 12)
    link.symlink_to(own.workspace.home)
    report = own.values(RUN.format(options=""))[0]
    assert len(report["cleaned"]) == 2 and not old.exists() and not beside.exists()
    assert link.is_symlink() and own.workspace.home.is_dir()
