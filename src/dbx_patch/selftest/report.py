"""What ``selftest`` found: a verdict for each promise, and the fingerprint of the runtime."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dbx_patch.output.rendering import Section
from dbx_patch.output.results import PatchStatus, Result, counted

HOLDS, FAILS, NOT_TRIED = "holds", "fails", "not tried"


@dataclass
class Promise:
    """One promise. ``verdict``: holds, fails or not tried; ``reason``: why, or what was seen while it was tried."""

    name: str
    title: str
    verdict: str
    reason: str = ""


@dataclass
class SelftestResult(Result):
    """All of it, with users' names and folders replaced.

    ``status``: ``ok`` (what was tried holds), ``failed`` (something does not) or ``not tried`` (nothing could be).
    ``loaded``: runtime module -> ``before`` or ``after`` dbx-patch, or ``not loaded``. ``site_folders``: how they are
    chained. ``cleaned``: what an earlier run that was killed had left; ``left``: what this run could not take away.
    ``wanted``: this process is one in which promises are meant to be tried, so that none being tried is a finding.
    """

    status: str
    active: bool
    startup: str
    promises: list[Promise]
    patches: list[PatchStatus]
    loaded: dict[str, str]
    site_folders: list[dict[str, Any]]
    fingerprint: dict[str, Any]
    faults: list[str] = field(default_factory=list)
    cleaned: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    interrupted: bool = False
    wanted: bool = True
    seconds: float = 0.0
    version: str = ""

    def headline(self) -> str:
        kinds = {kind: sum(p.verdict == kind for p in self.promises) for kind in (HOLDS, FAILS, NOT_TRIED)}
        count = counted(len(self.promises), "promise")
        said = ", ".join(f"{number} {kind}" for kind, number in _plural(kinds).items() if number)
        text = f"{self.status}: {count} of dbx-patch {self.version}: {said} ({self.seconds:.1f} s)."
        return text + (" It was interrupted." if self.interrupted else "")

    def sections(self) -> list[Section]:
        order = (FAILS, HOLDS, NOT_TRIED)
        ranked = sorted(self.promises, key=lambda promise: order.index(promise.verdict))
        items = [(p.verdict, p.title, *([p.reason] if p.reason else [])) for p in ranked]
        sections = [Section("Promises", items, layout="list"), Section("Start", [(self.startup,)])]
        rows = [(p.state, p.name, _when(self.loaded, p.module), p.reason) for p in self.patches]
        sections.append(Section("Patches, and when their modules loaded", rows))
        if self.faults:
            sections.append(Section("Errors that no import has shown", [("failed", fault) for fault in self.faults]))
        chained = [(folder["comes_from"], folder["pth_files"], folder["path"]) for folder in self.site_folders]
        sections.append(Section("Site folders, where each comes from, and its .pth files", chained, "none"))
        modules = self.fingerprint.get("modules", {})
        prints = [(m["state"], name, (m["sha256"] or "")[:16], _lacks(m)) for name, m in modules.items()]
        sections.append(Section("Runtime modules (fingerprint: the rest is in the JSON)", prints))
        if self.cleaned:
            sections.append(Section("Cleaned up after an earlier run", [(path,) for path in self.cleaned]))
        if self.left:
            sections.append(Section("Could not be taken away", [("failed", what) for what in self.left]))
        return sections

    def exit_code(self) -> int:
        if self.interrupted:
            return 130
        return 1 if self.status == "failed" or self.left or (self.wanted and self.status == NOT_TRIED) else 0


def _plural(kinds: dict[str, int]) -> dict[str, int]:
    words = {HOLDS: "hold", FAILS: "fail", NOT_TRIED: "not tried"}
    return {words[kind] if number != 1 else kind: number for kind, number in kinds.items()}


def _when(loaded: dict[str, str], modules: str) -> str:
    found = [loaded[name] for name in modules.split(" or ") if name in loaded]
    return next((when for when in found if when != "not loaded"), "not loaded")


def _lacks(module: dict[str, Any]) -> str:
    lacking = [name for name, what in module["attributes"].items() if what is None]
    return "lacks " + ", ".join(lacking) if lacking and module["state"] != "absent" else ""


def status_of(promises: list[Promise]) -> str:
    """Return the status of a whole run; that dbx-patch is armed says nothing of the runtime."""
    verdicts = [promise.verdict for promise in promises if promise.name != "armed" or promise.verdict == FAILS]
    if FAILS in verdicts:
        return "failed"
    return "ok" if HOLDS in verdicts else NOT_TRIED
