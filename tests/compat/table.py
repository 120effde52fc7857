"""Run the matrix and print what it found as a Markdown table: ``python tests/compat/table.py [PYTEST OPTIONS]``.

``--from FILE`` prints an earlier run's, whose tests had DBX_PATCH_MATRIX_REPORT set to that file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
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


def main(arguments: list[str]) -> int:
    """Print the table; the exit status is pytest's."""
    if arguments[:1] == ["--from"]:
        print(table(json.loads(Path(arguments[1]).read_text())), end="")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        command = [sys.executable, "-m", "pytest", "-q", str(HERE / "test_matrix.py"), *arguments]
        environment = {**os.environ, "DBX_PATCH_MATRIX_REPORT": report}
        done = subprocess.run(command, cwd=HERE.parent.parent, env=environment, stdout=sys.stderr)
        if os.path.exists(report):
            print(table(json.loads(Path(report).read_text())), end="")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
