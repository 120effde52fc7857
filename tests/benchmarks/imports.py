"""What a look-up costs in our finders, next to the least that a finder can do, to wrapt's, and to PathFinder."""

from __future__ import annotations

from typing import Iterator

from tests.benchmarks import counting
from tests.benchmarks.houses import Houses, Unavailable, add_editables
from tests.benchmarks.probing import Probe, paired_row
from tests.benchmarks.table import CONSTANT, Row, growth_row

from support.environments import DATABRICKS

GROUP = "Per look-up"
SIZES = (1, 10, 100)
_CALLS = {"trigger": (1000, 21000), "miss": (100, 600), "hit": (20, 120)}  # few and many, for callgrind
_PAIRS = {
    "trigger/minimal": ("front finder", "the minimal finder"),
    "trigger/wrapt": ("front finder", "wrapt's finder"),
    "miss/PathFinder, a miss": ("fallback, an ordinary miss", "PathFinder's miss before it"),
    "hit/PathFinder, a hit": ("fallback, a hit", "PathFinder's hit"),
}


def rows(houses: Houses, quick: bool) -> Iterator[Row]:
    """Instructions, times and file operations per look-up, with few and many editable installs."""
    environment = houses.ours("finding")
    try:
        houses.registry(environment.python, "wrapt")
    except Unavailable as reason:
        yield Row(GROUP, "wrapt's finder", None, "", note=f"not to be had: {reason}")
    probe = Probe(environment, houses.probes / "finders.py", DATABRICKS)
    sizes = SIZES[:2] if quick else SIZES
    counts: dict[str, list[float]] = {}
    for size in sizes:
        add_editables(environment.site_packages, houses.folder / "Workspace", size)
        for name in ("trigger", "miss", "hit") if counting.HAVE_VALGRIND else ():
            counts.setdefault(name, []).append(probe.per_call(name, *_CALLS[name]))
        operations = probe.value("ops")
        yield from _miss_operations(size, operations)
    yield from _instructions(probe, counts, quick)
    times = probe.value("times") if houses.times else {}
    for pair, (what, rival) in _PAIRS.items():
        if pair in times:
            # the budgets are on counts where these can be had: times are noisier than the budget is wide
            row = paired_row(GROUP, f"time: {what}", rival, times[pair])
            yield row.ratio_at_most(1.1) if rival == "the minimal finder" and not counts else row
    for name, values in counts.items():
        yield growth_row(GROUP, f"instructions, {name}, by installs", sizes, values, "", CONSTANT)


def _miss_operations(size: int, operations: dict[str, int]) -> Iterator[Row]:
    folders = operations["site folders"]
    what = f"file operations of an ordinary miss, {size} installs"
    row = Row(GROUP, what, operations["miss"], "operations", "site folders", folders)
    row.note = f"PathFinder before it: {operations['PathFinder, a miss']}; a hit: {operations['hit']}"
    yield row.at_most(folders, "one per site folder")
    sources = operations["source folders"]
    what = f"file operations of a miss of user code, {size} installs"
    row = Row(GROUP, what, operations["miss of user code"], "operations", "source folders", sources)
    row.note = "a module may be new there; PathFinder, which asks the index alone, spares as many"
    yield row.at_most(folders + sources, "one per site folder and source folder")
    for which, who in {"both, unguarded": "library", "both, unguarded, user code": "user code"}.items():
        what = f"file operations of a {who}'s miss with PathFinder's before it, no hook, {size} installs"
        row = Row(GROUP, what, operations[which], "operations", "plain Python", operations["plain PathFinder"])
        yield row.at_most(operations["plain PathFinder"] + folders, "one per site folder more")


def _instructions(probe: Probe, counts: dict[str, list[float]], quick: bool) -> Iterator[Row]:
    if not counts:
        yield Row(GROUP, "instructions per look-up", None, "", note="valgrind is not here")
        return
    minimal = probe.per_call("minimal", *_CALLS["trigger"])
    row = Row(GROUP, "instructions: front finder", counts["trigger"][0], "", "the minimal finder", minimal)
    yield row.ratio_at_most(1.1)
    others = {"miss": "PathFinder, a miss", "hit": "PathFinder, a hit"}
    for name, other in () if quick else others.items():  # no budget says how they compare
        what = f"instructions: fallback, a {name}, {SIZES[len(counts[name]) - 1]} installs"
        yield Row(GROUP, what, counts[name][-1], "", other, probe.per_call(other, 10, 60))
