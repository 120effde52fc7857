"""PEP 420 namespaces work with one half installed and one editable, or with halves in several editable installs."""

from __future__ import annotations

import itertools

import pytest

from compat.compat_site import Site
from compat.probes import in_plain_python, lose, on_executor, probe, run_cells
from compat.projects import Row
from compat.rows import ROWS, why_not
from compat.rows_namespaces import HALVES, PAIRS
from support.kernels import ERAS

ACME = [row for row in (*ROWS, *HALVES) if row.tops[0].startswith("acme.")]
WAYS = ("cell", "library", "submodules", "library submodules")


def cells(site: Site, halves: tuple[Row, ...], ways: tuple[str, ...]) -> list[str]:
    """Return a cell for each order and way, which imports all halves; paths are lost before each half."""
    few = len(halves) == 2
    orders = itertools.permutations(halves) if few else [halves[at:] + halves[:at] for at in range(len(halves))]
    found = []
    for order in orders:
        for way in ways:
            lines = [lose(order[0]), "found = []"]
            for half in order:
                lines += ["lose([], [])", f"found.append({probe(site, half, way)})"]
            found.append("\n".join([*lines, "found"]))
    return found


def check(site: Site, halves: tuple[Row, ...], era: str, ways: tuple[str, ...] = WAYS) -> None:
    for half in halves:
        assert half.id not in site.failures, site.failures[half.id]
    for found in run_cells(site, cells(site, halves, ways), era):
        assert found == [""] * len(halves)
    executor = on_executor(site, list(halves), era, on=True)
    assert {problem for found in executor.values() for problem in found.values()} == {""}


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("space", PAIRS)
def test_both_halves_in_any_order(site: Site, space: str, era: str) -> None:
    check(site, PAIRS[space], era)


@pytest.mark.parametrize("space", PAIRS)
def test_without_dbx_patch_a_half_is_missing(site: Site, space: str) -> None:
    plain = in_plain_python(site, list(PAIRS[space]))
    assert {problem for found in plain.values() for name, problem in found.items() if "new" not in name} == {""}
    off = run_cells(site, cells(site, PAIRS[space], WAYS), "modern", on=False)
    assert any(any(found) for found in off)


@pytest.mark.parametrize("era", ERAS)
def test_a_namespace_of_all_installers(site: Site, era: str) -> None:
    halves = tuple(row for row in ACME if not why_not(row))
    assert len(halves) >= 6
    check(site, halves, era, WAYS[:2])
