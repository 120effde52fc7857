"""The simulator's two functions, as tests call them: after each run, no process may have recorded a fault of ours.

dbx-patch swallows its own errors, so that no import fails because of it, and ``status`` shows them. A test that looks
at imports alone would not notice one. So a file in the environment under test tells of each, as it is recorded.
"""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any, Sequence

from dbx_patch.simulator import Cell, ExecutorReport, SimulationReport, materialise
from dbx_patch.simulator import simulate as _simulate
from dbx_patch.simulator import simulate_executor as _simulate_executor

_FILE = "faults-of-dbx-patch.txt"
# After dbx-patch's own file, by name. It tells where that armed the process; a kernel's last cell, of the others too.
_PTH = "zzzz_tells_faults.pth"
_MODULE = f"""
import os, sys

def tell(fault):
    try:
        file = os.open(os.path.join(sys.prefix, {_FILE!r}), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(file, (ascii(fault) + "\\n").encode())
        os.close(file)
    except OSError:
        pass  # too many open files, say: what the test is about

class Telling(list):
    def append(self, fault):
        list.append(self, fault)
        tell(fault)

if "dbx_patch.hooks" in sys.modules:
    hooks = sys.modules["dbx_patch.hooks"]
    for fault in hooks.faults:
        tell(fault)
    hooks.faults = Telling(hooks.faults)
bootstrap = sys.modules.get("_dbx_patch_bootstrap")
if bootstrap is not None and bootstrap.fault is not None:
    tell(bootstrap.fault)
"""
_LAST_CELL = """
import sys
_hooks, _bootstrap = map(sys.modules.get, ("dbx_patch.hooks", "_dbx_patch_bootstrap"))
[repr(_fault) for _fault in [*getattr(_hooks, "faults", []), getattr(_bootstrap, "fault", None)] if _fault]
"""


def watch(python: str) -> None:
    """Have the processes of an environment tell of faults; nothing is done where they do already."""
    site = next((Path(python).parent.parent / "lib").glob("python3*/site-packages"))
    if not (site / _PTH).exists():
        (site / "_tells_faults.py").write_text(_MODULE)
        (site / _PTH).write_text("import _tells_faults\n")


def assert_no_faults(python: str) -> None:
    """Fail if a process of this environment has recorded a fault since it was asked last."""
    file = Path(python).parent.parent / _FILE
    told = ""
    if file.exists():
        told = file.read_text()
        file.unlink()
    assert told == "", f"dbx-patch recorded faults:\n{told}"


@lru_cache
def _temporary() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="simulated-databricks-")


def shop() -> Path:
    """Where the runtimes of this process of the tests lie; they go when it ends."""
    return Path(_temporary().name)


@lru_cache
def _runtime(era: str) -> Path:
    return materialise(shop() / era, era)


def _with_runtime(options: dict[str, Any]) -> dict[str, Any]:
    """Have one runtime for all kernels, so that its modules are compiled once."""
    return {**options, "runtime_dir": options.get("runtime_dir") or _runtime(options.get("runtime", "modern"))}


def simulate(cells: Sequence[str | Cell], *, python: str, watched: bool = True, **options: Any) -> SimulationReport:
    """Run cells in a simulated kernel, which must end without a fault of ours, however it ends.

    Not ``watched``: for an interpreter whose own site folder is not ours to write into. A last cell looks all the same.
    """
    if watched:
        watch(python)
    options = _with_runtime(options)
    report = _simulate([*cells, _LAST_CELL], python=python, **options)
    if len(report.cells) > len(cells):
        last = report.cells.pop()
        assert last.value == [], f"dbx-patch recorded faults: {last.value or last.traceback}"
    if watched:
        assert_no_faults(python)
    return report


def simulate_executor(function: str, *, python: str, **options: Any) -> ExecutorReport:
    """Call a function on a simulated executor, none of whose processes may record a fault of ours."""
    watch(python)
    report = _simulate_executor(function, python=python, **_with_runtime(options))
    assert_no_faults(python)
    return report
