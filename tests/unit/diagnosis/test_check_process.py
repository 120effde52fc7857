"""How a process was armed, what the old dbx-patch left, which copies there are: each with a remedy of its own."""

from __future__ import annotations

import base64
import hashlib
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from dbx_patch import hooks
from dbx_patch._version import __version__
from dbx_patch.diagnosis import check_process, startup
from dbx_patch.diagnosis.findings import Finding
from dbx_patch.diagnosis.startup import StartupStatus
from dbx_patch.output.results import PatchStatus, StatusResult
from support.installed import distribution, site_folder
from support.solo import Solo
from support.workspaces import write


def told(solo: Solo, monkeypatch: pytest.MonkeyPatch, cause: str, **fields: Any) -> list[Finding]:
    """What `verify` says of a process that was, or was not, armed in this way."""
    given = {"armed": False, "why": "the reason is this", "runs": 0, "package": str(solo.site / "dbx_patch")}
    status = StartupStatus(cause=cause, **{**given, **fields})  # type: ignore[arg-type]
    monkeypatch.setattr(check_process, "check_startup_status", lambda verbose: status)
    return solo.found(check_process.start_up)


@pytest.mark.parametrize(
    "cause, code, remedy",
    [
        ("no_site", "no-site", "apply_all_patches()"),
        ("not_installed", "not-installed", "install 'dbx-patch>=1'"),
        ("started_before", "started-before-install", "restartPython()"),
        ("disarmed", "disarmed", "apply_all_patches()"),
        ("failed", "start-up-failed", "apply_all_patches()"),
    ],
)
def test_a_process_that_is_not_armed(
    solo: Solo, monkeypatch: pytest.MonkeyPatch, cause: str, code: str, remedy: str
) -> None:
    [found] = told(solo, monkeypatch, cause)
    assert (found.severity, found.code, found.about) == ("error", code, "start-up")
    assert found.cause.startswith("The reason is this. So dbx-patch is not active in this process. ")
    assert found.remedy.endswith(remedy)


def test_a_process_that_need_not_be_armed(solo: Solo, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(solo, monkeypatch, "started", armed=True) == []
    [found] = told(solo, monkeypatch, "not_databricks")
    assert (found.severity, found.code) == ("note", "not-databricks") and "DBX_PATCH_ENABLED=1" in found.remedy
    [found] = told(solo, monkeypatch, "disabled", why="DBX_PATCH_ENABLED=0")
    assert (found.severity, found.remedy) == ("note", "unset DBX_PATCH_ENABLED")
    assert found.cause == "dbx-patch is switched off by DBX_PATCH_ENABLED=0."
    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "17.3")
    [found] = told(solo, monkeypatch, "disabled", why="DBX_PATCH_ENABLED=0")
    assert found.severity == "warning"


