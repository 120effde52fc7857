"""The outcome as a table by module, and the equivalents that have been judged."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Mapping, Sequence

from mutation.mutants import Mutant

FILE = Path(__file__).with_name("equivalents.txt")


def equivalents(file: Path = FILE) -> dict[str, str]:
    """Return the judged mutants by their key, each with its reason, which is the line's last field."""
    found = {}
    for line in file.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            key, bar, reason = line.rpartition(" || ")
            if not bar or not reason.strip() or key.count(" | ") < 4:
                raise ValueError(f"no reason, or no mutant: {line}")
            found[key] = reason.strip()
    return found


def table(
    mutants: Sequence[Mutant], results: Mapping[str, Sequence[str]], known: Mapping[str, str]
) -> tuple[str, list[Mutant]]:
    """Return the text, and the mutants that no test has caught and no one has judged."""
    counts: dict[str, Counter[str]] = {}
    for mutant in mutants:
        outcome = "equivalent" if mutant.key in known else results[mutant.key][0]
        counts.setdefault(mutant.module, Counter())[outcome] += 1
    width = max(map(len, counts), default=6)
    lines = [f"{'module':{width}}  sampled  caught  equivalent  survived  caught of the others"]
    for module, found in [*counts.items(), ("all", sum(counts.values(), Counter()))]:
        others = found["caught"] + found["survived"]
        share = f"{found['caught'] / others:20.0%}" if others else " " * 19 + "-"
        numbers = f"{sum(found.values()):7}  {found['caught']:6}  {found['equivalent']:10}  {found['survived']:8}"
        lines.append(f"{module:{width}}  {numbers}  {share}")
    survived = [m for m in mutants if m.key not in known and results[m.key][0] == "survived"]
    if survived:
        lines += ["", "survivors:", *map(str, survived)]
    return "\n".join(lines), survived
