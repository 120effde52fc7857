"""Fault injection: each kind of exception in place of each call that dbx-patch makes, from start-up to the last miss.

Every call site of the engine (what `Injector` sees: Python and C functions, imports) meets faults in both eras.
``DBX_PATCH_TEST_FAULTS=all``: every kind at every one, in every phase, which takes minutes.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any, Callable

import pytest
from fault_phases import PHASES
from fault_world import furnish
from injection import FAULTS

from dbx_patch.simulator import materialise
from environments import Environment, clean_environ, once, run
from kernels import ERAS, Notebook, make_notebook
from workspaces import Workspace

EXHAUSTIVE = os.environ.get("DBX_PATCH_TEST_FAULTS") == "all"


def make_world(folder: Path, tools: Path, wheel: Path) -> None:
    furnish(make_notebook(folder, tools, wheel))


def settled(folder: Path) -> int:
    """Give a folder an mtime that is not young, as one that nobody has changed for an hour; return that."""
    before = os.stat(folder).st_mtime_ns - 3_600_000_000_000
    os.utime(folder, ns=(before, before))
    return before


def session(
    folder: Path, world: Notebook, era: str, script: str = "fault_session.py", **options: Any
) -> dict[str, Any]:
    """Run a script in the world's interpreter; its report."""
    shell = materialise(folder, era)
    site = world.environment.site_packages
    home, notebooks = str(world.workspace.home), str(world.workspace.notebook_folder)
    prefix = str(world.workspace.folder.parent)
    report = folder / "report.json"
    job = {
        "names": {"SITE": str(site), "HOME": home, "NOTEBOOKS": notebooks, "PREFIX": prefix},
        "mtime": settled(site),
        "era": era,
        "python_shell": str(shell),
        "report": str(report),
        "kinds": len(FAULTS) if EXHAUSTIVE else 2,
        "exhaustive": EXHAUSTIVE,
        **options,
    }
    (folder / "job.json").write_text(json.dumps(job))
    env = {"DATABRICKS_RUNTIME_VERSION": "17.3", "WSFS_TEST_DIR": prefix, "DBX_PATCH_ENABLED": "0"}
    env["PYTHONPATH"] = str(shell.parent / "spark/python")
    run([world.environment.python, Path(__file__).with_name(script), folder / "job.json"], env=clean_environ(env))
    found: dict[str, Any] = json.loads(report.read_text())
    return found


@pytest.mark.parametrize("era", ERAS)
def test_no_fault_of_ours_reaches_an_import(
    era: str, shared: Path, tools: Path, wheel: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    folder = once(shared / f"faults-{era}", lambda at: make_world(at, tools, wheel))
    world = Notebook(Environment(folder / "env", tools), Workspace(folder))
    without = session(tmp_path / "off", world, era, on=False, without={})["plain"]
    part = {"part": 0, "parts": 1} if EXHAUSTIVE else {"part": ERAS.index(era), "parts": len(ERAS)}
    report = session(tmp_path / "on", world, era, on=True, without=without, **part)
    phases = report["phases"]
    tried = sum(phase["tried"] for phase in phases.values())
    record_property("faults injected", tried)
    record_property("calls they were injected into", sum(phase["calls"] for phase in phases.values()) // part["parts"])
    wrong = [problem for phase in phases.values() for problem in phase["wrong"]]
    assert not wrong, f"{len(wrong)} of {tried}:\n" + "\n".join(wrong[:40])
    assert tried > 1000
    for name, plain in report["plain"].items():
        assert plain["printed"] == "" and plain["faults"] == "[]", (name, plain)
    # what needs no editable install works or fails as without dbx-patch: same error, traceback and context
    ordinary = report["plain"]["ordinary"]["outcomes"]
    assert ordinary[:4] == without["ordinary"]["outcomes"][:4] and "import no_such_module" in PHASES["ordinary"][:4]
    assert not [text for text in ordinary if "dbx_patch" in text] and "broken.py:1" in ordinary[5], ordinary
    shutil.rmtree(tmp_path)
