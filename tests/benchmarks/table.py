"""Rows of the benchmark's table, how something grows, and the table itself."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Sequence

# Exponents that still count as "linear" and as "not at all": counts carry a constant part and a little jitter.
LINEAR = 1.1
CONSTANT = 0.1


@dataclass
class Row:
    """One measurement. ``met`` is None where there is no budget, or nothing could be measured (``note`` says why)."""

    group: str
    what: str
    measured: float | None
    unit: str
    rival: str = ""
    floor: float | None = None  # the rival's value, in the same unit
    ratio: float | None = None  # measured / floor, unless it is a paired one
    budget: str = ""
    met: bool | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if self.ratio is None and self.measured is not None and self.floor:
            self.ratio = self.measured / self.floor

    def at_most(self, limit: float, text: str = "") -> Row:
        """Set the budget: ``measured`` is to be no more than ``limit``; ``text`` says it in another way."""
        self.budget = text or f"≤ {number(limit)} {self.unit}".rstrip()
        self.met = None if self.measured is None else self.measured <= limit
        return self

    def ratio_at_most(self, limit: float) -> Row:
        """Set the budget: ``ratio`` is to be no more than ``limit``."""
        self.budget = f"≤ {number(limit)} times {self.rival}"
        self.met = None if self.ratio is None else self.ratio <= limit
        return self


def growth(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Return the steepest exponent between neighbouring sizes: 0 constant, 1 linear, 2 quadratic.

    The steepest and not a fit over all: a fit hides a square term that shows at the largest size only.
    """
    points = [(math.log(size), math.log(max(value, 1e-12))) for size, value in zip(sizes, values)]
    if all(value == values[0] for value in values):
        return 0.0
    return max((y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in zip(points, points[1:]))


def growth_row(
    group: str, what: str, sizes: Sequence[float], values: Sequence[float], unit: str, limit: float = LINEAR
) -> Row:
    """Return the row that says how ``values`` grow with ``sizes``, and fails where that is faster than ``limit``."""
    text = " → ".join(number(value) for value in values) + f" {unit} at " + " → ".join(map(number, sizes))
    row = Row(group, f"growth: {what}", round(growth(sizes, values), 3), "exponent", note=text)
    return row.at_most(limit, "not superlinear" if limit == LINEAR else "does not grow")


def number(value: float | None) -> str:
    """Return ``value`` with three significant digits, counts in full."""
    if value is None:
        return "-"
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def render(rows: Sequence[Row]) -> str:
    """Return the table as text, a block for each group."""
    head = ("what", "measured", "floor or rival", "ratio", "budget", "met")
    lines = []
    for group in dict.fromkeys(row.group for row in rows):
        cells = [head] + [_cells(row) for row in rows if row.group == group]
        widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
        lines += ["", group, "-" * len(group)]
        notes = ["", *(row.note for row in rows if row.group == group)]
        for line, note in zip(cells, notes):
            padded = "  ".join(cell.ljust(width) for cell, width in zip(line, widths))
            lines.append((padded + (f"  {note}" if note else "")).rstrip())
    return "\n".join(lines[1:])


def _cells(row: Row) -> tuple[str, ...]:
    floor = f"{number(row.floor)} {row.rival}" if row.floor is not None else row.rival
    met = {True: "yes", False: "NO", None: "-"}[row.met]
    measured = f"{number(row.measured)} {row.unit}" if row.measured is not None else "-"
    return (row.what, measured, floor or "-", number(row.ratio), row.budget or "-", met)


def as_json(rows: Sequence[Row]) -> list[dict[str, object]]:
    """Return the rows as plain data."""
    return [asdict(row) for row in rows]
