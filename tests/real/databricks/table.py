"""Run the suite and print what it found as a Markdown table:
``python tests/real/databricks/table.py [PYTEST OPTIONS]``.

All lines of releases are run, unless ``DBX_PATCH_DATABRICKS`` names others. ``--from FILE`` prints an earlier run's,
whose tests had ``DBX_PATCH_DATABRICKS_REPORT`` set to that file. ``--write``, ahead of either, puts the table into
`table.md` beside this file, from where ``python tests/shipped/document_outputs.py --write`` takes it into the document.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Iterator

HERE = Path(__file__).resolve().parent
FILE = HERE / "table.md"
HEADINGS = {
    "user code": ("user code", "user code: submodules"),
    "user code: lazily": ("user code: lazily",),
    "user code: new submodule": ("user code: new submodule",),
    "user code: new module": ("user code: new module", "user code: new module, later"),
    "unpickled": ("unpickled",),
    "library": ("library", "library: submodules"),
    "library: lazily": ("library: lazily",),
    "editable code for a library: new module": ("editable code for a library: new module",),
    "library: new submodule": ("library: new submodule",),
}
# property of the tests -> heading
KEPT = {"kept": "nothing lost", "beside": "beside the notebook", "spared": "workspace spared"}
LEGEND = """\
**yes**: works, and would not without dbx-patch for one of the installs at least. yes: works either way. NO: fails for \
one of them. Where releases differ, those of which it is true are named. *Nothing lost*: what works without dbx-patch \
works with it. *Beside the notebook*: user code finds what merely lies there, and libraries are refused it where the \
release refuses it. *Workspace spared*: what libraries import and miss, and what user code imports of libraries, asks \
the workspace no more than without dbx-patch.
"""


def outcomes(entries: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Yield (line of releases, heading, mark) of one scenario's records."""
    for entry in entries:
        for heading, names in HEADINGS.items():
            found = [pair for name, pair in entry.get("works", {}).items() if name.rpartition(": ")[0] in names]
            if not found:
                continue
            needed = not all(before for before, _ in found)
            yield entry["line"], heading, ("**yes**" if needed else "yes") if all(now for _, now in found) else "NO"
        for key, heading in KEPT.items():
            if key in entry:
                yield entry["line"], heading, "yes" if all(entry[key].values()) else "NO"


def cell(marks: dict[str, str]) -> str:
    """Return what a table's cell says of the marks by line of releases."""
    kinds = list(dict.fromkeys(marks.values()))
    if len(kinds) < 2:
        return kinds[0] if kinds else ""
    return ", ".join(f"{kind} ({', '.join(line for line in marks if marks[line] == kind)})" for kind in kinds)


def table(found: list[dict[str, Any]]) -> str:
    """Return the Markdown; rows in the order of the scenarios."""
    versions = dict(sorted(((e["line"], e["version"]) for e in found), key=lambda pair: float(pair[0])))
    headings = [*HEADINGS, *KEPT.values()]
    lines = [["situation", "releases", *headings], ["---"] * (len(headings) + 2)]
    for scenario in dict.fromkeys(entry["scenario"] for entry in found):
        marks: dict[str, dict[str, str]] = {heading: {} for heading in headings}
        entries = [entry for entry in found if entry["scenario"] == scenario]
        for line, heading, mark in sorted(outcomes(entries), key=lambda outcome: float(outcome[0])):
            marks[heading][line] = mark
        tried = {entry["line"] for entry in entries}
        of = "all" if tried == set(versions) else ", ".join(line for line in versions if line in tried)
        lines.append([scenario, of, *map(cell, marks.values())])
    releases = "Releases of `databricks-connect`: " + ", ".join(versions.values()) + ".\n\n"
    return releases + "".join(f"| {' | '.join(line)} |\n" for line in lines) + "\n" + LEGEND


def show(report: Path, write: bool) -> None:
    """Print the table of a run, or put it into the file."""
    text = table(json.loads(report.read_text()))
    if write:
        FILE.write_text(text)
    else:
        print(text, end="")


def main(arguments: list[str]) -> int:
    """Print or write the table; the exit status is pytest's where that runs."""
    write = arguments[:1] == ["--write"]
    arguments = arguments[write:]
    if arguments[:1] == ["--from"]:
        show(Path(arguments[1]), write)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        command = [sys.executable, "-m", "pytest", "-q", str(HERE), *arguments]
        chosen = os.environ.get("DBX_PATCH_DATABRICKS", "all")
        environment = {**os.environ, "DBX_PATCH_DATABRICKS": chosen, "DBX_PATCH_DATABRICKS_REPORT": report}
        done = subprocess.run(command, cwd=HERE.parents[2], env=environment, stdout=sys.stderr, timeout=7200)
        if os.path.exists(report):
            show(Path(report), write)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
