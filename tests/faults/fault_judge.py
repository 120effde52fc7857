"""What may come of one fault, given what comes without any and what comes without dbx-patch."""

from __future__ import annotations

from typing import Any, Dict, List

from fault_phases import STARTS
from injection import Injector


def judge(
    injector: Injector,
    phase: str,
    fault: type,
    result: Dict[str, Any],
    printed: str,
    healthy: Dict[str, Any],
    without: Dict[str, Any],
) -> List[str]:
    """Return what is wrong with a trial's result; nothing, as a rule."""
    if "died" in result:
        return [f"the process did not get through: {result['died']}"]
    fired = result["fired"]
    delegated = fired["delegated"]
    wrong = []
    outcomes = list(result["outcomes"])
    if not issubclass(fault, Exception):
        wrong += _passed_through(fault, outcomes)
    elif phase == "removed":
        pass  # the user's own call may tell the user; what is true afterwards counts
    elif not delegated:
        wrong += _compare("outcome", outcomes, healthy["outcomes"], without["outcomes"])
        if injector.catcher(fired["stack"], fault) != "named" and result["faults"] == "[]":
            wrong.append("status does not know of it")
    if result["faults"] == "['status does not tell']":
        wrong.append("check_patch_status() keeps it to itself")
    if result["after"] and not (delegated and phase in STARTS):
        allowed = without["after"] if phase in STARTS else healthy["after"]
        if phase == "removed":  # done or not done: imports that need no dbx-patch are as they were
            wrong += _compare("afterwards", result["after"][3:], healthy["after"][3:], allowed[3:])
        else:
            wrong += _compare("afterwards", result["after"], healthy["after"], allowed)
    if printed and not delegated:
        wrong.append(f"printed {printed[-300:]!r}")
    return wrong


def _passed_through(fault: type, outcomes: List[str]) -> List[str]:
    interrupted = [outcome for outcome in outcomes if outcome == f"{fault.__name__}: injected"]
    return [] if len(interrupted) == 1 else [f"{fault.__name__} did not pass through: {outcomes}"]


def _compare(what: str, found: List[str], healthy: List[str], without: List[str]) -> List[str]:
    pairs = zip(found, healthy, without)
    return [f"{what} {number}: {got}" for number, (got, *fine) in enumerate(pairs) if got not in fine]
