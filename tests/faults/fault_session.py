"""Injects every fault into every call of chosen phases; a script for the interpreter under test.

``python fault_session.py JOB``: JOB is a JSON file, see :mod:`test_faults`; its ``report`` is written.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect  # noqa: F401
import json
import os
import pkgutil  # noqa: F401
import sys
import threading  # noqa: F401  (and what else a kernel has loaded by then: it is no part of what is measured)
import traceback
from importlib import abc  # noqa: F401
from typing import Any, Callable, Dict, List, Set, Tuple

from fault_judge import judge
from fault_phases import AFTERMATH, PHASES, STARTS, STATUS
from forks import Forks
from injection import CANNOT_FAIL, FAULTS, Injector, is_primitive


class Session:
    """A process that goes through the phases, and sends children ahead to meet with faults."""

    def __init__(self, job: Dict[str, Any], tell: Callable[[BaseException], str] = lambda e: _named(e)) -> None:
        self.job = job
        self.tell = tell
        self.kernel: List[Any] = []
        self.space: Dict[str, Any] = {"KERNEL": self.kernel, "sys": sys, **job["names"]}
        self.execute = _executor(job["python_shell"])
        self.forks = Forks()
        self.seen: Set[Any] = set()

    def cell(self, source: str) -> str:
        """Run a cell; return its value or its error as text."""
        tree = ast.parse(source)
        last = tree.body[-1]
        value = None
        if isinstance(last, ast.Expr):
            value = ast.Expression(last.value)
            tree.body.pop()
        self.space["_"] = None
        try:
            self.execute(compile(tree, "<ipython-input-1-0>", "exec"), self.space)
            if value is not None:
                self.space["_cell"] = compile(value, "<ipython-input-1-0>", "eval")
                self.execute(compile("_ = eval(_cell)", "<ipython-input-1-0>", "exec"), self.space)
        except BaseException as error:
            return self._unwatched(error)
        return repr(self.space["_"])

    def _unwatched(self, error: BaseException) -> str:
        """Tell an error. No cell does that; but from 3.13 on linecache imports for it, and hooks of imports ask us."""
        watch = sys.getprofile()
        sys.setprofile(None)
        try:
            return self.tell(error)
        finally:
            sys.setprofile(watch)

    def phase(self, name: str, outcomes: List[str]) -> List[str]:
        """Run a phase's cells; what an interrupt ends, a user runs again."""
        for source in PHASES[name]:
            outcome = self.cell(source)
            outcomes.append(outcome)
            if outcome.startswith(("KeyboardInterrupt", "SystemExit")):
                if name in STARTS:
                    return outcomes
                outcomes[-1:] = [outcome, self.cell(source)]
        return outcomes

    def trial(
        self, name: str, site: Any = None, number: int = 0, fault: type = Exception, ask: bool = True
    ) -> Dict[str, Any]:
        """One phase, with or without a fault, and what is true after it; ``ask``: check_patch_status() too."""
        outcomes: List[str] = []
        fired = None
        if site is None:
            self.phase(name, outcomes)
        else:
            injector: Injector = self.space["_injector"]
            fired = injector.attack(site, number, fault, lambda: self.phase(name, outcomes))
        over = bool(outcomes) and name in STARTS and outcomes[-1].startswith(("KeyboardInterrupt", "SystemExit"))
        result = {"outcomes": outcomes, "fired": fired, "after": [], "faults": "[]"}
        self.space["ASK"] = ask
        if not over:
            result["after"] = [self.cell(source) for source in AFTERMATH]
            result["faults"] = self.cell(STATUS) if self.job["on"] else "[]"
        self.clean()
        return result

    def clean(self) -> None:
        """Put the site folder back to what the other children shall find."""
        site = self.job["names"]["SITE"]
        for file in os.listdir(site):
            if "acme_new" in file or "acme_late" in file:
                os.remove(os.path.join(site, file))
        os.utime(site, ns=(self.job["mtime"], self.job["mtime"]))

    def sites(self, name: str) -> List[Tuple[Any, int]]:
        """The calls that a phase makes, and how often it makes each; learnt in a child."""
        injector: Injector = self.space["_injector"]
        found, _ = self.forks.run(lambda: list(injector.sites(lambda: self.phase(name, [])).items()))
        assert isinstance(found, list), found
        self.clean()
        return [(tuple(site), count) for site, count in found if site[4] not in CANNOT_FAIL]

    def attack(self, name: str, healthy: Dict[str, Any]) -> Dict[str, Any]:
        """Inject faults into a phase's calls: the job's number of kinds into those that are new, else one or none.

        The kinds take turns, so that all of them meet all rooms; an exhaustive job has all kinds for all calls.
        """
        injector: Injector = self.space["_injector"]
        sites = self.sites(name)
        tried, wrong = 0, []
        for place, (site, count) in enumerate(sites):
            new, self.seen = site not in self.seen, self.seen | {site}
            if place % self.job["parts"] != self.job["part"]:
                continue
            kinds = self.job["kinds"] if new and not is_primitive(site) else int(new or not is_primitive(site))
            if self.job["exhaustive"]:
                kinds = len(FAULTS)
            for turn in range(kinds):
                fault = FAULTS[(place + 3 * turn) % len(FAULTS)]
                # the first or the last time it is made; a generator's last time is its end, and no call
                number = count if place % 2 and site[4] != "<genexpr>" else 1
                ask = tried % 20 == 0  # what check_patch_status() loads takes as long as three trials
                result, printed = self.forks.run(lambda: self.trial(name, site, number, fault, ask))  # noqa: B023
                if result.get("fired") is None and "died" not in result:
                    continue  # a run differs from the one before by what the folders' ages tell
                tried += 1
                problems = judge(injector, name, fault, result, printed, healthy, self.job["without"][name])
                wrong += [f"{name}: {fault.__name__} at {site} ({number}): {problem}" for problem in problems]
        return {"calls": len(sites), "tried": tried, "wrong": wrong}


