"""Run the matrix and print what it found as a Markdown table: ``python tests/compat/table.py [PYTEST OPTIONS]``.

``--write`` puts the table into the document that shows it. ``--from FILE`` prints, and ``--write --from FILE`` writes,
an earlier run's, whose tests had DBX_PATCH_MATRIX_REPORT set to that file. ``--check FILE`` prints the lines of that
run which the document does not have; the exit status is 1 if there are any. A row that was not run is not missed.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.parent.parent / "docs/compatibility.md"
BLOCK = re.compile(r"(<!-- made by tests/compat/table\.py -->\n).*?(<!-- end -->)", re.DOTALL)
HEADINGS = {
    "cell": "cell",
    "submodules": "cell: submodules",
    "new": "cell: new submodule",
    "library": "library",
    "library submodules": "library: submodules",
    "library new": "library: new submodule",
    "autoreload": "autoreload",
    "executor": "executor",
    "executor library": "executor: library",
}
LEGEND = """\
**yes**: works, and would not without dbx-patch. yes: works either way. n/a: not even plain Python can, or the project \
has no submodules. NO: fails. Each holds under both simulated runtimes, unless one is named.
"""


def mark(entries: list[dict[str, Any]]) -> str:
    """Return what a table's cell says of the outcomes under the two eras."""
    if not entries:
        return "n/a"
    failed = [entry["era"] for entry in entries if entry["outcome"] != "passed"]
    if failed:
        return "NO" if len(failed) == len(entries) else f"NO ({', '.join(failed)})"
    if not all(entry["works"] for entry in entries):
        return "n/a"
    needed = [entry["era"] for entry in entries if entry["needed"]]
    return "yes" if not needed else "**yes**" if len(needed) == len(entries) else f"**yes** ({', '.join(needed)})"


def table(found: list[dict[str, Any]]) -> str:
    """Return the Markdown; rows by shape."""
    rows = sorted({(entry["shape"], entry["row"]) for entry in found})
    lines = [["shape", "install", *HEADINGS.values()], ["---"] * (len(HEADINGS) + 2)]
    for shape, row in rows:
        marks = [mark([e for e in found if (e["row"], e["situation"]) == (row, name)]) for name in HEADINGS]
        lines.append([shape, row, *marks])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines) + "\n" + LEGEND


def show(text: str, write: bool) -> None:
    """Print the table, or put it into the document."""
    if write:
        DOCUMENT.write_text(BLOCK.sub(lambda match: match[1] + text + match[2], DOCUMENT.read_text()))
    else:
        print(text, end="")


def missing(report: Path) -> list[str]:
    """Return the lines of a run's table that the document does not have."""
    (block,) = BLOCK.finditer(DOCUMENT.read_text())
    shown = block[0].splitlines()
    return [line for line in table(json.loads(report.read_text())).splitlines() if line not in shown]


def main(arguments: list[str]) -> int:
    """Print, write or check the table; the exit status is pytest's where that runs."""
    if arguments[:1] == ["--check"]:
        lines = missing(Path(arguments[1]))
        print("".join(f"not in {DOCUMENT.name}: {line}\n" for line in lines), end="")
        return 1 if lines else 0
    write = "--write" in arguments
    arguments = [argument for argument in arguments if argument != "--write"]
    if arguments[:1] == ["--from"]:
        show(table(json.loads(Path(arguments[1]).read_text())), write)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        command = [sys.executable, "-m", "pytest", "-q", str(HERE / "test_matrix.py"), *arguments]
        environment = {**os.environ, "DBX_PATCH_MATRIX_REPORT": report}
        done = subprocess.run(command, cwd=HERE.parent.parent, env=environment, stdout=sys.stderr, timeout=7200)
        if os.path.exists(report):
            show(table(json.loads(Path(report).read_text())), write)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
