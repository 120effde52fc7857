"""What ``verify`` can find, and how it is shown."""

from dataclasses import dataclass, field
from typing import Any, Dict, List, Literal

from dbx_patch.diagnosis.installs import EditableInstall
from dbx_patch.diagnosis.reading import Reading as Reading
from dbx_patch.output.rendering import Command, Section
from dbx_patch.output.results import Result, counted

SEVERITIES = ("error", "warning", "note")
# Every kind of finding there is, by the check that makes it. They are stable.
Code = Literal[
    # the process
    "no-site",
    "unprocessed-folder",
    "not-installed",
    "started-before-install",
    "disarmed",
    "start-up-failed",
    "not-databricks",
    "disabled",
    "armed-by-hand",
    "old-sitecustomize",
    "old-backup",
    "start-up-file-changed",
    "second-copy",
    "patch-failed",
    "patch-not-applicable",
    "fault",
    "setting",
    "lost-path",
    # the installs
    "unreadable-site-folder",
    "unreadable-pth",
    "unreadable-sources",
    "project-gone",
    "source-gone",
    "path-gone",
    "nothing-offered",
    "pth-gone",
    "finder-gone",
    "no-build",
    "unknown-kind",
    "copied",
    "editables-missing",
    "notebook",
    "leading-comment",
    # projects
    "too-wide",
    "renamed",
    "other-python",
    "project-not-installed",
    # sources
    "requirement-missing",
    "no-init",
    # names
    "shadowed",
    "provided-twice",
    "loaded-elsewhere",
    "loaded-changed",
    "bare-folder",
    # any of them
    "check-failed",
]


@dataclass
class Finding:
    """Something that ``verify`` found.

    ``severity``: ``error`` (an import fails or gets something else), ``warning`` (will surprise somebody) or ``note``
    (good to know). ``code`` is the kind of it; ``about`` names the install, file or patch. ``remedy`` is there to be
    pasted, comment lines included.
    """

    severity: str
    code: Code
    about: str
    cause: str
    remedy: str


@dataclass
class VerifyResult(Result):
    """Findings, worst first. ``status``: ``ok``, ``warning`` or ``error``, the worst one's; a note alone is ``ok``.

    ``reading``: which of the installs' files were looked at for notebooks, and what was left out.
    """

    active: bool
    reason: str
    findings: List[Finding]
    installs: List[EditableInstall]
    version: str
    reading: Reading = field(default_factory=Reading)
    status: str = field(init=False)

    def __post_init__(self) -> None:
        self.findings = sorted(self.findings, key=lambda finding: SEVERITIES.index(finding.severity))
        worst = self.findings[0].severity if self.findings else "note"
        self.status = "ok" if worst == "note" else worst

    def headline(self) -> str:
        kinds = {severity: sum(f.severity == severity for f in self.findings) for severity in SEVERITIES}
        found = ", ".join(counted(number, kind) for kind, number in kinds.items() if number)
        installs = counted(len(self.installs), "editable install")
        state = "active" if self.active else "not active"
        partly = "" if self.reading.complete else " Not all files were looked at."
        head = f"{self.status}: {found or 'nothing found'}. {installs.capitalize()}"
        return f"{head}, dbx-patch {self.version} {state}.{partly}"

    def sections(self) -> List[Section]:
        items = [
            (f.severity, f"{f.about} ({f.code})", f.cause, *([Command(f.remedy)] if f.remedy else []))
            for f in self.findings
        ]
        installs = [(i.name, i.version, ", ".join(i.names[:12])) for i in self.installs]
        return [
            *([Section("Findings", items, layout="list")] if items else []),
            Section("Editable installs", installs, "none in this interpreter's site folders"),
            *([] if self.reading.complete else [Section("Looked for notebooks", self._looked_at())]),
        ]

    def _looked_at(self) -> List[List[str]]:
        seen = self.reading
        spent = f"{counted(seen.files, 'file')}, {counted(seen.operations, 'operation')}, {seen.seconds} s"
        rows = [["looked at", f"{spent}; the files that are most likely notebooks first"]]
        for folder, known in list(seen.left_out.items())[:10]:
            rows.append(
                ["left out", f"{folder}: " + (f"{counted(known, 'file')}, or more" if known else "some folders")]
            )
        return [*rows, ["for all", "dbx-patch verify --all, or verify_editable_installs(read_all=True)"]]

    def exit_code(self) -> int:
        return 0 if self.status == "ok" else 1

    def to_dict(self) -> Dict[str, Any]:
        data = super().to_dict()
        return {"status": data.pop("status"), **data}
