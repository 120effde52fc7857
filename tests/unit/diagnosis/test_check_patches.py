"""What `verify` says of patches that failed or do not apply, and of path entries that are lost."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from dbx_patch import hooks
from dbx_patch.diagnosis import check_process as checks
from dbx_patch.diagnosis import remedies
from support.checked import Mine
from support.installed import leave_install
from support.workspaces import write


@pytest.fixture(autouse=True)
def on(mine: Mine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBX_PATCH_ENABLED", "1")
    for name in ("DBX_PATCH_DISABLE", "DATABRICKS_RUNTIME_VERSION"):
        monkeypatch.delenv(name, raising=False)


class Broken(ModuleType):
    def __getattr__(self, name: str) -> object:
        raise LookupError("half an upgrade")


def test_a_patch_that_failed(mine: Mine) -> None:
    sys.modules["sys_path_init"] = Broken("sys_path_init")
    hooks.arm()
    failed, fault = mine.found(checks.patches)
    assert (failed.severity, failed.code, failed.about) == ("error", "patch-failed", "sys_path_init")
    said = "Patching sys_path_init failed: LookupError: half an upgrade. A newer dbx-patch may work:"
    assert failed.cause == said and failed.remedy.endswith(f"install --upgrade '{remedies.OURS}'")
    assert fault.code == "fault"


@pytest.mark.parametrize("fallback", [True, False])
def test_names_of_another_release(mine: Mine, fallback: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A note where the fallback serves in place of the patch, which it does for all but the reloading of modules."""
    if not fallback:
        monkeypatch.setenv("DBX_PATCH_DISABLE", "fallback")
    for name in ("dbruntime.pythonPathHook", "dbruntime.autoreload.hook", *hooks.RUNTIME_MODULES["autoreload"]):
        sys.modules[name] = ModuleType(name)
    hooks.arm()
    found = {finding.about: finding for finding in mine.found(checks.patches)}
    path, reload = found["python_path_hook"], found["autoreload"]
    assert {finding.code for finding in found.values()} == {"patch-not-applicable"}
    assert (path.severity, reload.severity) == ("note" if fallback else "warning", "warning")
    assert ("Imports still work, through the fallback" in path.cause) == fallback
    assert "So this patch does nothing here" in reload.cause and "uses other names: " in reload.cause
    assert reload.remedy.endswith(f"install --upgrade '{remedies.OURS}'")


def lose(mine: Mine) -> str:
    project = write(mine.home / "acme", {"src/acme/__init__.py": ""})
    leave_install(mine.site, "acme", project, project / "src")
    return f"{project}/src"


def test_a_path_entry_that_is_there_is_not_lost(mine: Mine) -> None:
    sys.path.append(lose(mine))
    assert mine.found(checks.lost) == []


def test_a_lost_entry_that_an_import_puts_back(mine: Mine) -> None:
    entry = lose(mine)
    hooks.arm()
    found = mine.one(checks.lost)
    assert (found.severity, found.code, found.about) == ("note", "lost-path", entry)
    assert "The next import that needs it puts it back." in found.cause
    assert found.remedy.endswith("import dbx_patch; dbx_patch.refresh_editable_paths()")


@pytest.mark.parametrize(
    ("enabled", "said"),
    [
        ("1", "but it is not active: DBX_PATCH_ENABLED=1, but this process is not armed."),
        ("0", "but it is not active: DBX_PATCH_ENABLED=0."),
        ("armed", "but for DBX_PATCH_DISABLE, which leaves out dbx-patch's fallback."),
    ],
)
def test_a_lost_entry_that_nobody_puts_back(
    mine: Mine, enabled: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBX_PATCH_ENABLED", enabled.replace("armed", "1"))
    entry = lose(mine)
    if enabled == "armed":
        monkeypatch.setenv("DBX_PATCH_DISABLE", "fallback")
        hooks.arm()
    found = mine.one(checks.lost)
    assert found.severity == "error" and said in found.cause and found.cause.endswith(" To put it back now:")
    if enabled == "0":
        assert found.remedy.endswith(f"import sys; sys.path.append({entry!r})"), "dbx-patch would not"
    else:
        assert found.remedy.endswith("refresh_editable_paths()")
