"""Which start-up file armed this process, or why none did; what of the old version is left, and what was changed."""

from __future__ import annotations

import base64
import hashlib
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import _dbx_patch_bootstrap as bootstrap
from dbx_patch import hooks
from dbx_patch.diagnosis import startup
from support.checked import Mine
from support.installed import distribution
from support.workspaces import write

START_UP = startup.STEM + (".start" if sys.version_info >= (3, 15) else ".pth")


@pytest.fixture(autouse=True)
def on(mine: Mine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBX_PATCH_ENABLED", "1")
    monkeypatch.delenv("DATABRICKS_RUNTIME_VERSION", raising=False)
    write(mine.site, {"dbx_patch/__init__.py": ""})
    monkeypatch.setattr(startup, "PACKAGE", str(mine.site / "dbx_patch"))


def told() -> startup.StartupStatus:
    return startup.check_startup_status(verbose=False)


def test_it_started(mine: Mine, capsys: pytest.CaptureFixture[str]) -> None:
    write(mine.site, {START_UP: ""})
    hooks.arm()
    bootstrap.runs = 2
    status = startup.check_startup_status()
    assert (status.armed, status.cause, status.runs, status.exit_code()) == (True, "started", 2, 0)
    assert status.headline() == "Armed: a start-up file ran, and DBX_PATCH_ENABLED=1"
    assert status.startup_files == [f"{mine.site}/{START_UP}"] and status.site_folders == [str(mine.site)]
    assert (status.package, status.leftovers) == (f"{mine.site}/dbx_patch", [])
    text = status.text(width=300)
    assert f"Start-up files (yes: site reads this folder)\n  yes  {mine.site}/{START_UP}" in text
    assert f"Package\n  {mine.site}/dbx_patch" in text and "Left behind" not in text
    assert " ".join(capsys.readouterr().out.split()) == " ".join(str(status).split())
    told()
    assert capsys.readouterr().out == ""


def test_it_was_armed_by_a_call(mine: Mine) -> None:
    hooks.arm()
    status = told()
    assert (status.armed, status.cause, status.exit_code()) == (True, "by_hand", 0)
    assert status.why.startswith("a call in this process armed it; at start-up, no site folder has zzz_dbx_patch.pth")
    assert "(yes: site reads this folder)\n  none" in str(status)


@pytest.mark.parametrize(
    ("enabled", "cause", "why"),
    [("off", "disabled", "DBX_PATCH_ENABLED=off"), (None, "not_databricks", "this is not Databricks")],
)
def test_it_is_not_to_act(enabled: str | None, cause: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBX_PATCH_ENABLED", enabled) if enabled else monkeypatch.delenv("DBX_PATCH_ENABLED")
    status = told()
    assert (status.armed, status.cause, status.why, status.exit_code()) == (False, cause, why, 0)
    assert status.headline() == f"Not armed: {why}"


def test_why_no_file_ran(mine: Mine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (told().cause, told().exit_code()) == ("not_installed", 1)
    assert "dbx_patch is on sys.path but not installed" in told().why
    target = write(tmp_path / "target", {START_UP: ""})
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(startup, "PACKAGE", str(target / "dbx_patch"))
        assert told().cause == "other_folder"
        assert told().why == f"it is installed in {target}, where site reads no .pth files"
        assert f"  no  {target}/{START_UP}" in told().text(width=300)
    lower = write(tmp_path / "lower/site-packages", {START_UP: ""})
    sys.path.append(str(lower))
    assert (
        told().why
        == f"it is installed in an environment below this one only: in {lower}, where site reads no .pth files"
    )
    write(mine.site, {START_UP: ""})
    assert (told().cause, told().why) == ("started_before", "this process started before dbx-patch was installed")
    assert told().startup_files == [f"{mine.site}/{START_UP}", f"{lower}/{START_UP}"]
    bootstrap.runs = 1
    assert told().cause == "disarmed" and "something has removed the finders" in told().why
    bootstrap.fault = LookupError("half an upgrade")
    assert (told().cause, told().why) == ("failed", "start-up failed with LookupError: half an upgrade")
    flags = SimpleNamespace(**{name: getattr(sys.flags, name) for name in dir(sys.flags) if name[0] != "_"})
    flags.no_site = 1
    bootstrap.runs, bootstrap.fault = 0, None
    monkeypatch.setattr(sys, "flags", flags)
    assert (told().cause, told().why) == ("no_site", "Python was started with -S, so it read no .pth files")


def test_what_the_old_version_left(mine: Mine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own files, whatever name it gave itself, wherever they were loaded from; and the backups beside anybody's."""
    beside = write(tmp_path / "[first]", {"sitecustomize.py": "# dbx-patch", "sitecustomize.py.backup": ""})
    write(mine.site, {"sitecustomize.py": "import os\n", "sitecustomize.py.x-backup-1": "", "sitecustomize.py.old": ""})
    module = ModuleType("sitecustomize")
    module.__file__ = f"{beside}/sitecustomize.py"
    monkeypatch.setitem(sys.modules, "sitecustomize", module)
    left = [f"{mine.site}/sitecustomize.py.x-backup-1", module.__file__, f"{module.__file__}.backup"]
    assert told().leftovers == left
    assert f"Left behind by the old dbx-patch\n  warning  {left[0]}" in told().text(width=300)
    write(mine.site, {"sitecustomize.py": "import dbx_patch.patch_dbx\n"})
    assert told().leftovers == [f"{mine.site}/sitecustomize.py", *left]
    assert not startup.is_ours(f"{mine.site}/gone.py")


def test_the_parts_of_an_installed_copy(mine: Mine) -> None:
    distribution(mine.site, "dbx_patch")
    write(mine.site, {START_UP: "", "_dbx_patch_bootstrap.py": "", "other.py": ""})
    (mine.site / f"{startup.STEM}.start").symlink_to("nowhere")
    named = ["_dbx_patch_bootstrap.py", "dbx_patch", "dbx_patch-1.0.dist-info", START_UP]
    assert startup.parts_in(str(mine.site)) == [f"{mine.site}/{name}" for name in named]


def test_files_that_are_not_as_they_were_installed(mine: Mine) -> None:
    assert startup.changed_files() == []
    texts = {START_UP: "import it\n", "_dbx_patch_bootstrap.py": "x = 1\n"}
    write(mine.site, texts)
    assert startup.changed_files() == [], "without a RECORD there is no telling"

    def digest(text: str) -> str:
        return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()

    rows = {name: f"sha256={digest(text)}" for name, text in texts.items()}
    record = "".join(f"{name},{known},9\n" for name, known in rows.items())
    distribution(mine.site, "dbx_patch", texts={"RECORD": record})
    assert startup.changed_files() == []
    absolute = record.replace("_dbx_patch_bootstrap.py", f"{mine.site}/_dbx_patch_bootstrap.py")
    distribution(mine.site, "dbx_patch", texts={"RECORD": absolute})
    assert startup.changed_files() == [], "as `poetry install` writes it"
    write(mine.site, {START_UP: "import more\n"})
    (mine.site / "_dbx_patch_bootstrap.py").unlink()
    distribution(mine.site, "dbx_patch", texts={"RECORD": record})
    assert startup.changed_files() == [
        (f"{mine.site}/{START_UP}", "it has been changed: its hash differs from the one in RECORD"),
        (f"{mine.site}/_dbx_patch_bootstrap.py", "it cannot be read, although RECORD lists it"),
    ]
    write(mine.site, texts)
    distribution(mine.site, "dbx_patch", texts={"RECORD": "other.py,,\n"})
    assert {what for _, what in startup.changed_files()} == {"RECORD of dbx-patch does not list it"}
