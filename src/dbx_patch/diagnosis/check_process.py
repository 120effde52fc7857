"""Checks of this process: how it was armed, and what has become of the patches."""

import glob
import os
from typing import Dict, Iterator, Optional, Tuple

import _dbx_patch_bootstrap as bootstrap
from dbx_patch import hooks
from dbx_patch.diagnosis import remedies
from dbx_patch.diagnosis.findings import Code, Finding
from dbx_patch.diagnosis.installs import lost_entries
from dbx_patch.diagnosis.search import Search
from dbx_patch.diagnosis.startup import (
    StartupStatus,
    changed_files,
    check_startup_status,
    is_ours,
    parts_in,
    why_none_ran,
)
from dbx_patch.diagnosis.status import current_status, is_active, is_databricks, wrong_settings
from dbx_patch.index.pth_files import folders_of_site, get_site_packages_dirs


def start_up(search: Search) -> Iterator[Finding]:
    """No start-up file ran, or a setting switched it off."""
    status = check_startup_status(verbose=False)
    finding = _start_up_finding(status)
    if finding is not None:
        yield finding
    for path in status.leftovers:
        yield _leftover(path)


def _start_up_finding(status: StartupStatus) -> Optional[Finding]:
    apply, why = remedies.code(remedies.APPLY), status.why[0].upper() + status.why[1:]
    if status.cause == "by_hand":
        return _armed_by_hand(why, status)
    if status.armed:
        return None
    if status.cause == "not_databricks":
        cause = "This is not Databricks, so dbx-patch does nothing and is not needed. To make it act here too:"
        return Finding("note", "not-databricks", "start-up", cause, remedies.switch_on())
    if status.cause == "disabled":
        severity = "warning" if is_databricks() else "note"
        cause = f"dbx-patch is switched off by {status.why}."
        return Finding(severity, "disabled", "start-up", cause, remedies.unset("DBX_PATCH_ENABLED"))
    kinds: Dict[str, Tuple[Code, str, str]] = {
        "no_site": ("no-site", "Start Python without -S. For this session only:", apply),
        "other_folder": ("unprocessed-folder", "Install it in a folder that site reads:", _reinstall(status)),
        "not_installed": ("not-installed", "Install it:", _install()),
        "started_before": ("started-before-install", "Restart Python:", remedies.code(remedies.RESTART)),
        "disarmed": ("disarmed", "To put them back:", apply),
        "failed": ("start-up-failed", "To try again in this session:", apply),
    }
    code, what, remedy = kinds[status.cause]
    return Finding("error", code, "start-up", f"{why}. So dbx-patch is not active in this process. {what}", remedy)


def _armed_by_hand(why: str, status: StartupStatus) -> Finding:
    missing, _ = why_none_ran(status.startup_files, status.site_folders)
    what, remedy = {
        "no_site": ("A process that is started without -S needs no such call.", ""),
        "started_before": ("The next process is armed from its start.", ""),
        "other_folder": ("The next process will start without dbx-patch again. To change that:", _reinstall(status)),
        "not_installed": ("The next process will start without dbx-patch again. To install it:", _install()),
    }[missing]
    return Finding("note", "armed-by-hand", "start-up", f"{why}. {what}", remedy)


def _install() -> str:
    """Return how to install dbx-patch; pip takes one whose start-up file was deleted for installed already."""
    if any(glob.glob(os.path.join(glob.escape(folder), "dbx_patch-*.dist-info")) for folder in folders_of_site()):
        return remedies.pip("install", "--no-deps", "--force-reinstall", remedies.THIS)
    return remedies.pip("install", remedies.OURS)


def _reinstall(status: StartupStatus) -> str:
    """Return how to install dbx-patch where ``site`` looks: elsewhere, pip would call it installed already.

    A copy in a lower environment is one that pip knows of, and leaves alone.
    """
    if any(os.path.dirname(file) in get_site_packages_dirs() for file in status.startup_files):
        return remedies.pip("install", "--no-deps", "--force-reinstall", remedies.OURS)
    here = [folder for folder in status.site_folders if remedies.is_here(folder)]
    if not here:
        return remedies.code(remedies.APPLY)
    return remedies.pip("install", "--force-reinstall", "--target", here[-1], remedies.OURS)


