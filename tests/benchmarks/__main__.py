"""``python -m tests.benchmarks [--quick] [--counts] [--only PATTERN] [--json]``: exit 1 if a budget is missed.

Makes its own environments in a temporary folder, with the rivals from the registry. Measures CPython 3.12 where
pyenv has one, else the interpreter that runs this; ``DBX_PATCH_TEST_PYTHON`` names another.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

if TYPE_CHECKING:
    from tests.benchmarks.table import Row

ROOT = Path(__file__).resolve().parent.parent.parent
GROUPS = ("startup", "imports", "autoreload", "hooks", "discovery", "memory", "workspace")


def reference_python() -> str:
    """Return the newest CPython 3.12 of pyenv's, or the interpreter that runs this."""
    try:
        root = subprocess.run(
            ["pyenv", "root"], capture_output=True, text=True, check=False, timeout=120
        ).stdout.strip()
    except OSError:
        root = ""
    found = sorted(Path(root, "versions").glob("3.12.*/bin/python")) if root else []
    return str(found[-1]) if found else sys.executable


def main() -> int:
    """Measure and print; 0 where every budget is met."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer sizes, repetitions and rivals")
    parser.add_argument("--counts", action="store_true", help="only what repeats exactly, no times: for busy machines")
    parser.add_argument("--only", metavar="PATTERN", default="", help=f"regular expression: of {', '.join(GROUPS)}")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    options = parser.parse_args()
    groups = [group for group in GROUPS if re.search(options.only, group)]
    if not groups:
        parser.error(f"no group matches {options.only!r}; there are {', '.join(GROUPS)}")
    # read when support.environments is imported: what environments are made with
    python = os.environ.setdefault("DBX_PATCH_TEST_PYTHON", reference_python())
    sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(ROOT / "tests")]
    from tests.benchmarks.table import as_json, render

    rows = list(_measure(groups, options.quick, not options.counts))
    print(json.dumps(as_json(rows), indent=1) if options.json else f"Python: {python}\n\n{render(rows)}")
    missed = [row for row in rows if row.met is False]
    if not options.json:
        met = sum(row.met is True for row in rows)
        print(f"\n{met} budgets met, {len(missed)} missed" + "".join(f"\n  {row.group}: {row.what}" for row in missed))
    return 1 if missed else 0


def _measure(groups: list[str], quick: bool, times: bool) -> Iterator[Row]:
    from tests.benchmarks.houses import Houses

    with tempfile.TemporaryDirectory(prefix="dbx-patch-benchmarks-") as folder:
        houses = Houses(Path(folder).resolve(), times)
        for group in groups:
            started = time.monotonic()
            yield from importlib.import_module(f"tests.benchmarks.{group}").rows(houses, quick)
            print(f"{group}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
