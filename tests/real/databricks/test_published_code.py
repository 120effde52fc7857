"""dbx-patch beside Databricks' own hook and workers: every published line of releases, on its own Python."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Callable

import pytest

from real.databricks.cells import BESIDE, SPARED, expected, expected_of_new
from real.databricks.releases import Release
from real.databricks.scenarios import GUARDED, HOOK, NOTHING, SCENARIOS, Scenario

pytestmark = [
    pytest.mark.databricks,
    pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.name for scenario in SCENARIOS]),
]
# process -> the runtime's module that has its hook
HOOKS = {"driver": HOOK, "worker": "pyspark.wsfs_import_hook", "isolated": "_engine_pyspark.wsfs_import_hook"}
Record = Callable[[str, object], None]


@dataclass(frozen=True)
class Side:
    """What the probes of a scenario found, without dbx-patch or with it."""

    probes: dict[str, dict[str, Any]]

    def value(self, name: str) -> Any:
        """The value of a probe's cell, or its error."""
        return self.probes[name].get("value", self.probes[name].get("error"))

    def values(self, names: Any) -> dict[str, Any]:
        return {name: self.value(name) for name in names}

    def works(self, name: str) -> bool:
        return "value" in self.probes[name]

    def operations(self, name: str) -> Counter[str]:
        """How often the workspace was asked, by kind of question."""
        return Counter(kind for kind, _ in self.probes[name]["operations"])


@pytest.fixture
def sides(
    scenario: Scenario, release: Release, outcomes: dict[str, dict[str, Any]], record_property: Record
) -> tuple[Side, Side]:
    """What the scenario's probes found without and with dbx-patch."""
    if not scenario.is_for(release.numbers):
        pytest.skip(f"not before {'.'.join(map(str, scenario.since))}")
    for name, value in (("scenario", scenario.name), ("line", release.line), ("version", release.version)):
        record_property(name, value)
    plain, patched = (outcomes[kind][scenario.name] for kind in ("plain", "patched"))
    for side in (plain, patched):
        assert "failure" not in side, side["failure"]
    return Side(plain["probes"]), Side(patched["probes"])


def missed(side: Side, wanted: dict[str, str]) -> dict[str, Any]:
    """Return the probes that did not find what was wanted, with what they found."""
    return {name: side.value(name) for name, value in wanted.items() if side.value(name) != value}


def works(wanted: dict[str, str], *sides: Side) -> dict[str, list[bool]]:
    """Return for each probe whether it finds what is wanted, without dbx-patch and with it."""
    return {name: [side.value(name) == value for side in sides] for name, value in wanted.items()}


def test_user_code_and_libraries_import_what_is_editable(
    scenario: Scenario, sides: tuple[Side, Side], record_property: Record
) -> None:
    wanted = expected()
    found = works(wanted, *sides)
    record_property("works", found)
    assert missed(sides[1], wanted) == {}
    assert [name for name in scenario.fails if found[name][0]] == [], "the runtime is not in the way"


def test_user_code_and_editable_code_import_a_module_that_is_new_beside_a_package(
    sides: tuple[Side, Side], record_property: Record
) -> None:
    record_property("works", works(expected_of_new(), *sides))
    assert missed(sides[1], expected_of_new()) == {}


def test_what_works_without_dbx_patch_works_with_it(sides: tuple[Side, Side], record_property: Record) -> None:
    plain, patched = sides
    working = {name: plain.value(name) for name in plain.probes if plain.works(name) and name != "called"}
    record_property("kept", {"kept": not missed(patched, working)})
    assert missed(patched, working) == {}


def test_what_lies_beside_the_notebook_is_found_by_whom_the_runtime_lets(
    scenario: Scenario, sides: tuple[Side, Side], record_property: Record
) -> None:
    plain, patched = sides
    record_property("beside", {"beside": plain.values(BESIDE) == patched.values(BESIDE)})
    assert patched.values(BESIDE) == plain.values(BESIDE)
    found = [name for name in BESIDE if plain.works(name)]
    assert found == ([] if scenario.beside == NOTHING else list(BESIDE)[: 1 if scenario.beside == GUARDED else None])


def test_other_imports_touch_the_workspace_no_more(sides: tuple[Side, Side], record_property: Record) -> None:
    plain, patched = sides
    assert [name for name in SPARED if not plain.works(name)] == []
    more = {name: patched.operations(name) - plain.operations(name) for name in SPARED}
    record_property("spared", {name: not found for name, found in more.items()})
    assert {name: patched.probes[name]["operations"] for name in SPARED if more[name]} == {}


def test_the_hook_is_patched_and_nothing_went_wrong(scenario: Scenario, sides: tuple[Side, Side]) -> None:
    status = sides[1].value("status")
    assert HOOKS[scenario.process] in status["applied"]
    assert status["faults"] == []


def test_wrapts_callbacks_are_called_once(
    scenario: Scenario, sides: tuple[Side, Side], record_property: Record
) -> None:
    if not scenario.watched:
        pytest.skip("nothing is watched here")
    called = sides[1].value("called")
    record_property("called", {"called": called == sorted(scenario.watched)})
    assert called == sorted(scenario.watched)
