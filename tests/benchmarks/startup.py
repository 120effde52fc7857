"""What an interpreter's start costs with each of those who act there, next to a bare one."""

from __future__ import annotations

import json
import subprocess
from typing import Iterator, Mapping

from tests.benchmarks import counting
from tests.benchmarks.houses import RIVALS, Houses, Unavailable, add_distributions
from tests.benchmarks.table import CONSTANT, Row, growth_row, number

from support.environments import DATABRICKS, target_version

GROUP = "Start-up"
SIZES = (0, 300, 1000)
FLOOR = "an empty module"
OFF, ON = "dbx-patch off Databricks", "dbx-patch on Databricks"
_MODULES = "import json, sys; print(json.dumps(sorted(sys.modules)))"
# M instructions (DESIGN.md, 6): off Databricks above the empty module, on it above a bare interpreter
_BUDGETS = {OFF: 0.09, ON: 2.9}
_REFERENCE = (3, 12)  # these were counted there; another version's bytecode is another
_JITTER = 1.005  # a few thousand instructions, by how long paths and variables are
_MODULE_BUDGETS = {OFF: 1, ON: 4}

Pythons = Mapping[str, "tuple[str, Mapping[str, str]]"]


def rows(houses: Houses, quick: bool) -> Iterator[Row]:
    """Instructions, modules and file operations at start-up."""
    pythons: dict[str, tuple[str, Mapping[str, str]]] = {"bare": (houses.bare("bare").python, {})}
    pythons[FLOOR] = (houses.empty().python, {})
    pythons[OFF] = (houses.ours().python, {})
    pythons[ON] = (houses.ours().python, DATABRICKS)
    for name in ("setuptools' _distutils_hack",) if quick else RIVALS:
        try:
            pythons[name] = (houses.rival(name).python, {})
        except Unavailable as reason:
            yield Row(GROUP, name, None, "", note=f"not to be had: {reason}")
    yield from _modules(pythons)
    yield from _file_operations(pythons)
    yield from _instructions(houses, pythons, quick)


def _modules(pythons: Pythons) -> Iterator[Row]:
    found = {}
    for name, (python, extra) in pythons.items():
        done = subprocess.run(
            [python, "-c", _MODULES], env=counting.environ(extra), stdout=subprocess.PIPE, check=True, timeout=120
        )
        found[name] = set(json.loads(done.stdout))
    for name, modules in found.items():
        if name != "bare":
            more = sorted(modules - found["bare"])
            note = ", ".join(more) if len(more) < 6 else ""
            row = Row(GROUP, f"modules: {name}", len(more), "modules", note=note)
            yield row.at_most(_MODULE_BUDGETS[name]) if name in _MODULE_BUDGETS else row


def _file_operations(pythons: Pythons) -> Iterator[Row]:
    if not counting.HAVE_STRACE:
        yield Row(GROUP, "path system calls", None, "", note="strace is not here")
        return
    found = {name: counting.path_syscalls([python, "-c", "pass"], extra) for name, (python, extra) in pythons.items()}
    floor = found[FLOOR] - found["bare"]
    # Off: the empty module's, and one look for /databricks. On: what three modules and a package's folder cost.
    budgets = {OFF: floor + 1, ON: 5 * floor}
    for name, calls in found.items():
        if name not in ("bare", FLOOR):
            row = Row(GROUP, f"path system calls: {name}", calls - found["bare"], "calls", FLOOR, floor)
            yield row.at_most(budgets[name]) if name in budgets else row


def _instructions(houses: Houses, pythons: Pythons, quick: bool) -> Iterator[Row]:
    if not counting.HAVE_VALGRIND:
        yield Row(GROUP, "instructions", None, "", note="valgrind is not here")
        return
    sizes = (0,) if quick else SIZES
    more: dict[str, list[float]] = {}
    for size in sizes:
        for environment in houses.made():
            add_distributions(environment.site_packages, size)
        counts = counting.starts(pythons, 3 if quick or size else 5)
        for name in pythons:
            more.setdefault(name, []).append(counting.median_difference(counts[name], counts["bare"]) / 1e6)
    for position, size in enumerate(sizes):
        # Whatever a .pth imports costs a listing of the site folder, which grows: the empty module's as ours
        grown = more[FLOOR][position] - more[FLOOR][0]
        for name, values in more.items():
            if name not in ("bare", FLOOR):
                what = f"instructions, {size:,} distributions beside: {name}"
                row = Row(GROUP, what, values[position], "M more than bare", FLOOR, more[FLOOR][position])
                limit = _BUDGETS.get(name, 0) + grown + (more[FLOOR][0] if name == OFF else 0)
                limit *= _JITTER if target_version() == _REFERENCE else 1.15
                yield row.at_most(limit, f"≤ +{number(limit)} M") if name in _BUDGETS else row
    for name in (OFF, ON) if not quick else ():
        above = [ours - floor for ours, floor in zip(more[name], more[FLOOR])]
        # from 1 and not 0 distributions, of which there is no logarithm
        what = f"instructions above an empty module's, {name}"
        yield growth_row(GROUP, what, [1, *sizes[1:]], above, "M", CONSTANT)
