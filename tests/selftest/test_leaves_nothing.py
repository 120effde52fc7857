"""The self-test leaves nothing behind in the process or on the disk, at whatever moment it is interrupted."""

from __future__ import annotations

import pytest

from support.kernels import ERAS, Notebook
from support.selftests import COMPARED, STATE, by_verdict, leftovers, report_of

BEFORE = "import acme_src, library; library.load('acme_src.deep.leaf')"
TWICE = STATE + "from dbx_patch.selftest.run import run_selftest\nbefore = (run_selftest(), state())[1]\n"


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


AT_ANY_MOMENT = """
import os, signal, threading, time
interrupted = late = 0
changed = []
began = time.perf_counter()
run_selftest()
took = time.perf_counter() - began  # which the moments are spread over, and a third of it after that
for number in range(30):
    timer = threading.Timer(took * (number + 0.5) * 4 / 90, os.kill, (os.getpid(), signal.SIGINT))
    try:
        timer.start()
        interrupted += run_selftest().interrupted
        timer.join()
    except KeyboardInterrupt:  # before or after the self-test
        late += 1
        timer.join()
    ends = time.monotonic() + 30
    while threading.active_count() > 1 and time.monotonic() < ends:  # the self-test's own ends by itself
        time.sleep(0.01)
    changed += {compared}
[interrupted, late, changed]
"""


def test_interrupted_at_any_moment(own: Notebook) -> None:
    env = {"TMPDIR": str(own.workspace.folder.parent / "temporary")}
    cell = TWICE + AT_ANY_MOMENT.format(compared=COMPARED)
    interrupted, _, changed = own.values(BEFORE, cell, env=env)[1]
    assert interrupted >= 5 and changed == [] and leftovers(own) == []
