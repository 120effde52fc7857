"""What `verify` finds of this process: how it was armed, second copies, leftovers, patches, settings, lost entries."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import _dbx_patch_bootstrap as bootstrap
from dbx_patch import hooks
from dbx_patch.diagnosis import check_process as checks
from dbx_patch.diagnosis import remedies, startup
from dbx_patch.diagnosis.findings import Finding
from support.checked import Mine
from support.installed import distribution
from support.workspaces import write

START_UP = startup.STEM + (".start" if sys.version_info >= (3, 15) else ".pth")
OUTCOMES = {
    "not-installed": "Install it:",
    "started-before-install": "Restart Python:",
    "disarmed": "To put them back:",
    "start-up-failed": "To try again in this session:",
    "unprocessed-folder": "Install it in a folder that site reads:",
}


@pytest.fixture(autouse=True)
def on(mine: Mine, monkeypatch: pytest.MonkeyPatch) -> Mine:
    """dbx-patch may act here, and its package lies in the site folder as far as anybody asks."""
    monkeypatch.setenv("DBX_PATCH_ENABLED", "1")
    for name in ("DBX_PATCH_DISABLE", "DATABRICKS_RUNTIME_VERSION"):
        monkeypatch.delenv(name, raising=False)
    write(mine.site, {"dbx_patch/__init__.py": ""})
    monkeypatch.setattr(startup, "PACKAGE", str(mine.site / "dbx_patch"))
    return mine


def installed(mine: Mine) -> None:
    write(mine.site, {START_UP: "import _dbx_patch_bootstrap; _dbx_patch_bootstrap.init()\n"})


def only(found: list[Finding], code: str) -> Finding:
    [finding] = [finding for finding in found if finding.code == code]
    return finding


@pytest.mark.parametrize("code", OUTCOMES)
def test_why_it_is_not_active(mine: Mine, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence with the cause, and what helps there."""
    if code not in ("not-installed", "unprocessed-folder"):
        installed(mine)
    if code == "disarmed":
        bootstrap.runs = 1
    if code == "start-up-failed":
        bootstrap.fault = LookupError("half an upgrade")
    if code == "unprocessed-folder":
        write(tmp_path / "target", {START_UP: ""})
        monkeypatch.setattr(startup, "PACKAGE", str(tmp_path / "target/dbx_patch"))
    found = mine.one(checks.start_up)
    assert (found.severity, found.code, found.about) == ("error", code, "start-up")
    assert found.cause[0].isupper() and found.cause.endswith(
        f"So dbx-patch is not active in this process. {OUTCOMES[code]}"
    )
    remedy = {
        "not-installed": f"install '{remedies.OURS}'",
        "started-before-install": remedies.RESTART,
        "unprocessed-folder": f"install --force-reinstall --target {mine.site} '{remedies.OURS}'",
    }
    assert found.remedy.endswith(remedy.get(code, remedies.APPLY))


@pytest.mark.parametrize("on_path", [False, True])
def test_installed_in_a_lower_environment_only(
    mine: Mine, tmp_path: Path, on_path: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it is on `sys.path`, pip knows of it, and is told to install it all the same."""
    lower = write(tmp_path / "lower/site-packages", {START_UP: ""})
    monkeypatch.setattr(startup, "PACKAGE", str(lower / "dbx_patch"))
    sys.path += [str(lower)] if on_path else []
    found = mine.one(checks.start_up)
    assert found.code == "unprocessed-folder" and str(lower) in found.cause
    assert ("--no-deps" in found.remedy) == on_path and ("--target" in found.remedy) != on_path


def test_a_start_up_file_that_was_deleted(mine: Mine) -> None:
    """For pip, that is installed."""
    distribution(mine.site, "dbx_patch", version="1.0")
    found = mine.one(checks.start_up)
    assert found.remedy.endswith(f"install --no-deps --force-reinstall {remedies.THIS}")


@pytest.mark.parametrize("there", [True, False])
def test_switched_off(mine: Mine, there: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Databricks that is a warning."""
    monkeypatch.setenv("DBX_PATCH_ENABLED", "off")
    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "17" if there else "")
    found = mine.one(checks.start_up)
    assert (found.severity, found.code) == ("warning" if there else "note", "disabled")
    assert found.cause == "dbx-patch is switched off by DBX_PATCH_ENABLED=off."
    assert found.remedy == "unset DBX_PATCH_ENABLED"


