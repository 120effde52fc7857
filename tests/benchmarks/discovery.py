"""Reading which editable installs there are, next to importlib.metadata reading the same."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Iterator

from tests.benchmarks import counting
from tests.benchmarks.houses import Houses, add_distributions, add_editables
from tests.benchmarks.probing import Probe, paired_row
from tests.benchmarks.table import Row, growth_row, number

from support.environments import DATABRICKS

GROUP = "Discovery"
RIVAL = "importlib.metadata"
SIZES = ((300, 10), (1000, 100), (3000, 300))
GROWING = ((300, 30), (1000, 100), (3000, 300))  # in one proportion, since an editable costs more than others
_BUDGETS = {300: 3.0, 1000: 15.0}  # ms, warm (DESIGN.md, 6)


def site_folder(houses: Houses, distributions: int, editables: int) -> Path:
    """Return a site folder with so many of both, made at its first use."""
    folder = houses.folder / f"full-{distributions}-{editables}/lib/python3/site-packages"
    if not folder.exists():
        folder.mkdir(parents=True)
        add_distributions(folder, distributions)
        add_editables(folder, houses.folder / "Workspace", editables, finders=True)
    return folder


def rows(houses: Houses, quick: bool) -> Iterator[Row]:
    """Times cold and warm, instructions and file operations, at three sizes."""
    for distributions, editables in _timed(houses, quick):
        probe = _probe(houses, distributions, editables)
        size = f"{distributions:,} + {editables}"
        row = paired_row(GROUP, f"warm, {size}", RIVAL, probe.best_times(), 1e3)
        yield row.at_most(_BUDGETS[distributions], f"≤ {_BUDGETS[distributions]} ms") if distributions < 3000 else row
        yield _cold(probe, size, 3 if quick else 9)
    sizes = GROWING[:2] if quick else GROWING
    yield from _growth([size for size, _ in sizes], [_probe(houses, *size) for size in sizes])


def _timed(houses: Houses, quick: bool) -> tuple[tuple[int, int], ...]:
    if not houses.times:
        return ()
    return SIZES[:2] if quick else SIZES


def _probe(houses: Houses, distributions: int, editables: int) -> Probe:
    folder = site_folder(houses, distributions, editables)
    return Probe(houses.ours(), houses.probes / "discovery.py", DATABRICKS, [str(folder)])


def _growth(sizes: list[int], probes: list[Probe]) -> Iterator[Row]:
    if counting.HAVE_VALGRIND:
        instructions = [probe.per_call("loop", 1, 3) / 1e6 for probe in probes]
        yield growth_row(GROUP, "instructions, by distributions", sizes, instructions, "M")
    operations = [probe.value("ops") for probe in probes]
    yield growth_row(GROUP, "file operations, by distributions", sizes, operations, "operations")


def _cold(probe: Probe, size: str, rounds: int) -> Row:
    """The first reading in a fresh process, what it imports included; the disk's cache stays as it is."""
    pairs = [(probe.value("cold"), probe.value("theirs")) for _ in range(rounds)]
    low, median, high = statistics.quantiles([ours / theirs for ours, theirs in pairs], n=4)
    ours, theirs = (min(pair[which] for pair in pairs) * 1e3 for which in (0, 1))
    note = f"ratio's quartiles {number(low)} to {number(high)}"
    return Row(GROUP, f"first in a process, {size}", ours, "ms at best", RIVAL, theirs, median, note=note)
