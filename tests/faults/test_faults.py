"""No exception in place of any call that dbx-patch makes reaches an import, from start-up to the last miss.

Every call site of the engine (what `Injector` sees: Python and C functions, imports) meets faults in both eras.
``DBX_PATCH_TEST_FAULTS=all``: every kind at every one, in every phase, which takes minutes.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Callable

import pytest

from faults.fault_healthy import unhealthy
from faults.fault_phases import PHASES
from faults.fault_runs import EXHAUSTIVE, NUMBER, SECONDS, SHARES, make_world, session
from support.environments import Environment, once
from support.kernels import ERAS, Notebook
from support.workspaces import Workspace


@pytest.mark.timeout(2 * SECONDS)
@pytest.mark.parametrize("era", ERAS)
def test_no_fault_of_ours_reaches_an_import(
    era: str, shared: Path, tools: Path, wheel: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    folder = once(shared / f"faults-{era}", lambda at: make_world(at, tools, wheel))
    world = Notebook(Environment(folder / "env", tools), Workspace(folder))
    without = session(tmp_path / "off", world, era, on=False, without={})["plain"]
    taken = ERAS.index(era) * SHARES + NUMBER - 1
    part = {"part": 0, "parts": 1} if EXHAUSTIVE else {"part": taken, "parts": len(ERAS) * SHARES}
    report = session(tmp_path / "on", world, era, on=True, without=without, **part)
    assert unhealthy(report["plain"]) == []
    phases = report["phases"]
    tried = sum(phase["tried"] for phase in phases.values())
    record_property("faults injected", tried)
    record_property("calls they were injected into", sum(phase["calls"] for phase in phases.values()) // part["parts"])
    wrong = [problem for phase in phases.values() for problem in phase["wrong"]]
    assert not wrong, f"{len(wrong)} of {tried}:\n" + "\n".join(wrong[:40])
    assert tried > 1000 // SHARES
    for name, plain in report["plain"].items():
        assert plain["printed"] == "" and plain["faults"] == "[]", (name, plain)
    # what needs no editable install works or fails as without dbx-patch: same error, traceback and context
    ordinary = report["plain"]["ordinary"]["outcomes"]
    assert ordinary[:4] == without["ordinary"]["outcomes"][:4] and "import no_such_module" in PHASES["ordinary"][:4]
    assert not [text for text in ordinary if "dbx_patch" in text] and "broken.py:1" in ordinary[5], ordinary
    shutil.rmtree(tmp_path)
