"""Runs tests on a mutant, in a copy of the checkout: first those that reach its line, then all the others."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Callable

from mutation.lines import LOG
from mutation.mutants import Mutant
from support.environments import ROOT, clean_environ

COPIED = ("src", "tests", "docs", "hatch_build.py", "noxfile.py", "pyproject.toml", "README.md", "CHANGELOG.md")
COPIED += ("CONTRIBUTING.md", "LICENSE")
FIRST = 30  # so many of the tests that reach the line and need an environment
NEAREST = 60  # and so many unit tests, which are quick
# What would notice any change of the source: no behaviour
_NO_BEHAVIOUR = ("tests/shipped/", "tests/guards/", "tests/unit/test_mutants.py", "tests/unit/test_readme.py")

UNIT = "tests/unit/"

Reached = "dict[tuple[str, int], set[str]]"


class Checkout:
    """A copy of this checkout in which one mutant at a time is put."""

    def __init__(self, folder: Path, tools: Path | None) -> None:
        self.folder, self._tools = folder, tools
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in COPIED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
            copy(ROOT / name, folder / name)

    def pytest(self, arguments: list[str], timeout: float, **variables: str) -> tuple[int, str]:
        """Run pytest; return its exit status, -1 where it took too long, and what it printed."""
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "-p",
            "no:cacheprovider",
            "-p",
            "pytest_timeout",
            *(f"--ignore={path.rstrip('/')}" for path in _NO_BEHAVIOUR),
            *arguments,
        ]
        temporary = self.folder.with_name(f"{self.folder.name}-temporary")  # in the checkout, it would be a stray file
        temporary.mkdir(exist_ok=True)
        settings = {"PYTEST_DEBUG_TEMPROOT": str(temporary), "PYTHONDONTWRITEBYTECODE": "1", **variables}
        settings["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # most of what a run of unit tests takes
        if self._tools:
            settings["DBX_PATCH_TEST_TOOLS"] = str(self._tools)
        options = {"cwd": self.folder, "env": {**clean_environ(), **settings}, "stderr": subprocess.STDOUT}
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=timeout, **options)  # type: ignore[call-overload]
        except subprocess.TimeoutExpired:
            return -1, ""
        return done.returncode, done.stdout

    def warm(self) -> None:
        """Have the tests compiled, once for all mutants: only what a mutant changes is compiled again."""
        self.pytest(["--collect-only", "tests"], 600, PYTHONDONTWRITEBYTECODE="")

    def judge(self, mutant: Mutant, rounds: list[list[str]], timeout: float) -> tuple[str, str]:
        """Return ("caught", by which test) or ("survived", ""); what never ends is caught.

        A run that breaks off before any test is the mutant's doing, unless a test is not there any more.
        """
        file = self.folder / "src" / mutant.module
        source = file.read_text("utf-8")
        file.write_text(mutant.applied(source), "utf-8")
        try:
            for arguments in filter(None, rounds):
                status, printed = self.pytest(arguments, timeout)
                missing = [line for line in printed.splitlines() if line.startswith("ERROR: not found")]
                if missing:  # named otherwise since they were traced: pytest then runs none of the others
                    there = [test for test in arguments if not any(line.endswith(test) for line in missing)]
                    status, printed = self.pytest(there, timeout) if there else (5, "")
                if status == -1:
                    return "caught", "took too long"
                failed = [line for line in printed.splitlines() if line.startswith(("FAILED ", "ERROR "))]
                if failed:
                    return "caught", failed[0].split(" - ")[0]
                if status not in (0, 5) and "ERROR: not found" not in printed:  # 5: no test was chosen
                    return "caught", "no test could run"
        finally:
            file.write_text(source, "utf-8")
        return "survived", ""


def collect(checkout: Checkout, log: Path, paths: list[str], say: Callable[[str], object]) -> None:
    """Run ``paths`` once with every process traced, and add to ``log`` which test reaches which line."""
    partial = log.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    places = os.pathsep.join((str(checkout.folder / "tests"), str(checkout.folder / "src")))
    arguments = ["--maxfail=50", "-p", "mutation.lines", "-o", "timeout=1800", *paths]
    status, printed = checkout.pytest(arguments, 7200, PYTHONPATH=places, **{LOG: str(partial)})
    say(f"traced: pytest ended with {status}, {printed.splitlines()[-1:]}")
    with open(log, "ab") as whole:
        whole.write(partial.read_bytes())
    partial.unlink()


def reached(log: Path) -> Reached:
    """Return the tests that reach each line: (module's path below ``src``, line) -> node ids."""
    found = defaultdict(set)
    for record in log.read_text("utf-8", "replace").splitlines() if log.exists() else ():
        test, name, line = record.rsplit("\t", 2)
        if name.startswith("dbx_patch") and not name.endswith(".py"):
            path = name.replace(".", "/")
            name = path + ("/__init__.py" if (ROOT / "src" / path).is_dir() else ".py")
        if test and not test.startswith(_NO_BEHAVIOUR):
            found[name, int(line)].add(test)
    return found


def first_round(mutant: Mutant, tests: Reached, below: tuple[str, ...] = ("tests/",)) -> list[str]:
    """Return the tests that reach any line of a mutant: unit tests, the nearest first; then some of the others.

    ``below``: of these folders only. The others are from as many files as can be. What runs once in a process, when
    the module loads, is reached by whatever reaches the module.
    """
    lines = range(mutant.line, mutant.line + mutant.old.count("\n") + 1)
    whole = not in_function((ROOT / "src" / mutant.module).read_text("utf-8"), mutant.line)
    whole = whole or not any(tests.get((mutant.module, line)) for line in lines)
    every = {
        test
        for (module, line), found in tests.items()
        if module == mutant.module and (whole or line in lines)
        for test in found
        if test.startswith(below)
    }
    lines_of = Counter(test for found in tests.values() for test in found)
    unit = [test for test in sorted(every) if test.startswith(UNIT)]
    unit.sort(key=lambda test: (_distance(test, mutant.module), lines_of[test]))  # what reaches little is quick
    by_file = defaultdict(list)
    for test in sorted(every):
        if not test.startswith(UNIT):
            by_file[test.partition("::")[0]].append(test)
    turns = max(map(len, by_file.values()), default=0)
    others = [names[turn] for turn in range(turns) for names in by_file.values() if turn < len(names)]
    return [*unit[:NEAREST], *others[:FIRST]]


def in_function(source: str, line: int) -> bool:
    """Tell whether a line is of a function's body, and so runs whenever that is called."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, kinds))
    return any(node.body[0].lineno <= line <= (node.end_lineno or 0) for node in functions)


def _distance(test: str, module: str) -> int:
    """Return how far a unit test's file is from a module: 0 for its own, 1 for its folder's."""
    folder, _, name = module.rpartition("/")
    own = f"{UNIT}{folder.rpartition('/')[2]}/"
    return 0 if test.startswith(f"{own}test_{name.partition('.')[0]}") else 1 if test.startswith(own) else 2
