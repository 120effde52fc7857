"""Under made-up later releases of both runtimes nothing new raises or prints, and editable imports work."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import pytest

from faults.fault_runs import NUMBER, SHARES, make_world, session
from support.environments import Environment, once
from support.kernels import ERAS, Notebook
from support.workspaces import Workspace

PARTS = 2


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("era", ERAS)
def test_mutated_runtimes(
    era: str,
    part: int,
    shared: Path,
    tools: Path,
    wheel: Path,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    folder = once(shared / f"drift-{era}-{part}", lambda at: make_world(at, tools, wheel))
    world = Notebook(Environment(folder / "env", tools), Workspace(folder))
    taken = part * SHARES + NUMBER - 1
    options = {"part": taken, "parts": PARTS * SHARES, "only": "", "on": True, "script": "drift_session.py"}
    report = session(tmp_path, world, era, **options)
    record_property("mutants of a runtime", report["tried"])
    record_property("of them: break every import of their own", report["hopeless"])
    assert not report["wrong"], f"of {report['tried']} mutants:\n" + "\n".join(report["wrong"])
    assert report["tried"] > 100 // SHARES and report["hopeless"] < report["tried"] / 5
