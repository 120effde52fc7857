"""The self-test raises no false alarm beside Databricks' own hook and workers; it has the published hook's hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from real.databricks.helpers import locked, once
from real.databricks.releases import LIBRARIES, LINES, Release, cache
from real.databricks.running import Machine
from real.databricks.scenarios import GUARDED, HOOK, SCENARIOS, Scenario
from real.databricks.worlds import World, make_world

pytestmark = pytest.mark.databricks
PROBE = "from dbx_patch.selftest.run import run_selftest; result = run_selftest().to_dict()"
# What needs a module that is not in the published code
UNPUBLISHED = {"rebuilt-path", "between-cells", "autoreload", "executors"}
HOOKS = {"driver": HOOK, "worker": "pyspark.wsfs_import_hook", "isolated": "_engine_pyspark.wsfs_import_hook"}


@dataclass(frozen=True)
class OneProbe(Machine):
    """A machine that runs the self-test in each scenario, and nothing else."""

    def _described(self, scenario: Scenario, patched: bool) -> dict[str, Any]:
        return {**super()._described(scenario, patched), "probes": {"selftest": {"code": PROBE, "fresh": ""}}}


@pytest.fixture(scope="session")
def found(line: str, release: Release, python: Path, wheel: Path, shared: Path) -> dict[str, dict[str, Any]]:
    """What the self-test reports in each scenario."""
    reports: dict[str, dict[str, Any]] = {}
    for name, mounted in (("workspace", False), ("mount", True)):
        world = World(python / name, python / "ready/tools")
        wheels = cache() / "wheels" / LINES[line]
        once(world.folder, lambda _, w=world, m=mounted, d=wheels: make_world(w, wheel, d, LIBRARIES, m))

        def run(at: Path, world: World = world, mounted: bool = mounted) -> None:
            with locked(world.folder):
                outcome = OneProbe(release, world, at, mounted).outcomes(True)
            (at / "outcomes.json").write_text(json.dumps(outcome))

        folder = once(shared / "databricks" / line / f"{name}-selftest", run)
        reports.update(json.loads((folder / "outcomes.json").read_text()))
    return reports


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.name for scenario in SCENARIOS])
def test_nothing_that_can_be_tried_fails(
    scenario: Scenario, release: Release, found: dict[str, dict[str, Any]]
) -> None:
    if not scenario.is_for(release.numbers):
        pytest.skip(f"not before {'.'.join(map(str, scenario.since))}")
    assert "failure" not in found[scenario.name], found[scenario.name]["failure"]
    outcome = found[scenario.name]["probes"]["selftest"]
    assert "value" in outcome, outcome
    report = outcome["value"]
    verdicts = {promise["name"]: (promise["verdict"], promise["reason"]) for promise in report["promises"]}
    assert [name for name, (verdict, _) in verdicts.items() if verdict == "fails"] == [], verdicts
    tried = {name for name, (verdict, _) in verdicts.items() if verdict == "holds"}
    assert {"armed", "patches", "cell", "lost-path", "new-submodule"} <= tried and not UNPUBLISHED & tried, verdicts
    if scenario.beside is GUARDED:
        assert {"library", "lazy", "threads", "beside"} <= tried, verdicts
    assert report["left"] == [] and report["seconds"] < 15
    hook = report["fingerprint"]["modules"][HOOKS[scenario.process]]
    assert hook["state"] == "loaded" and hook["attributes"]["WsfsImportHook"] == "class"
    if scenario.process != "isolated":  # whose copy has another name for pyspark in it
        source = (release.folder / "pyspark/wsfs_import_hook.py").read_bytes()
        assert hook["sha256"] == hashlib.sha256(source).hexdigest()
