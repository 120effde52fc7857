"""Writes ``tests/README.md``, from behaviour to file: ``python tests/readme.py``; with ``--check``, 1 if it differs."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent
README = TESTS / "README.md"
# Folder -> what its tests have in common; in the order of the table
FOLDERS = {
    "unit": "Logic in this process, by room of the source. Runs in seconds by itself, with no wheel and no network.",
    "process": "Interpreters with the installed wheel: start-up, installing, import hooks, executors.",
    "notebook": "Simulated kernels of both eras, with real editable installs.",
    "diagnosis": "What commands and the API say.",
    "selftest": "What `dbx-patch selftest` finds, and that it leaves nothing behind.",
    "simulator": "The simulated runtimes themselves, without dbx-patch.",
    "guards": "Costs, told by counting.",
    "compat": "Every installer and backend, in each situation.",
    "hostile": "Files and folders that are broken, huge, changing, or made to do harm.",
    "shipped": "The wheel's files, and what they do to a machine.",
    "real": "Parts that no one here wrote. Not in the plain run: `python -m pytest tests/real`.",
    "faults": "Faults, races and made-up runtimes. Not in the plain run: `python -m pytest tests/faults`.",
}
HEAD = """\
# What the tests show, and where

This file is written by `python tests/readme.py`, from the first line of each test file. A test fails where they differ.

Helpers that folders share are in `support`; `benchmarks` is run by `python -m tests.benchmarks`, and `runtimes`
compares a report of the self-test with what is simulated: `python -m tests.runtimes REPORT.json`.
"""


def behaviour(file: Path) -> str:
    """Return the first line of a test file's docstring. ValueError where that is no sentence."""
    lines = (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").splitlines()
    if not lines or not lines[0].endswith("."):
        raise ValueError(f"{file}: the first line of its docstring has to say in one sentence what it shows")
    return lines[0]


def render() -> str:
    """Return the text of the file. ValueError where a test file lies in none of the folders."""
    text, listed = HEAD, []
    for folder, about in FOLDERS.items():
        files = sorted((TESTS / folder).rglob("test_*.py"))
        listed += files
        text += f"\n## {folder}\n{about}\n\n| behaviour | file |\n|---|---|\n"
        for file in files:
            name = file.relative_to(TESTS).as_posix()
            text += f"| {behaviour(file)} | [{name}]({name}) |\n"
    if set(listed) != set(TESTS.rglob("test_*.py")):
        raise ValueError(f"in no folder of the table: {sorted(set(TESTS.rglob('test_*.py')) - set(listed))}")
    return text


def main(arguments: list[str]) -> int:
    """Write the file, or with ``--check`` compare it."""
    if "--check" not in arguments:
        README.write_text(render(), "utf-8")
        return 0
    same = README.exists() and README.read_text("utf-8") == render()
    print("up to date" if same else "tests/README.md is out of date: run `python tests/readme.py`")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
