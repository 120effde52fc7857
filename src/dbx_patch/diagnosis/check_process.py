"""Checks of this process: how it was armed, and what has become of the patches."""

import os
import sys
from typing import Iterator, Optional

import _dbx_patch_bootstrap as bootstrap
from dbx_patch import hooks
from dbx_patch.diagnosis import remedies
from dbx_patch.diagnosis.findings import Finding
from dbx_patch.diagnosis.installs import lost_entries
from dbx_patch.diagnosis.search import Search
from dbx_patch.diagnosis.startup import StartupStatus, changed_files, check_startup_status, is_ours, parts_in
from dbx_patch.diagnosis.status import current_status, is_databricks
from dbx_patch.index.pth_files import get_site_packages_dirs


def start_up(search: Search) -> Iterator[Finding]:
    """No start-up file ran, or it was told to do nothing."""
    status = check_startup_status(verbose=False)
    finding = _start_up_finding(status)
    if finding is not None:
        yield finding
    for path in status.leftovers:
        yield _leftover(path)


def _start_up_finding(status: StartupStatus) -> Optional[Finding]:
    apply, why = remedies.code(remedies.APPLY), status.why[0].upper() + status.why[1:]
    if status.cause == "by_hand":
        cause = f"{why}. The next process starts without dbx-patch again."
        return Finding("note", "armed-by-hand", "start-up", cause, remedies.pip("install", "dbx-patch"))
    if status.armed:
        return None
    if status.cause == "not_databricks":
        cause = "This is not Databricks, so dbx-patch does nothing here, and nothing gets in the way of imports."
        return Finding("note", "not-databricks", "start-up", cause, "export DBX_PATCH_ENABLED=1  # to act all the same")
    if status.cause == "disabled":
        severity = "warning" if is_databricks() else "note"
        cause = f"dbx-patch does nothing, because of {status.why}."
        return Finding(severity, "disabled", "start-up", cause, remedies.unset("DBX_PATCH_ENABLED"))
    found = {
        "no_site": ("no-site", "Start Python without -S; for this session:", apply),
        "other_folder": ("unprocessed-folder", "Install it where site looks:", _reinstall(status)),
        "not_installed": ("not-installed", "Install it:", remedies.pip("install", "dbx-patch")),
        "started_before": ("started-before-install", "Restart Python:", remedies.code(remedies.RESTART)),
        "disarmed": ("disarmed", "Something took them away. To put them back:", apply),
        "failed": ("start-up-failed", "For this session:", apply),
    }[status.cause]
    code, what, remedy = found
    return Finding("error", code, "start-up", f"{why}. So dbx-patch is not in this process. {what}", remedy)


def _reinstall(status: StartupStatus) -> str:
    if not status.site_folders:
        return remedies.code(remedies.APPLY)
    return remedies.pip("install", "--force-reinstall", "--target", status.site_folders[-1], "dbx-patch")


def _leftover(path: str) -> Finding:
    if not path.endswith(".py"):
        original = path[: path.index("sitecustomize.py") + len("sitecustomize.py")]
        if is_ours(path) or os.path.exists(original):
            cause = "The old dbx-patch left this backup, and nothing reads it."
            if not is_ours(path) and is_ours(original):
                cause = "The old dbx-patch replaced your sitecustomize.py by its own. This is yours:"
                return Finding("warning", "old-backup", path, cause, remedies.shell("mv", path, original))
            return Finding("warning", "old-backup", path, cause, remedies.shell("rm", path))
        cause = "The old dbx-patch moved your sitecustomize.py out of the way. To have it back:"
        return Finding("warning", "old-backup", path, cause, remedies.shell("mv", path, original))
    cause = (
        "The old dbx-patch wrote this file. It runs at every start of Python, which it slows down, and patches the"
        " runtime its own way. Nothing of it is needed any more."
    )
    return Finding("warning", "old-sitecustomize", path, cause, remedies.shell("rm", path))


