"""Which start-up file armed this process, or why none did."""

import glob
import os
import sys
from dataclasses import dataclass, field
from typing import List, Tuple

import _dbx_patch_bootstrap as bootstrap
from dbx_patch import hooks
from dbx_patch.index.dist_info import read_record
from dbx_patch.index.pth_files import folders_of_site, get_site_packages_dirs, read_text
from dbx_patch.output import rendering
from dbx_patch.output.rendering import Section
from dbx_patch.output.results import Result

STEM = "zzz_dbx_patch"
# The folder of the package that is loaded
PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_PARTS = ("dbx_patch", "_dbx_patch_bootstrap.py", STEM + ".pth", STEM + ".start", "dbx_patch-*.dist-info")


@dataclass
class StartupStatus(Result):
    """How this process was armed. ``cause``, in a word, and ``why``, in a sentence.

    ``cause``: ``started`` (a start-up file ran), ``by_hand`` (a call in this process did it), ``disabled``,
    ``not_databricks``, ``failed``, ``disarmed``, and where no start-up file ran: ``no_site`` (``-S``),
    ``not_installed`` (no such file: run from its source), ``other_folder`` (``site`` does not process it),
    ``started_before``.
    """

    armed: bool
    cause: str
    why: str
    runs: int
    package: str
    startup_files: List[str] = field(default_factory=list)
    site_folders: List[str] = field(default_factory=list)
    leftovers: List[str] = field(default_factory=list)

    def headline(self) -> str:
        return ("Armed: " if self.armed else "Not armed: ") + self.why

    def sections(self) -> List[Section]:
        rows = [("yes" if os.path.dirname(path) in self.site_folders else "no", path) for path in self.startup_files]
        sections = [
            Section("Start-up files (yes: site reads this folder)", rows, "none"),
            Section("Package", [(self.package,)]),
        ]
        if self.leftovers:
            title = "Left behind by the old dbx-patch"
            sections.append(Section(title, [("warning", path) for path in self.leftovers]))
        return sections

    def exit_code(self) -> int:
        return 0 if self.armed or self.cause in ("disabled", "not_databricks") else 1


def check_startup_status(verbose: bool = True) -> StartupStatus:
    """Report which ``.pth`` or ``.start`` file armed this process, or why none did; leftovers of old versions too."""
    armed = hooks.is_in_place(hooks.TRIGGER)
    files, processed = startup_files(), folders_of_site()
    cause, why = _cause(armed, files, processed)
    package = PACKAGE
    result = StartupStatus(armed, cause, why, bootstrap.runs, package, files, processed, leftovers())
    if verbose:
        rendering.show(result)
    return result


def startup_files() -> List[str]:
    """Return our start-up files: in the site folders, and beside the package that is loaded."""
    beside = os.path.dirname(PACKAGE)
    suffix = ".start" if sys.version_info >= (3, 15) else ".pth"
    folders = dict.fromkeys([*get_site_packages_dirs(), beside])
    paths = (os.path.join(folder, STEM + suffix) for folder in folders)
    return [path for path in paths if os.path.isfile(path)]


def _cause(armed: bool, files: List[str], processed: List[str]) -> Tuple[str, str]:
    allowed, reason = bootstrap.decide()
    if bootstrap.fault is not None:
        return "failed", f"start-up failed with {type(bootstrap.fault).__name__}: {bootstrap.fault}"
    missing, why = why_none_ran(files, processed)
    if armed:
        if bootstrap.runs:
            return "started", f"a start-up file ran, and {reason}"
        return "by_hand", f"a call in this process armed it; at start-up, {why}"
    if not allowed:
        return ("disabled" if reason.startswith("DBX_PATCH") else "not_databricks"), reason
    if bootstrap.runs:
        return "disarmed", "a start-up file ran, but something has removed the finders from sys.meta_path"
    return missing, why


def why_none_ran(files: List[str], processed: List[str]) -> Tuple[str, str]:
    """Return why ``site`` has run none of our start-up files: a cause of :class:`StartupStatus`, and a sentence."""
    if sys.flags.no_site:
        return "no_site", "Python was started with -S, so it read no .pth files"
    if not files:
        return (
            "not_installed",
            f"no site folder has {STEM}.pth, so dbx_patch is on sys.path but not installed",
        )
    folders = [os.path.dirname(path) for path in files]
    if not any(folder in processed for folder in folders):
        only = " in an environment below this one only:" if folders[0] in get_site_packages_dirs() else ""
        return "other_folder", f"it is installed{only} in {folders[0]}, where site reads no .pth files"
    return "started_before", "this process started before dbx-patch was installed"


def leftovers() -> List[str]:
    """Return what the old dbx-patch wrote: its sitecustomize.py, and the backups of others' that it replaced."""
    found = getattr(sys.modules.get("sitecustomize"), "__file__", None)
    paths = [os.path.join(folder, "sitecustomize.py") for folder in get_site_packages_dirs()]
    paths += [found] if isinstance(found, str) and found.endswith(".py") else []
    old = []
    for path in dict.fromkeys(paths):
        if is_ours(path):
            old.append(path)
        old += sorted(glob.glob(glob.escape(path) + ".*backup*"))
    return old


def is_ours(path: str) -> bool:
    """Tell whether a sitecustomize.py is one that the old dbx-patch wrote."""
    text = read_text(path) or ""
    return "dbx_patch" in text or "dbx-patch" in text


def parts_in(folder: str) -> List[str]:
    """Return the files and folders that an installed dbx-patch has in a site folder."""
    found = (path for part in _PARTS for path in glob.glob(os.path.join(glob.escape(folder), part)))
    return sorted(path for path in found if os.path.exists(path))


def changed_files() -> List[Tuple[str, str]]:
    """Return our start-up files that are not as RECORD has them, each with what is wrong; others' are not looked at.

    These are the two files that ``site`` reads, and the module that they name. Without a RECORD there is no telling.
    """
    import base64
    import hashlib

    found = []
    for folder in dict.fromkeys(map(os.path.dirname, startup_files())):
        for record in glob.glob(os.path.join(glob.escape(folder), "dbx_patch-*.dist-info", "RECORD")):
            rows = read_record(os.path.dirname(record))
            for name in (STEM + ".pth", STEM + ".start", "_dbx_patch_bootstrap.py"):
                path = os.path.join(folder, name)
                try:
                    with open(path, "rb") as stream:
                        digest = hashlib.sha256(stream.read()).digest()
                except OSError:
                    if name in rows:
                        found.append((path, "it cannot be read, although RECORD lists it"))
                    continue
                expected = rows.get(name, rows.get(path, ""))  # `poetry install` writes absolute paths
                if not expected:
                    found.append((path, "RECORD of dbx-patch does not list it"))
                elif expected != "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode():
                    found.append((path, "it has been changed: its hash differs from the one in RECORD"))
    return found