def test_installed_in_a_folder_that_site_does_not_read(
    solo: Solo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip takes a copy in a lower environment for one that is there, and knows nothing of any other folder."""
    elsewhere = str(tmp_path / "target/zzz_dbx_patch.pth")
    [found] = told(solo, monkeypatch, "other_folder", startup_files=[elsewhere], site_folders=[str(solo.site)])
    assert found.code == "unprocessed-folder"
    assert found.remedy.endswith(f"install --force-reinstall --target {solo.site} 'dbx-patch>=1'")
    lower = site_folder(tmp_path / "lower")
    sys.path.append(str(lower))
    files = [str(lower / "zzz_dbx_patch.pth")]
    [found] = told(solo, monkeypatch, "other_folder", startup_files=files, site_folders=[str(solo.site)])
    assert found.remedy.endswith("install --no-deps --force-reinstall 'dbx-patch>=1'")
    [found] = told(solo, monkeypatch, "other_folder", startup_files=[elsewhere], site_folders=[str(lower)])
    assert found.remedy.endswith("apply_all_patches()")


def test_a_start_up_file_that_was_deleted(solo: Solo, monkeypatch: pytest.MonkeyPatch) -> None:
    distribution(solo.site, "dbx_patch")
    [found] = told(solo, monkeypatch, "not_installed")
    assert found.remedy.endswith(f"install --no-deps --force-reinstall dbx-patch=={__version__}")


@pytest.mark.parametrize(
    "cause, says, remedy",
    [
        ("no_site", "without -S needs no such call.", ""),
        ("started_before", "The next process is armed from its start.", ""),
        ("not_installed", "without dbx-patch again. To install it:", "install 'dbx-patch>=1'"),
        ("other_folder", "without dbx-patch again. To change that:", "apply_all_patches()"),
    ],
)
def test_armed_by_hand(solo: Solo, monkeypatch: pytest.MonkeyPatch, cause: str, says: str, remedy: str) -> None:
    monkeypatch.setattr(check_process, "why_none_ran", lambda files, folders: (cause, ""))
    [found] = told(solo, monkeypatch, "by_hand", armed=True)
    assert (found.severity, found.code) == ("note", "armed-by-hand")
    assert found.cause.endswith(says) and found.remedy.endswith(remedy) and bool(remedy) == bool(found.remedy)


def test_what_the_old_dbx_patch_left(solo: Solo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = solo.site
    write(site, {"sitecustomize.py": "import dbx_patch\n", "sitecustomize.py.backup": "MINE = 1\n"})
    write(site, {"sitecustomize.py.backup2": "import dbx_patch\n"})
    paths = [str(site / f"sitecustomize.py{end}") for end in ("", ".backup", ".backup2")]
    old, mine, copy = told(solo, monkeypatch, "started", armed=True, leftovers=paths)
    assert (old.severity, old.code, old.about) == ("warning", "old-sitecustomize", paths[0])
    assert old.remedy == f"mv {paths[0]} {paths[0]}.unused" and old.cause.endswith("To put it aside:")
    assert (mine.severity, mine.code, mine.remedy) == ("warning", "old-backup", f"mv {paths[1]} {paths[0]}")
    assert "This is your own sitecustomize.py" in mine.cause and mine.cause.endswith("To restore it:")
    assert copy.remedy == f"rm {paths[2]}" and "a backup of the old dbx-patch's own" in copy.cause
    write(site, {"sitecustomize.py": "MINE = 2\n"})
    [mine] = told(solo, monkeypatch, "started", armed=True, leftovers=paths[1:2])
    assert (mine.severity, mine.remedy) == ("note", "") and "this backup of your sitecustomize.py" in mine.cause
    other = write(tmp_path, {"other/sitecustomize.py": "import dbx_patch\n"}) / "other/sitecustomize.py"
    [old] = told(solo, monkeypatch, "started", armed=True, leftovers=[str(other)])
    assert (old.severity, old.remedy) == ("warning", "") and old.cause.endswith("It belongs to another environment.")


def copies(solo: Solo, monkeypatch: pytest.MonkeyPatch, running: Path, read: list[Path]) -> list[Finding]:
    told(solo, monkeypatch, "started", armed=True, package=f"{running}/dbx_patch", site_folders=[*map(str, read)])
    return solo.found(check_process.other_copies)


def test_two_copies(solo: Solo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = site_folder(tmp_path / "other")
    sys.path.append(str(other))
    write(solo.site, {"dbx_patch/__init__.py": "", "zzz_dbx_patch.pth": "", "dbx_patch_other/x.py": ""})
    assert copies(solo, monkeypatch, solo.site, [solo.site]) == []
    [found] = copies(solo, monkeypatch, other, [other, solo.site])
    assert (found.severity, found.about) == ("warning", f"{solo.site}/dbx_patch")
    assert f"one in {solo.site} and one in {other}. The second one is running." in found.cause
    assert found.cause.endswith("To remove the first, which does nothing:")
    assert found.remedy == f"rm -r {solo.site}/dbx_patch {solo.site}/zzz_dbx_patch.pth"
    [found] = copies(solo, monkeypatch, other, [solo.site])
    assert (found.severity, found.about, found.remedy) == ("warning", f"{other}/dbx_patch", "")
    assert found.cause.endswith("To use it, take the other folder off sys.path.")
    write(other, {"dbx_patch/__init__.py": ""})
    [found] = copies(solo, monkeypatch, solo.site, [solo.site])
    assert (found.severity, found.about, found.remedy) == ("note", f"{other}/dbx_patch", "")
    assert found.cause.endswith("on sys.path here. There is nothing to do.")


def test_patches_that_failed_or_do_not_fit(solo: Solo, monkeypatch: pytest.MonkeyPatch) -> None:
    patches = [
        PatchStatus("one", "failed", "runtime.one", "LookupError: x"),
        PatchStatus("two", "not_applicable", "runtime.two", "it has no y"),
        PatchStatus("autoreload", "not_applicable", "runtime.three", "it has no z"),
        PatchStatus("four", "applied", "runtime.four"),
    ]
    status = StatusResult(True, "", patches, "applied", faults=["trigger: ValueError: f"])
    monkeypatch.setattr(check_process, "current_status", lambda: status)
    failed, covered, uncovered, fault = solo.found(check_process.patches)
    assert (failed.severity, failed.code, failed.about) == ("error", "patch-failed", "one")
    assert failed.cause.startswith("Patching runtime.one failed: LookupError: x.")
    assert (covered.severity, covered.about) == ("note", "two") and "through the fallback" in covered.cause
    assert (uncovered.severity, uncovered.about) == ("warning", "autoreload")
    assert "it has no z. So this patch does nothing here." in uncovered.cause
    assert (fault.severity, fault.code) == ("warning", "fault") and "trigger: ValueError: f." in fault.cause
    for found in (failed, covered, uncovered, fault):
        assert found.remedy.endswith("install --upgrade 'dbx-patch>=1'")
    status.fallback = "disabled"
    assert [found.severity for found in solo.found(check_process.patches)] == ["error", "warning", "warning", "warning"]


def test_settings_that_are_wrong(solo: Solo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBX_PATCH_LOG_LEVEL", "DEBUGG")
    monkeypatch.setenv("DBX_PATCH_VERBOSE", "1")
    level, former = solo.found(check_process.patches)
    assert (level.severity, level.code, level.about) == ("warning", "setting", "DBX_PATCH_LOG_LEVEL")
    assert level.remedy == "export DBX_PATCH_LOG_LEVEL=DEBUG" and "DEBUGG" in level.cause
    assert former.remedy == "unset DBX_PATCH_VERBOSE"


def test_a_path_entry_that_is_lost(solo: Solo, monkeypatch: pytest.MonkeyPatch) -> None:
    solo.line("acme", solo.project / "src")
    assert solo.found(check_process.lost) == []
    entry = sys.path.pop()
    monkeypatch.setenv("DBX_PATCH_ENABLED", "0")
    [found] = solo.found(check_process.lost)
    assert (found.severity, found.code, found.about) == ("error", "lost-path", entry)
    assert "but it is not active: DBX_PATCH_ENABLED=0. To put it back now:" in found.cause
    assert found.remedy.endswith(f"sys.path.append({entry!r})")
    monkeypatch.setenv("DBX_PATCH_ENABLED", "1")
    monkeypatch.setenv("DBX_PATCH_DISABLE", "fallback")
    hooks.arm()
    [found] = solo.found(check_process.lost)
    assert found.severity == "error" and "but for DBX_PATCH_DISABLE" in found.cause
    monkeypatch.delenv("DBX_PATCH_DISABLE")
    hooks.arm()
    [found] = solo.found(check_process.lost)
    assert found.severity == "note" and "The next import that needs it puts it back." in found.cause
    assert found.remedy.endswith("refresh_editable_paths()")


def test_start_up_files_that_were_changed(solo: Solo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "PACKAGE", str(solo.site / "dbx_patch"))
    ending = ".start" if sys.version_info >= (3, 15) else ".pth"
    files = ["zzz_dbx_patch" + ending, "_dbx_patch_bootstrap.py"]
    write(solo.site, dict.fromkeys(files, "# as it was\n"))
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"# as it was\n").digest()).rstrip(b"=").decode()
    record = "".join(f"{name},sha256={digest},12\n" for name in files)
    distribution(solo.site, "dbx_patch", texts={"RECORD": record})
    assert solo.found(check_process.own_files) == []
    write(solo.site, {files[1]: "# changed\n"})
    [found] = solo.found(check_process.own_files)
    assert (found.severity, found.code, found.about) == ("error", "start-up-file-changed", str(solo.site / files[1]))
    assert "its hash differs from the one in RECORD. To restore the original:" in found.cause
    assert "--force-reinstall dbx-patch==" in found.remedy
    os.unlink(solo.site / files[1])
    assert "cannot be read, although RECORD lists it" in solo.found(check_process.own_files)[0].cause
    distribution(solo.site, "dbx_patch", texts={"RECORD": f"{files[1]},,\n"})
    assert "does not list it" in solo.found(check_process.own_files)[0].cause
