"""Few of all combinations of what a test is run with, and yet each pair, or triple, of values is there.

What goes wrong with one value, or with two or three together, is found as well as by all combinations, in a fraction
of their time.
"""

from __future__ import annotations

import itertools
from typing import Any, Sequence


def covering(*factors: Sequence[Any], strength: int = 2) -> list[tuple[Any, ...]]:
    """Return combinations of one value of each factor; any ``strength`` values of different factors meet in one.

    The same for the same factors. Each is the one that has most of what the ones before it lack.
    """
    columns = [*itertools.combinations(range(len(factors)), min(strength, len(factors)))]
    rows = [*itertools.product(*(range(len(factor)) for factor in factors))]
    met = {row: {(chosen, tuple(row[n] for n in chosen)) for chosen in columns} for row in rows}
    missing = set().union(*met.values())
    found = []
    while missing:
        best = max(rows, key=lambda row: len(met[row] & missing))
        found.append(tuple(factor[n] for factor, n in zip(factors, best)))
        missing -= met[best]
    return found
