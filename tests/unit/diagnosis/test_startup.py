"""Which start-up file armed a process, or why none did; told by what is on the disk and what has happened here."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import pytest

import _dbx_patch_bootstrap as bootstrap
from dbx_patch import hooks
from dbx_patch.diagnosis import startup
from dbx_patch.diagnosis.startup import StartupStatus, check_startup_status
from support.installed import distribution, site_folder
from support.solo import Solo
from support.workspaces import write

FILE = "zzz_dbx_patch" + (".start" if sys.version_info >= (3, 15) else ".pth")


@pytest.fixture(autouse=True)
def on(solo: Solo, monkeypatch: pytest.MonkeyPatch) -> None:
    """dbx-patch is installed here, with its start-up file, and is to act."""
    monkeypatch.setenv("DBX_PATCH_ENABLED", "1")
    monkeypatch.setattr(startup, "PACKAGE", str(solo.site / "dbx_patch"))
    write(solo.site, {"zzz_dbx_patch.pth": "", "zzz_dbx_patch.start": ""})


def cause() -> str:
    return check_startup_status(verbose=False).cause


def test_why_a_process_is_armed_or_not(solo: Solo, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cause() == "started_before"
    monkeypatch.setattr(bootstrap, "runs", 1)
    assert cause() == "disarmed"
    hooks.arm()
    found = check_startup_status(verbose=False)
    assert (found.armed, found.cause, found.runs) == (True, "started", 1)
    assert found.headline() == "Armed: a start-up file ran, and DBX_PATCH_ENABLED=1" and found.exit_code() == 0
    monkeypatch.setattr(bootstrap, "runs", 0)
    assert cause() == "by_hand"
    monkeypatch.setattr(bootstrap, "fault", OSError("half"))
    assert cause() == "failed" and "start-up failed with OSError: half" in str(check_startup_status(False))


def test_where_it_is_not_to_act(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBX_PATCH_ENABLED", "off")
    found = check_startup_status(verbose=False)
    assert (found.cause, found.why, found.exit_code()) == ("disabled", "DBX_PATCH_ENABLED=off", 0)
    monkeypatch.setattr(bootstrap, "decide", lambda: (False, "this is not Databricks"))
    found = check_startup_status(verbose=False)
    assert (found.cause, found.exit_code()) == ("not_databricks", 0)
    assert found.headline() == "Not armed: this is not Databricks"


def test_where_no_start_up_file_could_run(solo: Solo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lower = site_folder(tmp_path / "lower")
    sys.path.append(str(lower))
    write(lower, {FILE: ""})
    (solo.site / FILE).unlink()
    found = check_startup_status(verbose=False)
    assert found.cause == "other_folder" and found.exit_code() == 1
    assert found.why == (
        f"it is installed in an environment below this one only: in {lower}, where site reads no .pth files"
    )
    (lower / FILE).unlink()
    beside = write(tmp_path / "target", {FILE: ""})
    monkeypatch.setattr(startup, "PACKAGE", str(beside / "dbx_patch"))
    assert check_startup_status(verbose=False).why.startswith(f"it is installed in {beside}, where")
    (beside / FILE).unlink()
    assert cause() == "not_installed"


def test_it_is_shown_unless_told_otherwise(solo: Solo, capsys: pytest.CaptureFixture[str]) -> None:
    lower = str(solo.site) + "/lower/site-packages"
    sys.path.append(lower)
    write(solo.site, {f"lower/site-packages/{FILE}": "", "sitecustomize.py": "# dbx-patch\n"})
    result = check_startup_status()
    assert capsys.readouterr().out == f"{result}\n"
    files, package, left = result.sections()
    assert [*files.rows] == [("yes", f"{solo.site}/{FILE}"), ("no", f"{lower}/{FILE}")]
    assert [*package.rows] == [(f"{solo.site}/dbx_patch",)]
    assert (left.title, [*left.rows]) == (
        "Left behind by the old dbx-patch",
        [("warning", f"{solo.site}/sitecustomize.py")],
    )
    assert check_startup_status(verbose=False) == result and capsys.readouterr().out == ""
    none = StartupStatus(False, "not_installed", "why", 0, "/x/dbx_patch")
    assert "Left behind" not in str(none) and "  none" in str(none)


def test_leftovers_of_the_old_version(solo: Solo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that imports the package, one that is named after the project; and backups, also of one that was loaded."""
    write(solo.site, {"sitecustomize.py": "MINE = 1\n", "sitecustomize.py.backup_1": "", "sitecustomize.py.old": ""})
    loaded = write(tmp_path, {"other/sitecustomize.py": "# made by dbx-patch\n"}) / "other/sitecustomize.py"
    module = types.ModuleType("sitecustomize")
    module.__file__ = str(loaded)
    monkeypatch.setitem(sys.modules, "sitecustomize", module)
    assert startup.leftovers() == [f"{solo.site}/sitecustomize.py.backup_1", str(loaded)]
    write(solo.site, {"sitecustomize.py": "import dbx_patch\n"})
    loaded.unlink()
    assert startup.leftovers() == [f"{solo.site}/sitecustomize.py", f"{solo.site}/sitecustomize.py.backup_1"]


def test_the_parts_of_an_installed_copy(solo: Solo) -> None:
    write(solo.site, {"dbx_patch/__init__.py": "", "_dbx_patch_bootstrap.py": "", "dbx_patches/x.py": ""})
    (solo.site / "dbx_patch-0.dist-info").symlink_to(solo.site / "gone")
    info = distribution(solo.site, "dbx_patch")
    names = ["_dbx_patch_bootstrap.py", "dbx_patch", info.name, "zzz_dbx_patch.pth", "zzz_dbx_patch.start"]
    assert startup.parts_in(str(solo.site)) == [str(solo.site / name) for name in names]
