"""The autoreload check, which the runtime asks around every import, next to the runtime's own ``startswith``."""

from __future__ import annotations

from typing import Iterator

from tests.benchmarks import counting
from tests.benchmarks.houses import Houses, add_editables
from tests.benchmarks.probing import Probe, paired_row
from tests.benchmarks.table import CONSTANT, Row, growth_row

from support.environments import DATABRICKS

GROUP = "Autoreload check"
SIZES = (1, 10, 100, 1000)
_FILES = 4  # the probe's functions ask for so many files each
_KINDS = {"warm": "a file asked before", "new": "a file never asked before"}


def rows(houses: Houses, quick: bool) -> Iterator[Row]:
    """Instructions, times and file operations per call."""
    environment = houses.ours("checking")
    probe = Probe(environment, houses.probes / "autoreload.py", DATABRICKS)
    sizes = SIZES[:3:2] if quick else SIZES
    counts: dict[str, list[float]] = {name: [] for name in _KINDS}
    for size in sizes:
        add_editables(environment.site_packages, houses.folder / "Workspace", size, finders=True)
        times = probe.best_times("new") if houses.times else {}
        for name, what in _KINDS.items():
            if counting.HAVE_VALGRIND:
                counts[name].append(probe.per_call(name, 100, 1100) / _FILES)
            if name in times:
                seconds = {which: [value / _FILES for value in times[name][which]] for which in ("first", "second")}
                row = paired_row(GROUP, f"{what}, {size:,} installs", "startswith", {**times[name], **seconds})
                yield row.at_most(2.0, "≤ 2 µs")
        what = f"file operations, {size:,} installs"
        yield Row(GROUP, what, probe.value("ops"), "operations").at_most(0, "none")
    for name, what in _KINDS.items() if counting.HAVE_VALGRIND else ():
        yield growth_row(GROUP, f"{what}, by installs", sizes, counts[name], "instructions", CONSTANT)
