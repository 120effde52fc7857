"""The index as users see it: one result per editable install."""

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Dict, List, Optional

from dbx_patch.index import snapshot
from dbx_patch.index.pth_files import canonical
from dbx_patch.output.rendering import Section
from dbx_patch.output.results import Result, counted

if TYPE_CHECKING:
    from dbx_patch.index.install import Install
    from dbx_patch.index.snapshot import Index

KINDS = {
    "A": "path line in a .pth file",
    "B": "setuptools import finder",
    "C": "`editables` import finder",
    "D": "scikit-build-core import finder",
    "E": "meson-python import finder",
    "F": "tree of links",
    "G": "symlink in the site folder",
    "H": "egg-link (setup.py develop)",
    "I": "stand-in module",
    "J": "marked editable, but copied",
}


@dataclass
class EditableInstall(Result):
    """One editable install. Paths are absolute, as the installer spelled them.

    ``paths``: its entries on ``sys.path``; ``modules``: full name -> package folder or module file, with or without
    suffix; ``namespaces``: full name -> folders; ``names``: what can be imported at the top level. ``shape`` is the
    letter that dbx-patch's sources use for ``kind``; ``finder`` the module that its ``.pth`` imports.
    """

    name: str
    version: str
    shape: str
    kind: str
    project: Optional[str]
    site_folder: str
    names: List[str] = field(default_factory=list)
    paths: List[str] = field(default_factory=list)
    modules: Dict[str, str] = field(default_factory=dict)
    namespaces: Dict[str, List[str]] = field(default_factory=dict)
    links: List[str] = field(default_factory=list)
    pth_files: List[str] = field(default_factory=list)
    finder: str = ""

    def headline(self) -> str:
        return f"{self.name} {self.version}".rstrip() + f", editable: {self.kind}"

    def sections(self) -> List[Section]:
        rows = [("project", self.project or "not recorded"), ("provides", ", ".join(self.names) or "nothing")]
        rows += [("path entry", path) for path in self.paths]
        rows += [(name, path) for name, path in list(self.modules.items())[:20]]
        rows += [(name, folder) for name, folders in self.namespaces.items() for folder in folders]
        rows += [("defined in", path) for path in self.pth_files]
        return [Section("Details", rows)]


@dataclass
class InstallsResult(Result):
    """All editable installs, and which of their path entries are missing from ``sys.path`` now."""

    installs: List[EditableInstall]
    paths: List[str]
    lost: List[str]

    def headline(self) -> str:
        count = counted(len(self.installs), "editable install")
        text = f"{count[0].upper()}{count[1:]}, {counted(len(self.paths), 'source folder')}"
        if self.lost:
            lost = counted(len(self.lost), "path entry is", "path entries are")
            text += f". {lost} lost, which means missing from sys.path"
        return text

    def sections(self) -> List[Section]:
        if not self.installs:
            return [Section("Installs", [], "none in this interpreter's site folders")]
        return [self._section(install) for install in self.installs]

    def _section(self, install: EditableInstall) -> Section:
        rows = [("project", install.project or "not recorded")]
        rows += [("lost" if canonical(path) in self.lost else "present", path) for path in install.paths]
        rows += top_modules(install)
        rows += [(name, folder) for name, folders in install.namespaces.items() for folder in folders]
        return Section(f"{install.name} {install.version}".rstrip() + f": {install.kind}", rows)


def top_modules(install: EditableInstall) -> "list[tuple[str, str]]":
    """Return what an install maps by name, less what lies in a package that it maps too."""
    return [(name, path) for name, path in install.modules.items() if name.rpartition(".")[0] not in install.modules]


def editable_installs() -> List[EditableInstall]:
    """Return the editable installs of this interpreter's site folders, in ``site``'s order. Nothing is imported."""
    index = snapshot.current()
    return [describe(install, index) for install in index.installs]


def describe(install: "Install", index: "Index") -> EditableInstall:
    """Return the public form of an install of ``index``."""
    known = install.distribution
    return EditableInstall(
        name=install.name,
        version=known.version if known else "",
        shape=install.shape,
        kind=KINDS.get(install.shape, "unknown kind"),
        project=known.project if known else None,
        site_folder=install.site_folder,
        names=sorted(index.names_of(install)),
        paths=list(install.paths),
        modules=dict(install.modules),
        namespaces={name: list(folders) for name, folders in install.namespaces.items()},
        links=list(install.links),
        pth_files=list(install.pth_files),
        finder=install.finder,
    )


def list_installs() -> InstallsResult:
    """Return what ``dbx-patch paths`` shows."""
    folders = sorted(set(snapshot.current().source_folders))
    return InstallsResult(editable_installs(), folders, lost_entries())


def lost_entries() -> List[str]:
    """Return the editable path entries that are not on ``sys.path``."""
    present = {canonical(entry) for entry in sys.path if isinstance(entry, str)}
    return [root for root in snapshot.current().path_entries if root not in present]