def other_copies(search: Search) -> Iterator[Finding]:
    """dbx-patch in more than one folder: which one is loaded depends on the order of ``sys.path``."""
    status = check_startup_status(verbose=False)
    running = os.path.realpath(os.path.dirname(status.package))
    read_by_site = [os.path.realpath(folder) for folder in status.site_folders]
    homes = [folder for folder in get_site_packages_dirs() if os.path.isdir(os.path.join(folder, "dbx_patch"))]
    for folder in homes:
        other = os.path.realpath(folder)
        if other == running:
            continue
        cause = f"There are two copies of dbx-patch, in {folder} and in {running}, which runs."
        if other in read_by_site and running not in read_by_site:
            cause += " It is the other one whose start-up file Python reads; to be rid of the one ahead of it:"
            remedy = remedies.shell("rm", "-r", *parts_in(running))
            yield Finding("warning", "second-copy", os.path.join(running, "dbx_patch"), cause, remedy)
        elif other in read_by_site or other.startswith(os.path.realpath(sys.prefix) + os.sep):
            cause += " An update of one leaves the other; to be rid of the one that does nothing:"
            remedy = remedies.shell("rm", "-r", *parts_in(folder))
            yield Finding("warning", "second-copy", os.path.join(folder, "dbx_patch"), cause, remedy)
        else:
            cause += " That folder is another environment's, on sys.path here; nothing is to be done."
            yield Finding("note", "second-copy", os.path.join(folder, "dbx_patch"), cause, "")


def patches(search: Search) -> Iterator[Finding]:
    """Patches that failed, or that found other names than they know."""
    status = current_status()
    upgrade = remedies.pip("install", "--upgrade", "dbx-patch")
    for patch in status.patches:
        if patch.state == "failed":
            cause = f"The patch of {patch.module} failed: {patch.reason}"
            yield Finding("error", "patch-failed", patch.name, cause, upgrade)
        elif patch.state == "not_applicable":
            covered = status.fallback == "applied" and patch.name != "autoreload"
            cause = f"This release of the runtime has other names: {patch.reason}. " + (
                "Imports are served by the fallback all the same."
                if covered
                else "What the patch does is missing: a newer dbx-patch may know the new names."
            )
            yield Finding("note" if covered else "warning", "patch-not-applicable", patch.name, cause, upgrade)
    for fault in status.faults:
        cause = f"{fault}. No import failed because of it, but something that dbx-patch does was not done."
        yield Finding("warning", "fault", "dbx-patch", cause, upgrade)
    for setting in status.warnings:
        name = next(word for word in setting.replace("=", " ").split() if word.startswith("DBX_PATCH"))
        yield Finding("warning", "setting", name, setting + ".", remedies.unset(name))


def lost(search: Search) -> Iterator[Finding]:
    """Path entries that ``site`` would have put on ``sys.path`` and that are not there."""
    armed = hooks.is_in_place(hooks.FALLBACK)
    for entry in lost_entries():
        cause = "This path entry of an editable install is not on sys.path. " + (
            "The next import of what it provides puts it back."
            if armed
            else f"dbx-patch, which would put it back, is not at work: {bootstrap.decide()[1]}."
        )
        remedy = "import dbx_patch; dbx_patch.refresh_editable_paths()" if bootstrap.decide()[0] else _append(entry)
        severity = "note" if armed else "error"
        yield Finding(severity, "lost-path", entry, cause, remedies.code(remedy))


def _append(entry: str) -> str:
    return f"import sys; sys.path.append({entry!r})"


def own_files(search: Search) -> Iterator[Finding]:
    """Start-up files that somebody changed: they run at every start of Python."""
    for path, what in changed_files():
        cause = f"This file runs at every start of Python, and {what}. To have it as it was shipped:"
        remedy = remedies.pip("install", "--no-deps", "--force-reinstall", "dbx-patch")
        yield Finding("error", "start-up-file-changed", path, cause, remedy)


PROCESS_CHECKS = [start_up, own_files, other_copies, patches, lost]