def test_not_on_databricks(mine: Mine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBX_PATCH_ENABLED")
    found = mine.one(checks.start_up)
    assert (found.severity, found.code, found.remedy) == ("note", "not-databricks", "export DBX_PATCH_ENABLED=1")


@pytest.mark.parametrize("there", [True, False])
def test_armed_by_a_call(mine: Mine, there: bool) -> None:
    installed(mine) if there else None
    hooks.arm()
    found = mine.one(checks.start_up)
    assert (found.severity, found.code) == ("note", "armed-by-hand")
    assert ("The next process is armed from its start." in found.cause) == there == (found.remedy == "")
    bootstrap.runs = 1
    assert mine.found(checks.start_up) == []


def test_leftovers_of_the_old_version(mine: Mine, tmp_path: Path) -> None:
    installed(mine)
    hooks.arm()
    bootstrap.runs = 1
    ours, file = "import dbx_patch.patch_dbx\n", str(mine.site / "sitecustomize.py")
    write(mine.site, {"sitecustomize.py": ours, "sitecustomize.py.backup1": ours, "sitecustomize.py.backup2": "x = 1"})
    old, own, users = mine.found(checks.start_up)
    assert (old.severity, old.code, old.remedy) == ("warning", "old-sitecustomize", f"mv {file} {file}.unused")
    assert (own.code, own.remedy) == ("old-backup", f"rm {file}.backup1") and "old dbx-patch's own" in own.cause
    assert users.code == "old-backup" and users.remedy == f"mv {file}.backup2 {file}"
    assert "To restore it:" in users.cause
    write(mine.site, {"sitecustomize.py": "x = 2"})
    _, users = mine.found(checks.start_up)
    assert (users.severity, users.remedy) == ("note", "") and "Nothing uses it" in users.cause
    lower = write(tmp_path / "lower/site-packages", {"sitecustomize.py": ours})
    sys.path.append(str(lower))
    below = mine.found(checks.start_up)[-1]
    assert below.remedy == "" and below.cause.endswith("It belongs to another environment.")


def test_second_copies(mine: Mine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mine.found(checks.other_copies) == []
    lower = write(tmp_path / "lower/site-packages", {"dbx_patch/__init__.py": ""})
    sys.path.append(str(lower))
    below = mine.one(checks.other_copies)
    assert (below.severity, below.code, below.remedy) == ("note", "second-copy", "")
    assert below.about == f"{lower}/dbx_patch" and f"one in {lower} and one in {mine.site}." in below.cause
    monkeypatch.setattr(startup, "PACKAGE", str(lower / "dbx_patch"))
    above = mine.one(checks.other_copies)
    assert (above.severity, above.about, above.remedy) == ("warning", f"{lower}/dbx_patch", "")
    assert "Python reads the start-up file of the first" in above.cause


def test_a_second_copy_in_this_environment_can_be_removed(
    mine: Mine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = write(tmp_path / "env/lib/other/site-packages", {"dbx_patch/__init__.py": ""})
    import site

    monkeypatch.setattr(site, "getsitepackages", lambda *prefixes: [str(mine.site), str(other)])
    distribution(other, "dbx_patch")
    found = mine.one(checks.other_copies)
    assert found.severity == "warning" and "To remove the first" in found.cause
    assert found.remedy == f"rm -r {other}/dbx_patch {other}/dbx_patch-1.0.dist-info"


def test_a_changed_start_up_file(mine: Mine) -> None:
    installed(mine)
    distribution(mine.site, "dbx_patch", texts={"RECORD": f"{START_UP},sha256=x,1\n"})
    found = mine.one(checks.own_files)
    assert (found.severity, found.code, found.about) == (
        "error",
        "start-up-file-changed",
        f"{mine.site}/{START_UP}",
    )
    assert "its hash differs" in found.cause
    assert found.remedy.endswith(f"install --no-deps --force-reinstall {remedies.THIS}")
    distribution(mine.site, "dbx_patch", texts={"RECORD": "a.py,,\n"})
    assert "does not list it" in mine.one(checks.own_files).cause


def test_faults_and_settings(mine: Mine, monkeypatch: pytest.MonkeyPatch) -> None:
    hooks.arm()
    hooks.faults.append(("fallback", "LookupError: gone"))
    monkeypatch.setenv("DBX_PATCH_LOG_LEVEL", "debgu")
    monkeypatch.setenv("DBX_PATCH_DISABLE", "qwxz")
    fault, level, patch = mine.found(checks.patches)
    assert (fault.severity, fault.code, fault.about) == ("warning", "fault", "dbx-patch")
    assert fault.cause.startswith("fallback: LookupError: gone. No import failed")
    assert fault.remedy.endswith(f"install --upgrade '{remedies.OURS}'")
    assert (level.code, level.about, level.remedy) == (
        "setting",
        "DBX_PATCH_LOG_LEVEL",
        "export DBX_PATCH_LOG_LEVEL=DEBUG",
    )
    assert (patch.about, patch.remedy) == ("DBX_PATCH_DISABLE", "unset DBX_PATCH_DISABLE")
