"""The workspace hook's decision as patched next to the runtime's own, and a hit next to a bare FileFinder's."""

from __future__ import annotations

import os
from typing import Iterator, Sequence

from tests.benchmarks import counting
from tests.benchmarks.houses import Houses, add_editables
from tests.benchmarks.probing import Probe, paired_row
from tests.benchmarks.table import CONSTANT, Row, growth, growth_row, number

from dbx_patch.simulator import materialise
from support.environments import DATABRICKS

GROUP = "Workspace hook"
DEPTHS = (10, 100, 1000)
INSTALLS = (1, 10, 100)


def rows(houses: Houses, quick: bool) -> Iterator[Row]:
    """Both eras, at three stack depths, and with few and many editable installs; ``quick``: one era's installs."""
    for era in ("modern",) if quick else ("legacy", "modern"):
        yield from _rows_of(houses, era, quick)


def _rows_of(houses: Houses, era: str, quick: bool) -> Iterator[Row]:
    environment = houses.ours("hooked")
    workspace = houses.folder / "Workspace"
    root = str(add_editables(environment.site_packages, workspace, 1)[0])
    shell = materialise(houses.folder / f"runtime-{era}", era)
    extra = {**DATABRICKS, "PYTHONPATH": os.pathsep.join([str(shell), str(shell / "lib")])}
    extra["WSFS_TEST_DIR"] = str(houses.folder)
    script = houses.probes / "hooks.py"
    counts: dict[str, list[float]] = {"own": [], "patched": []}
    times: dict[str, list[float]] = {}
    for depth in () if quick else DEPTHS:
        probe = Probe(environment, script, extra, [era, root, str(depth)])
        times = probe.value("times") if houses.times else {}
        if times:
            yield paired_row(GROUP, f"{era}: decision at depth {depth:,}", "the runtime's own", times["decision"])
        for name in counts if counting.HAVE_VALGRIND else ():
            counts[name].append(probe.per_call(name, 20, 120))
    if times:
        hit = f"{era}: an editable hit at depth {DEPTHS[-1]:,}"
        yield paired_row(GROUP, hit, "FileFinder alone", times["hit"])
    if counting.HAVE_VALGRIND:
        if not quick:
            yield _decision_growth(era, DEPTHS, counts)
        hits, sizes = [], INSTALLS[::2] if quick else INSTALLS
        for size in sizes:
            add_editables(environment.site_packages, workspace, size)
            hits.append(Probe(environment, script, extra, [era, root, "10"]).per_call("hit", 100, 500))
        yield growth_row(GROUP, f"{era}: an editable hit, by installs", sizes, hits, "instructions", CONSTANT)


def _decision_growth(era: str, depths: Sequence[int], counts: dict[str, list[float]]) -> Row:
    own, ours = growth(depths, counts["own"]), growth(depths, counts["patched"])
    text = (
        " → ".join(map(number, counts["patched"])) + " instructions, its own " + " → ".join(map(number, counts["own"]))
    )
    row = Row(
        GROUP, f"growth: {era}: decision, by depth", round(ours, 3), "exponent", "the runtime's own", round(own, 3)
    )
    row.note = text
    return row.at_most(own + CONSTANT, "no faster than the runtime's own")