def _named(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _told(error: BaseException) -> str:
    """An error with its traceback and context, unless it is injected or has gone through our frames anyway."""
    text = _named(error)
    if not isinstance(error, Exception) or str(error) == "injected":
        return text
    frames = traceback.extract_tb(error.__traceback__)
    text += " at " + ", ".join(f"{os.path.basename(frame.filename)}:{frame.lineno}" for frame in frames)
    return text + (f" after {_told(error.__context__)}" if error.__context__ else "")


def _executor(python_shell: str) -> Any:
    sys.path.insert(0, os.path.join(python_shell, "lib"))
    import simulated_kernel  # type: ignore[import-not-found]

    sys.path.pop(0)
    return simulated_kernel.make_executor()


def main() -> None:
    with open(sys.argv[1]) as stream:
        job = json.load(stream)
    session = Session(job, _told)
    if job["on"]:  # this process itself was started without: it is the one that measures
        spec = importlib.util.find_spec("dbx_patch")
        session.space["_injector"] = Injector(os.path.dirname(spec.origin))  # type: ignore[arg-type, union-attr]
        for name in [m for m in sys.modules if m.startswith(("dbx_patch", "_dbx_patch"))]:
            del sys.modules[name]
        os.environ.pop("DBX_PATCH_ENABLED", None)
    for folder in (os.path.join(job["python_shell"], "lib"), job["python_shell"]):
        sys.path.insert(1, folder)
    report: Dict[str, Any] = {"phases": {}, "plain": {}}
    for name in PHASES:
        plain, printed = session.forks.run(lambda: session.trial(name))  # noqa: B023
        report["plain"][name] = {**plain, "printed": printed}
        if job["on"]:
            report["phases"][name] = session.attack(name, plain)
        session.phase(name, [])
        session.clean()
    with open(job["report"], "w") as stream:
        json.dump(report, stream)


if __name__ == "__main__":
    main()
