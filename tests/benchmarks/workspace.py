"""``/Workspace`` operations, the cost that users feel: what imports ask of a slow folder, in a simulated kernel.

Each stat, listdir and open below the workspace is counted and comes late, from the interpreter's start on. Three
ways: with dbx-patch; without it (where an editable is not found at all); and as people do today: no editable
install, and each source folder appended to ``sys.path`` in the notebook, where the import follows in the next cell.
"""

from __future__ import annotations

import json
from typing import Any, Iterator, Mapping

from tests.benchmarks import trees
from tests.benchmarks.houses import Houses, add_editables, editable_name
from tests.benchmarks.table import CONSTANT, LINEAR, Row, growth_row, number

from dbx_patch.simulator import simulate
from support.environments import Environment
from support.workspaces import Workspace, write

GROUP = "Workspace operations"
APPEND = "sys.path.append"
ERAS = ("legacy", "modern")
EDITABLES = 20
_SIZES = (5, 10, 20)
_DELAY = 0.0005
_MEASURE = """
import fileops as _fileops, time as _time
_before, _start, _outcome = dict(_fileops.counts), _time.perf_counter(), "ok"
try:
    {statement}
except ImportError as _error:
    _outcome = type(_error).__name__
[_fileops.since(_before), _time.perf_counter() - _start, _outcome]
"""
_ALL = "[__import__('acme_%03d' % i) for i in range({})]"
_START = "import fileops as _fileops; [dict(_fileops.counts), 0, 'ok']"
# row -> (statements before it, the measured one); a library's may not reach the workspace at all
LIBRARIES = {
    "import of a pandas-like library": ("pass", "import pandas_like"),
    "import of a sklearn-like library": ("pass", "import sklearn_like"),
    "50 optional modules that a library misses": ("import optional_misses", "optional_misses.miss(50)"),
    "50 more of them": ("import optional_misses; optional_misses.miss(50)", "optional_misses.miss(50)"),
}
USERS = {
    "import of an editable package of 200 modules": ("pass", "import acme_000"),
    "import of the last editable package": ("pass", f"import {editable_name(EDITABLES - 1)}"),
    "import of all editable packages": ("pass", "import " + ", ".join(editable_name(i) for i in range(EDITABLES))),
    "import of a missing name": ("pass", "import surely_missing"),
    "import of another missing name": (
        "import acme_001\ntry: import surely_missing\nexcept ImportError: pass",
        "import not_there",
    ),
}


class Kernels:
    """Environments with libraries in them, one with and one without dbx-patch, and a workspace with editables."""

    def __init__(self, houses: Houses) -> None:
        self.workspace = Workspace(houses.folder).create()
        self.patched = houses.ours("workspace")
        self.plain = houses.bare("appending")
        for environment in (self.patched, self.plain):
            write(environment.site_packages, {**trees.libraries(), "000_fileops.pth": "import fileops\n"})
            source = (houses.probes / "fileops.py").read_text()
            write(environment.site_packages, {"fileops.py": source})
        self.set_editables(EDITABLES)

    def set_editables(self, count: int) -> None:
        """Have so many editable installs; the first has 200 modules."""
        self.sources = add_editables(self.patched.site_packages, self.workspace.folder, count)
        write(self.sources[0], trees.tree(editable_name(0), packages=10, modules=20, optional_every=5))

    def run(self, era: str, way: str, before: str, statement: str | None) -> tuple[dict[str, int], float, str]:
        """Return operations by kind, seconds and outcome of a statement in a fresh kernel; None: of the start."""
        environment, extra = self._environment(way)
        if way == APPEND:
            before = f"import sys; sys.path += {list(map(str, self.sources))!r}\n{before}"
        cell = _START if statement is None else _MEASURE.format(statement=statement)
        settings: Mapping[str, Any] = {"PYTHONDONTWRITEBYTECODE": None, "PYTHONHASHSEED": "0", **extra}
        report = simulate(
            [cell] if statement is None else [before, cell],
            workspace=self.workspace.folder,
            runtime=era,
            notebook=self.workspace.notebook,
            python=environment.python,
            env={**settings, "BENCHMARK_FOLDER": str(self.workspace.folder), "BENCHMARK_DELAY": str(_DELAY)},
        )
        if report.returncode or not report.cells or not report.cells[-1].ok:
            raise RuntimeError(f"{era}, {way}, {statement}: {report}")
        operations, seconds, outcome = report.cells[-1].value
        return operations, seconds, outcome

    def _environment(self, way: str) -> tuple[Environment, dict[str, str]]:
        if way == APPEND:
            return self.plain, {}
        return self.patched, {} if way == "with" else {"DBX_PATCH_ENABLED": "0"}


def rows(houses: Houses, quick: bool) -> Iterator[Row]:
    """Every scenario in both eras, and how the editable ones grow with the number of installs."""
    kernels = Kernels(houses)
    for way in ("with", APPEND):  # leaves the bytecode
        kernels.run("modern", way, "import pandas_like, sklearn_like", USERS["import of all editable packages"][1])
    for era in ERAS[1:] if quick else ERAS:
        scenarios = dict(list(LIBRARIES.items())[:1]) if quick else LIBRARIES
        for what, (before, statement) in scenarios.items():
            row = _row(kernels, era, what, before, statement, more=True)
            yield row.at_most(0, "none more than without")
        for what, (before, statement) in USERS.items():
            if not quick or "missing" not in what:
                row = _row(kernels, era, what, before, statement)
                yield row.at_most(row.floor or 0, f"no more than {APPEND}")
        yield _row(kernels, era, "the kernel's start", "", None)
    if not quick:
        yield from _growth(kernels)


def _row(kernels: Kernels, era: str, what: str, before: str, statement: str | None, more: bool = False) -> Row:
    """``more``: measured is what comes on top of the operations without dbx-patch."""
    found = {way: kernels.run(era, way, before, statement) for way in ("with", "without", APPEND)}
    totals = {way: sum(operations.values()) for way, (operations, _, _) in found.items()}
    texts = []
    for way, (_, seconds, outcome) in found.items():
        result = number(totals[way]) if outcome == "ok" else f"{number(totals[way])}, {outcome}"
        texts.append(f"{way}: {result}, {seconds:.2f} s" if statement else f"{way}: {result}")
    texts.append(json.dumps(found["with"][0]).strip("{}").replace('"', ""))
    measured = totals["with"] - totals["without"] if more else totals["with"]
    return Row(GROUP, f"{era}: {what}", measured, "operations", APPEND, totals[APPEND], note="; ".join(texts))


def _growth(kernels: Kernels) -> Iterator[Row]:
    """Operations by the number of editables, when there is bytecode. On ``sys.path`` a name is looked for in order."""
    statements = {
        "import of a missing name": ("import surely_missing", LINEAR),
        "import of the second editable": ("import acme_001", CONSTANT),
        "50 optional modules that a library misses": ("import optional_misses; optional_misses.miss(50)", CONSTANT),
        "the kernel's start": (None, LINEAR),
    }
    counts: dict[str, list[float]] = {what: [] for what in statements}
    for size in _SIZES:
        kernels.set_editables(size)
        kernels.run("modern", "with", "pass", _ALL.format(size))
        for what, (statement, _) in statements.items():
            counts[what].append(sum(kernels.run("modern", "with", "pass", statement)[0].values()))
    for what, values in counts.items():
        yield growth_row(GROUP, f"{what}, by installs", _SIZES, values, "operations", statements[what][1])
