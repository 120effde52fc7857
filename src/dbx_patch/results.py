"""What the API returns: dataclasses that read well in a terminal, in a notebook, and as JSON.

Each result describes itself once, as a headline and sections of rows; text and HTML are made of that.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Dict, List, Sequence, Tuple

from dbx_patch import rendering


@dataclass
class Section:
    """A titled table; the first cell of a row may be a state or severity word that rendering marks."""

    title: str
    rows: Sequence[Sequence[str]]
    empty: str = ""  # what stands in place of no rows


class Result:
    """Base of all results: how they are shown."""

    def headline(self) -> str:
        """Return the result in a sentence."""
        raise NotImplementedError

    def sections(self) -> List[Section]:
        """Return the details."""
        return []

    def to_dict(self) -> Dict[str, Any]:
        """Return the result as JSON-ready builtins."""
        return asdict(self)  # type: ignore[call-overload,no-any-return]

    def __str__(self) -> str:
        return rendering.as_text(self.headline(), self.sections())

    def _repr_html_(self) -> str:
        return rendering.as_html(self.headline(), self.sections())


@dataclass
class PatchStatus:
    """One patch. ``state``: applied, waiting, not_applicable, failed, disabled or removed."""

    name: str
    state: str
    module: str
    reason: str = ""


@dataclass
class StatusResult(Result):
    """State of this process. ``fallback``: applied, disabled or removed; ``served``: import -> why."""

    active: bool
    reason: str
    patches: List[PatchStatus]
    fallback: str
    served: Dict[str, str] = field(default_factory=dict)
    faults: List[str] = field(default_factory=list)
    warnings: List[str] = field(default_factory=list)
    version: str = ""

    def headline(self) -> str:
        return f"dbx-patch {self.version} is {'active' if self.active else 'not active'}: {self.reason}"

    def sections(self) -> List[Section]:
        rows: List[Tuple[str, ...]] = [(p.state, p.name, p.reason) for p in self.patches]
        rows.append((self.fallback, "fallback", f"{len(self.served)} import(s) served"))
        sections = [Section("Patches", rows)]
        if self.served:
            sections.append(Section("Served by the fallback", list(self.served.items())))
        if self.faults:
            sections.append(Section("Faults that no import was told of", [("failed", fault) for fault in self.faults]))
        if self.warnings:
            sections.append(Section("Settings", [("warning", warning) for warning in self.warnings]))
        return sections


@dataclass
class ApplyPatchesResult(StatusResult):
    """State after ``apply_all_patches()``; ``restored`` are the path entries that it put back."""

    restored: List[str] = field(default_factory=list)


@dataclass
class RemovePatchesResult(Result):
    """``removed``: the patches that had been applied and no longer are."""

    removed: List[str]

    def headline(self) -> str:
        return f"dbx-patch is disarmed; {len(self.removed)} patch(es) undone. sys.path stays as it is."

    def sections(self) -> List[Section]:
        return [Section("Undone", [("removed", name) for name in self.removed], "nothing had been patched")]


@dataclass
class PthProcessingResult(Result):
    """``paths``: all editable path entries, in ``site``'s order; ``added``: those that were lost until now."""

    site_folders: List[str]
    pth_files: List[str]
    paths: List[str]
    added: List[str]

    def headline(self) -> str:
        return f"{len(self.paths)} editable path entr(ies), {len(self.added)} of them put back on sys.path"

    def sections(self) -> List[Section]:
        rows = [("added" if path in self.added else "present", path) for path in self.paths]
        return [Section("Path entries", rows, "no editable install adds to sys.path")]
