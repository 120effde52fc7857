"""What is allocated, and what stays: by being armed, and by the index."""

from __future__ import annotations

from typing import Iterator

from tests.benchmarks.discovery import GROWING, SIZES, site_folder
from tests.benchmarks.houses import Houses
from tests.benchmarks.probing import Probe
from tests.benchmarks.table import Row, growth_row

from support.environments import DATABRICKS

GROUP = "Memory"


def rows(houses: Houses, quick: bool) -> Iterator[Row]:
    """Peak and kept, in kB as tracemalloc counts them."""
    peak, kept = Probe(houses.ours(), houses.probes / "start_memory.py", {"DBX_PATCH_ENABLED": "0"}).value()
    yield Row(GROUP, "armed: peak", peak / 1024, "kB")
    yield Row(GROUP, "armed: kept", kept / 1024, "kB")
    found = {}
    for distributions, editables in SIZES[:1] if quick else sorted({*SIZES, *GROWING}):
        folder = site_folder(houses, distributions, editables)
        values = Probe(houses.ours(), houses.probes / "discovery.py", DATABRICKS, [str(folder), "memory"]).value()
        found[distributions, editables] = [value / 1024 for value in values]
        for which, name in enumerate(("peak", "kept")):
            yield Row(
                GROUP, f"index of {distributions:,} + {editables}: {name}", found[distributions, editables][which], "kB"
            )
    for which, name in enumerate(("peak", "kept")) if not quick else ():
        values = [found[size][which] for size in GROWING]
        yield growth_row(GROUP, f"index: {name}, by distributions", [size[0] for size in GROWING], values, "kB")
