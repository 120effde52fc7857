"""dbx-patch beside Databricks' own hook and workers: every published line of releases, on its own Python."""

from __future__ import annotations

from collections import Counter
from typing import Any, Callable

import pytest

from real.databricks.releases import Release
from real.databricks.scenarios import BESIDE, SCENARIOS, SPARED, Scenario, expected

pytestmark = [
    pytest.mark.databricks,
    pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.name for scenario in SCENARIOS]),
]
Outcomes = dict[str, dict[str, Any]]


@pytest.fixture
def compared(
    scenario: Scenario, release: Release, outcomes: Outcomes, record_property: Callable[[str, object], None]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the scenario's probes found without and with dbx-patch."""
    if not scenario.is_for(release.numbers):
        pytest.skip(f"not before {'.'.join(map(str, scenario.since))}")
    plain, patched = (outcomes[kind][scenario.name]["probes"] for kind in ("plain", "patched"))
    for name, value in (("scenario", scenario.name), ("line", release.line), ("version", release.version)):
        record_property(name, value)
    return plain, patched


def value(outcome: dict[str, Any]) -> Any:
    return outcome.get("value", outcome.get("error"))


def test_user_code_and_libraries_import_what_is_editable(
    scenario: Scenario,
    compared: tuple[dict[str, Any], dict[str, Any]],
    record_property: Callable[[str, object], None],
) -> None:
    plain, patched = compared
    wanted = expected()
    record_property("editable", {name: [value(plain[name]) == w, value(patched[name]) == w] for name, w in wanted.items()})
    assert {name: value(patched[name]) for name in wanted} == wanted
    assert [name for name in scenario.fails if value(plain[name]) == wanted[name]] == [], "the runtime is not in the way"


def test_what_lies_beside_the_notebook_is_found_by_whom_the_runtime_lets(
    scenario: Scenario,
    compared: tuple[dict[str, Any], dict[str, Any]],
    record_property: Callable[[str, object], None],
) -> None:
    plain, patched = compared
    same = {name: value(plain[name]) for name in BESIDE} == {name: value(patched[name]) for name in BESIDE}
    record_property("beside", same)
    assert {name: value(patched[name]) for name in BESIDE} == {name: value(plain[name]) for name in BESIDE}
    refused = [name for name in ("beside: library", "beside: library's statement") if "value" in plain[name]]
    assert bool(refused) is not scenario.refused


def test_other_imports_find_the_same_and_touch_the_workspace_no_more(
    compared: tuple[dict[str, Any], dict[str, Any]], record_property: Callable[[str, object], None]
) -> None:
    plain, patched = compared
    counts = {name: [Counter(kind for kind, _ in side[name]["operations"]) for side in compared] for name in SPARED}
    more = {name: after - before for name, (before, after) in counts.items() if after - before}
    record_property("operations", {name: [sum(c.values()) for c in pair] for name, pair in counts.items()})
    assert {name: value(patched[name]) for name in SPARED} == {name: value(plain[name]) for name in SPARED}
    assert not any("error" in plain[name] for name in SPARED)
    assert not more, {name: patched[name]["operations"] for name in more}
