"""Environment variables that do not do what they seem to, and whether dbx-patch is at work in this process at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dbx_patch import hooks
from dbx_patch.diagnosis import status
from dbx_patch.diagnosis.status import current_status, is_active, is_databricks, wrong_settings
from support.solo import Solo
from support.workspaces import write


@pytest.fixture(autouse=True)
def unset(solo: Solo, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DBX_PATCH_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    "name, value, text, meant",
    [
        ("DBX_PATCH_ENABLED", "ture", "=ture is not a known value and is ignored. Did you mean true?", "true"),
        ("DBX_PATCH_ENABLED", "xyz", "=xyz is not a known value and is ignored.", ""),
        ("DBX_PATCH_LOG_LEVEL", "debugg", "=debugg is not a log level, so nothing is logged. Did", "DEBUG"),
        ("DBX_PATCH_DISABLE", "fallbck", " names fallbck, which is not a patch. Did you mean fallback?", "fallback"),
        ("DBX_PATCH_DISABLE", "autoreload,fallbck", " names fallbck,", "autoreload,fallback"),
        ("DBX_PATCH_DISABLE", "zzz", " names zzz, which is not a patch.", ""),
        ("DBX_PATCH_DEBUG", "1", " is a setting of dbx-patch 0.1 and does nothing. Use DBX_PATCH_LOG_LEVEL=DEBUG.", ""),
        ("DBX_PATCH_ENABLE", "1", " is not a setting of dbx-patch. Did you mean DBX_PATCH_ENABLED?", ""),
    ],
)
def test_a_setting_that_is_wrong(monkeypatch: pytest.MonkeyPatch, name: str, value: str, text: str, meant: str) -> None:
    monkeypatch.setenv(name, value)
    [found] = wrong_settings()
    assert (found.name, found.meant) == (name, meant) and found.text.startswith(name + text)
    assert found.text in current_status().warnings


@pytest.mark.parametrize(
    "name, value",
    [
        *(("DBX_PATCH_ENABLED", value) for value in ("auto", " TRUE ", "0", "")),
        *(("DBX_PATCH_LOG_LEVEL", value) for value in ("debug", "WARN", "")),
        *(("DBX_PATCH_DISABLE", value) for value in ("autoreload, fallback", "")),
        *(("DBX_PATCH_MY_SCRIPTS_OWN", "1"), ("DBX_PATH_ENABLE", "1")),
    ],
)
def test_a_setting_that_is_right_or_somebody_elses(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    assert wrong_settings() == [] and current_status().warnings == []


def test_whether_it_is_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBX_PATCH_ENABLED", "1")
    assert is_active() == (False, "DBX_PATCH_ENABLED=1, but this process is not armed")
    for finder in (hooks.FALLBACK, hooks.TRIGGER):
        with monkeypatch.context() as patched:
            patched.setattr(sys, "meta_path", [*sys.meta_path, finder])
            assert is_active() == (True, "DBX_PATCH_ENABLED=1")
    monkeypatch.setenv("DBX_PATCH_ENABLED", "0")
    assert is_active() == (False, "DBX_PATCH_ENABLED=0")


def test_whether_this_is_databricks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever dbx-patch was told to do."""
    for enabled in ("0", "1"):
        monkeypatch.setenv("DBX_PATCH_ENABLED", enabled)
        monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "17.3")
        assert is_databricks()
        monkeypatch.delenv("DATABRICKS_RUNTIME_VERSION")
        assert is_databricks() == os.path.isdir("/databricks")


def test_what_a_patch_waits_for(tmp_path: Path) -> None:
    write(tmp_path / "runtime", {"sys_path_init.py": ""})
    sys.path.append(str(tmp_path / "runtime"))
    found = {patch.name: patch.reason for patch in current_status(look=True).patches}
    assert found["sys_path_init"] == "waits until sys_path_init is imported"
    assert found["autoreload"].startswith("there is no dbruntime.") and found["autoreload"].endswith("nothing to patch")


def test_dbx_patch_was_uninstalled_while_the_process_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert current_status().warnings == []
    monkeypatch.setattr(status, "__file__", "/no/such/folder/status.py")
    [warning] = current_status().warnings
    assert "was uninstalled while this process was running" in warning
