"""``python -m tests.mutation [MODULE …]``: a table of which mutants the tests catch; exit 1 if one survived.

A MODULE is a folder or file below ``src/dbx_patch``. A run that was broken off goes on where it was: what has been
found lies in the state's folder. A survivor is a test to write, or an equivalent, which goes into ``equivalents.txt``
with the reason why no behaviour can tell it from the original.

Suspects are found in minutes by ``--first tests/unit --then``, which runs nothing but unit tests that reach the line;
``--again --also FILE`` traces new tests as well, and judges again what has survived.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]
WHOLE = ("tests/unit", "tests/process", "tests/notebook")
ENGINE = ("hooks", "index", "patches", "../_dbx_patch_bootstrap.py")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", default=ENGINE, help="folders or files of dbx_patch; the engine's")
    parser.add_argument("--each", type=int, default=20, help="mutants of each module")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--trace", nargs="*", default=WHOLE, metavar="PATH", help="tests to trace once")
    parser.add_argument("--first", nargs="*", default=["tests/"], metavar="PATH", help="where tests that reach may lie")
    parser.add_argument("--again", action="store_true", help="judge anew what has survived")
    parser.add_argument("--also", nargs="*", default=(), metavar="PATH", help="tests to trace that are new since then")
    parser.add_argument("--then", nargs="*", default=WHOLE, metavar="PATH", help="tests for those that are left")
    parser.add_argument("--timeout", type=float, default=3600, help="seconds for one run of the tests")
    parser.add_argument("--state", type=Path, default=ROOT / ".nox/mutants", help="where results are kept")
    return parser.parse_args()


def modules_of(names: list[str]) -> list[str]:
    base = ROOT / "src/dbx_patch"
    found: list[Path] = []
    for name in names:
        found += sorted((base / name).glob("*.py")) if (base / name).is_dir() else [(base / name).resolve()]
    return [str(file.relative_to(ROOT / "src")) for file in found]


def main() -> int:
    from mutation import running
    from mutation.mutants import sample
    from mutation.table import equivalents, table
    from support.tools import make_tools

    given = options()
    state, tools = given.state.resolve(), given.state.resolve() / "tools"
    if not tools.exists():
        make_tools(tools)
    lines = state / "lines.tsv"
    untraced = [*given.also] if lines.exists() else [*given.trace]
    if untraced:
        running.collect(running.Checkout(state / "traced", tools), lines, untraced, print)
    tests, known = running.reached(lines), equivalents()
    mutants = sample(ROOT, modules_of(given.modules), given.each, given.seed)
    results = Results(state / "results.jsonl")
    done = {key for key, (outcome, _) in results.by_key.items() if outcome == "caught" or not given.again}
    todo = [mutant for mutant in mutants if mutant.key not in known and mutant.key not in done]
    checkouts = [running.Checkout(state / f"checkout-{number}", tools) for number in range(given.jobs)]
    for checkout in checkouts if todo else ():
        checkout.warm()

    def judge(mutant: object) -> None:
        checkout = checkouts.pop()
        first = running.first_round(mutant, tests, tuple(given.first))
        outcome, by = checkout.judge(mutant, [first, [*given.then]], given.timeout)
        checkouts.append(checkout)
        results.add(mutant.key, outcome, by)
        print(f"{outcome}: {mutant} {by}", flush=True)

    with ThreadPoolExecutor(given.jobs) as pool:
        list(pool.map(judge, todo))
    text, survived = table(mutants, results.by_key, known)
    print(text)
    return 1 if survived else 0


class Results:
    """What has been found out, kept as it comes."""

    def __init__(self, file: Path) -> None:
        self._file, self._lock = file, threading.Lock()
        lines = file.read_text("utf-8").splitlines() if file.exists() else []
        self.by_key: dict[str, list[str]] = {key: found for key, *found in map(json.loads, lines)}

    def add(self, key: str, outcome: str, by: str) -> None:
        with self._lock, open(self._file, "a", encoding="utf-8") as stream:
            stream.write(json.dumps([key, outcome, by]) + "\n")
            self.by_key[key] = [outcome, by]


if __name__ == "__main__":
    sys.exit(main())
