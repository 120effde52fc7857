"""The self-test leaves nothing behind, also when interrupted; the next one removes what a killed one has left."""

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
from support.kernels import ERAS, Notebook
from support.selftests import PREFIX, RUN, by_verdict, files_in, report_of

# All that an import can leave in a process, in what JSON can hold; dbx-patch's own memory included.
STATE = """
import sys, site, signal, threading, dbx_patch, gc
def state():
    index = dbx_patch.hooks.sys_path.snapshot.known()
    rationed = dbx_patch.hooks.rationed
    return {
        "path": list(sys.path), "path object": id(sys.path), "modules": sorted(sys.modules),
        "meta_path": [id(f) for f in sys.meta_path], "path_hooks": [id(h) for h in sys.path_hooks],
        "cache": {e: type(f).__name__ for e, f in sys.path_importer_cache.items()},
        "prefixes": list(site.PREFIXES), "bytecode": sys.dont_write_bytecode,
        "handler": repr(signal.getsignal(signal.SIGINT)), "threads": threading.active_count(),
        "index": [index.site_folders, index.path_entries, sorted(index.providers)],
        "names": sorted(dbx_patch.hooks.names), "watched": sorted(dbx_patch.hooks.watched),
        "served": sorted(dbx_patch.hooks.fallback.served), "ours": sorted(rationed.ours.values()),
        "faults": dbx_patch.hooks.faults, "judged": rationed._judged[2],
        "finders": sorted(dbx_patch.hooks.answers._finders),
        "entries": sorted(e for e, *_ in sys.modules["dbx_patch.patches.wsfs_import_hook_patch"]._entries.values()),
    }
"""
BEFORE = "import acme_src, library; library.load('acme_src.deep.leaf')"
TWICE = STATE + "from dbx_patch.selftest.run import run_selftest\nbefore = (run_selftest(), state())[1]\n"
COMPARED = "[[name, value, before[name]] for name, value in state().items() if value != before[name]]"


@pytest.mark.parametrize("era", ERAS)
def test_the_process_is_as_it_was(own: Notebook, era: str) -> None:
    first = STATE + "import dbx_patch.selftest.run as run\nbefore = state()\nleft = run.run_selftest().left\n"
    writing = {"PYTHONDONTWRITEBYTECODE": None}
    left, changed = own.values(BEFORE, first + f"[left, {COMPARED}]", runtime=era, env=writing)[1]
    assert left == []
    # Modules of Python itself, and of dbx-patch, are what its own code needs.
    for name, now, before in changed:
        assert name == "modules", (name, now, before)
        assert not [module for module in set(now) - set(before) if "selftest_" in module]
    again = own.values(BEFORE, TWICE + f"run_selftest()\n{COMPARED}", runtime=era, env=writing)[1]
    assert again == []


def test_what_was_lost_or_added_meanwhile(own: Notebook) -> None:
    """A lost entry of the user's comes back by the next import, as ever; what another thread adds stays."""
    cell = """
import sys, threading
from dbx_patch.selftest.run import run_selftest
threading.Timer(0.05, lambda: sys.path.append("/added/by/a/thread")).start()
sys.path[:] = [entry for entry in sys.path if not entry.endswith("proj/src")]
run_selftest()
import time; time.sleep(0.1)
found = ["/added/by/a/thread" in sys.path, any(e.endswith("proj/src") for e in sys.path)]
import acme_src
[*found, any(e.endswith("proj/src") for e in sys.path)]
"""
    added, _, back = own.values(cell)[0]
    assert added and back


READ_ONLY = """
import errno, os, sys
def refuse(event, args):
    writing = event == "os.mkdir" or (event == "open" and isinstance(args[2], int) and args[2] & os.O_CREAT)
    if writing and os.fsdecode(args[0]).startswith({folders!r}) and "simulated-databricks" not in os.fsdecode(args[0]):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), args[0])
sys.addaudithook(refuse)
"""


@pytest.mark.parametrize("era", ERAS)
def test_a_notebooks_folder_that_cannot_be_written_to(own: Notebook, era: str) -> None:
    report = report_of(own, READ_ONLY.format(folders=(str(own.workspace.folder),)), runtime=era)
    found = by_verdict(report)
    assert found["fails"] == {} and report["status"] == "ok"
    out = {"library", "lazy", "hook", "threads", "beside", "executors"}
    assert set(found["not tried"]) == out
    for name in out - {"executors"}:
        assert "cannot be written to: Read-only file system" in found["not tried"][name], name
    assert "tried outside the workspace" in found["holds"]["cell"]


def test_no_folder_at_all_can_be_written_to(own: Notebook) -> None:
    folders = (str(own.workspace.folder), "/tmp/", "/var/tmp/", "/usr/tmp/")
    report = report_of(own, READ_ONLY.format(folders=folders))
    found = by_verdict(report)
    assert found["fails"] == {} and set(found["holds"]) == {"armed"}
    assert all("No usable temporary directory" in reason for reason in found["not tried"].values())


def test_a_working_directory_that_is_gone(own: Notebook) -> None:
    gone = str(own.workspace.home / "gone")
    cell = f"import os; os.mkdir({gone!r}); os.chdir({gone!r}); os.rmdir({gone!r})"
    found = by_verdict(report_of(own, cell))
    assert found["fails"] == {} and {"cell", "library", "beside"} <= set(found["holds"])


def test_an_interrupt_without_a_signal(own: Notebook) -> None:
    """As by an exception that is set in the thread from elsewhere."""
    cell = """
import time
from dbx_patch.selftest.run import run_selftest
def progress(step):
    if "a cell imports" in step:
        raise KeyboardInterrupt
report = run_selftest(progress=progress)
[report.interrupted, report.exit_code(), report.left]
"""
    assert own.values(cell) == [[True, 130, []]]
    assert leftovers(own) == []


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


def leftovers(own: Notebook) -> list[str]:
    top = own.workspace.folder.parent
    folders = (own.workspace.folder, top / "temporary")
    return sorted(path for folder in folders for path in files_in(folder) if os.path.basename(path).startswith(PREFIX))


AT_ANY_MOMENT = """
import os, signal, threading, time
interrupted = late = 0
changed = []
for number in range(30):
    timer = threading.Timer(0.01 + number * 0.012, os.kill, (os.getpid(), signal.SIGINT))
    try:
        timer.start()
        interrupted += run_selftest().interrupted
        timer.join()
        time.sleep(0.01)
    except KeyboardInterrupt:  # before or after the self-test
        late += 1
    changed += {compared}
[interrupted, late, changed]
"""


def test_interrupted_at_any_moment(own: Notebook) -> None:
    env = {"TMPDIR": str(own.workspace.folder.parent / "temporary")}
    cell = TWICE + AT_ANY_MOMENT.format(compared=COMPARED)
    interrupted, _, changed = own.values(BEFORE, cell, env=env)[1]
    assert interrupted >= 5 and changed == [] and leftovers(own) == []


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