def _leftover(path: str) -> Finding:
    original = path[: path.index("sitecustomize.py") + len("sitecustomize.py")]
    code: Code = "old-backup"
    if path == original:
        cause = (
            "The old dbx-patch wrote this file. It slows down every start of Python and patches the runtime in its own"
            " way. It is no longer needed."
        )
        code, what = "old-sitecustomize", "To put it aside:"
        remedy = remedies.shell("mv", path, path + ".unused")
    elif is_ours(path):
        cause = "This is a backup of the old dbx-patch's own sitecustomize.py. Nothing uses it."
        what, remedy = "To delete it:", remedies.shell("rm", path)
    elif os.path.exists(original) and not is_ours(original):
        cause = "The old dbx-patch left this backup of your sitecustomize.py behind. Nothing uses it."
        return Finding("note", "old-backup", path, cause, "")
    else:
        cause = "This is your own sitecustomize.py, which the old dbx-patch put out of the way."
        what, remedy = "To restore it:", remedies.shell("mv", path, original)
    if not remedies.is_here(path):
        return Finding("warning", code, path, f"{cause} It belongs to another environment.", "")
    return Finding("warning", code, path, f"{cause} {what}", remedy)


def other_copies(search: Search) -> Iterator[Finding]:
    """dbx-patch in more than one folder: which one is loaded depends on the order of ``sys.path``."""
    status = check_startup_status(verbose=False)
    running = os.path.realpath(os.path.dirname(status.package))
    read_by_site = [os.path.realpath(folder) for folder in status.site_folders]
    homes = [folder for folder in get_site_packages_dirs() if os.path.isdir(os.path.join(folder, "dbx_patch"))]
    for folder in (home for home in homes if os.path.realpath(home) != running):
        about, remedy = os.path.join(folder, "dbx_patch"), ""
        cause = f"There are two copies of dbx-patch, one in {folder} and one in {running}. The second one is running."
        severity = "warning"
        if os.path.realpath(folder) in read_by_site and running not in read_by_site:
            about = os.path.join(running, "dbx_patch")
            cause += " Python reads the start-up file of the first. To use it, take the other folder off sys.path."
        elif remedies.is_here(folder):
            cause += " Updating one does not update the other. To remove the first, which does nothing:"
            remedy = remedies.shell("rm", "-r", *parts_in(folder))
        else:
            cause += " The first belongs to another environment that is on sys.path here. There is nothing to do."
            severity = "note"
        yield Finding(severity, "second-copy", about, cause, remedy)


def patches(search: Search) -> Iterator[Finding]:
    """Patches that failed, or that do not know this runtime's names."""
    status = current_status()
    upgrade = remedies.pip("install", "--upgrade", remedies.OURS)
    for patch in status.patches:
        if patch.state == "failed":
            cause = f"Patching {patch.module} failed: {patch.reason}. A newer dbx-patch may work:"
            yield Finding("error", "patch-failed", patch.name, cause, upgrade)
        elif patch.state == "not_applicable":
            covered = status.fallback == "applied" and patch.name != "autoreload"
            cause = f"This runtime release uses other names: {patch.reason}. " + (
                "Imports still work, through the fallback. A newer dbx-patch may know the new names:"
                if covered
                else "So this patch does nothing here. A newer dbx-patch may know the new names:"
            )
            yield Finding("note" if covered else "warning", "patch-not-applicable", patch.name, cause, upgrade)
    for fault in status.faults:
        cause = f"{fault}. No import failed because of this, but dbx-patch could not do part of its work."
        yield Finding("warning", "fault", "dbx-patch", cause, upgrade)
    for setting in wrong_settings():
        remedy = remedies.set_to(setting.name, setting.meant) if setting.meant else remedies.unset(setting.name)
        yield Finding("warning", "setting", setting.name, setting.text, remedy)


def lost(search: Search) -> Iterator[Finding]:
    """Path entries that ``site`` would have put on ``sys.path`` and that are not there."""
    armed = hooks.is_in_place(hooks.FALLBACK)
    for entry in lost_entries():
        cause = f"This path entry of an editable install is not on sys.path. {_who_puts_back(armed)}"
        remedy = "import dbx_patch; dbx_patch.refresh_editable_paths()" if bootstrap.decide()[0] else _append(entry)
        severity = "note" if armed else "error"
        yield Finding(severity, "lost-path", entry, f"{cause} To put it back now:", remedies.code(remedy))


def _who_puts_back(armed: bool) -> str:
    if armed:
        return "The next import that needs it puts it back."
    active, reason = is_active()
    if active:
        return "An import would put it back, but for DBX_PATCH_DISABLE, which leaves out dbx-patch's fallback."
    return f"dbx-patch would put it back, but it is not active: {reason}."


def _append(entry: str) -> str:
    return f"import sys; sys.path.append({entry!r})"


def own_files(search: Search) -> Iterator[Finding]:
    """Start-up files that were changed after the installation: they run at every start of Python."""
    for path, what in changed_files():
        cause = f"This file runs at every start of Python, and {what}. To restore the original:"
        remedy = remedies.pip("install", "--no-deps", "--force-reinstall", remedies.THIS)
        yield Finding("error", "start-up-file-changed", path, cause, remedy)


PROCESS_CHECKS = [start_up, own_files, other_copies, patches, lost]
