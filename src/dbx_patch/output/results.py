"""What the functions that act on this process return: dataclasses that show themselves well everywhere.

Each result describes itself once, as a headline and sections of rows; text and HTML are made of that.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Dict, Iterator, List, Tuple

from dbx_patch.output import rendering, shells
from dbx_patch.output.sections import Section
from dbx_patch.output.text import WIDTH

# Of the JSON that the commands print: goes up when a key is removed, renamed or means something else
SCHEMA = 1


class Result:
    """Base of all results: how they are shown."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        # IPython looks class by class, and so would find the repr that a dataclass has of its own before this
        cls._repr_pretty_ = Result._repr_pretty_  # type: ignore[method-assign]

    def headline(self) -> str:
        """Return the result in a sentence."""
        raise NotImplementedError

    def sections(self) -> List[Section]:
        """Return the details."""
        return []

    def exit_code(self) -> int:
        """Return what the command line exits with: 0 fine, 1 something found."""
        return 0

    def to_dict(self) -> Dict[str, Any]:
        """Return the result as JSON-ready builtins."""
        return asdict(self)  # type: ignore[call-overload,no-any-return]

    def text(self, colour: bool = False, width: int = WIDTH) -> str:
        """Return the result for a terminal of ``width`` columns; ``colour`` adds ANSI codes."""
        paths = list(paths_in(self.to_dict()))
        return rendering.as_text(self.headline(), self.sections(), colour, width, paths)

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return rendering.as_html(self.headline(), self.sections())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        shells.pretty(self, printer)  # IPython in a terminal, and text/plain everywhere


def paths_in(value: Any) -> Iterator[str]:
    """Yield the absolute paths in JSON-ready data."""
    if isinstance(value, str):
        if value.startswith("/") and "\n" not in value and not value.endswith("."):  # which a sentence would
            yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from paths_in(item)
    elif isinstance(value, dict):
        for item in (*value, *value.values()):
            yield from paths_in(item)


def counted(number: int, one: str, many: str = "") -> str:
    """Return "1 path", "2 paths", "no paths"."""
    return f"{number or 'no'} {one if number == 1 else many or one + 's'}"


@dataclass
class PatchStatus:
    """One patch. ``state``: applied, waiting, not_applicable, failed, disabled or removed."""

    name: str
    state: str
    module: str
    reason: str = ""


_PATCH_HEAD = ("State", "Patch", "Why")


def _patch_rows(patches: List[PatchStatus]) -> List[Tuple[str, ...]]:
    return [(patch.state, patch.name, patch.reason) for patch in patches]


@dataclass
class StatusResult(Result):
    """State of this process. ``fallback``: applied, waiting, disabled or removed; ``served``: import -> why."""

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
        rows = _patch_rows(self.patches)
        rows.append((self.fallback, "fallback", f"{counted(len(self.served), 'import')} answered"))
        sections = [Section("Patches", rows, head=_PATCH_HEAD)]
        if self.served:
            sections.append(Section("Imports answered by the fallback", list(self.served.items())))
        if self.faults:
            sections.append(Section("Errors that no import has shown", [("failed", fault) for fault in self.faults]))
        if self.warnings:
            sections.append(Section("Warnings", [("warning", warning) for warning in self.warnings]))
        return sections

    def exit_code(self) -> int:
        failed = any(patch.state == "failed" for patch in self.patches)
        return 1 if failed or self.faults or self.warnings else 0


@dataclass
class ApplyPatchesResult(StatusResult):
    """State after ``apply_all_patches()``; ``restored`` are the path entries that it put back."""

    restored: List[str] = field(default_factory=list)

    def sections(self) -> List[Section]:
        sections = super().sections()
        if self.restored:
            sections.append(Section("Put back on sys.path", [("added", path) for path in self.restored]))
        return sections


@dataclass
class PatchResult(Result):
    """What patching or unpatching by one module of ``dbx_patch.patches`` came to."""

    patches: List[PatchStatus]

    def headline(self) -> str:
        return ", ".join(f"{patch.name}: {patch.state}" for patch in self.patches)

    def sections(self) -> List[Section]:
        return [Section("Patches", _patch_rows(self.patches), head=_PATCH_HEAD)]


@dataclass
class RemovePatchesResult(Result):
    """``removed``: the patches that had been applied and no longer are."""

    removed: List[str]

    def headline(self) -> str:
        count = counted(len(self.removed), "patch", "patches")
        return f"dbx-patch is disarmed, with {count} undone. sys.path is unchanged."

    def sections(self) -> List[Section]:
        return [Section("Undone", [("removed", name) for name in self.removed], "nothing had been patched")]


@dataclass
class PthProcessingResult(Result):
    """``paths``: all editable path entries, in ``site``'s order; ``added``: those that were lost until now.

    ``lost``: those that still are, where dbx-patch is not to act.
    """

    site_folders: List[str]
    pth_files: List[str]
    paths: List[str]
    added: List[str]
    lost: List[str] = field(default_factory=list)

    def headline(self) -> str:
        entries = counted(len(self.paths), "editable path entry", "editable path entries")
        return f"{entries[0].upper()}{entries[1:]}, {len(self.added) or 'none'} put back on sys.path"

    def sections(self) -> List[Section]:
        state = {**dict.fromkeys(self.added, "added"), **dict.fromkeys(self.lost, "lost")}
        rows = [(state.get(path, "present"), path) for path in self.paths]
        return [Section("Path entries", rows, "no editable install adds to sys.path")]
