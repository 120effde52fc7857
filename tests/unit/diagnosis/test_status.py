"""`status` says of each patch what has become of it, and why; in data and in the text that people read."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

import _dbx_patch_bootstrap as bootstrap
from dbx_patch import hooks
from dbx_patch.diagnosis import status
from dbx_patch.diagnosis.status import current_status
from dbx_patch.hooks import applied, watching

pytestmark = pytest.mark.usefixtures("import_state")
SYS_PATH_INIT = "sys_path_init"


@pytest.fixture(autouse=True)
def switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBX_PATCH_ENABLED", "1")
    monkeypatch.setenv("DBX_PATCH_DISABLE", "autoreload, fallback")


def states() -> dict[str, tuple[str, str]]:
    return {patch.name: (patch.state, patch.reason) for patch in current_status(look=True).patches}


def load(name: str, **functions: object) -> ModuleType:
    """Have a module of the runtime's loaded."""
    module = sys.modules[name] = ModuleType(name)
    vars(module).update(functions)
    return module


def test_waiting_and_disabled() -> None:
    hooks.arm()
    found = states()
    assert found.pop("autoreload") == ("disabled", "DBX_PATCH_DISABLE names it")
    assert {state for state, _ in found.values()} == {"waiting"}
    assert found[SYS_PATH_INIT][1] == "there is no sys_path_init here, so there is nothing to patch"
    for module in hooks.RUNTIME_MODULES["executor_wsfs_import_hook"]:
        assert module in found["executor_wsfs_import_hook"][1]
    found_now = current_status(look=True)
    assert found_now.active and found_now.fallback == "disabled"
    text = str(found_now)
    for line in (
        "disabled autoreload DBX_PATCH_DISABLE names it",
        "waiting sys_path_init there is no sys_path_init here",
    ):
        assert line in " ".join(text.split()), text
    assert "disabled fallback" in " ".join(text.split())
    unseen = {patch.name: patch.reason for patch in current_status().patches}
    assert unseen[SYS_PATH_INIT] == "sys_path_init is not loaded yet", "verify does not look at the disk for that"


def test_a_module_that_is_loaded_and_was_missed_is_told_apart() -> None:
    load(SYS_PATH_INIT, patch_sys_path_with_developer_paths=lambda: None)
    assert states()[SYS_PATH_INIT] == ("waiting", "sys_path_init is loaded, and was not patched")


def test_applied_not_applicable_removed() -> None:
    load(SYS_PATH_INIT, patch_sys_path_with_developer_paths=lambda: None)
    load("dbruntime.pythonPathHook")
    hooks.arm()
    found = states()
    assert found[SYS_PATH_INIT] == ("applied", "")
    assert found["python_path_hook"][0] == "not_applicable" and " has no " in found["python_path_hook"][1]
    assert current_status().exit_code() == 0
    applied.undo_patches()
    assert states()[SYS_PATH_INIT] == ("removed", "remove_all_patches() was called")
    assert applied.were_removed() and watching.expected() != []


class Broken(ModuleType):
    """A module of the runtime's whose functions cannot be had."""

    def __getattr__(self, name: str) -> object:
        raise LookupError("half an upgrade")


def test_a_patch_that_fails_is_a_fault_with_its_error() -> None:
    sys.modules[SYS_PATH_INIT] = Broken(SYS_PATH_INIT)
    hooks.arm()
    assert states()[SYS_PATH_INIT] == ("failed", "LookupError: half an upgrade")
    found = current_status()
    assert "sys_path_init: LookupError: half an upgrade" in found.faults and found.exit_code() == 1
    assert "half an upgrade" in str(found)


def test_uninstalled_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert current_status().warnings == []
    monkeypatch.setattr(status, "__file__", "/no/such/file.py")
    [warning] = current_status().warnings
    assert warning.startswith("dbx-patch was uninstalled while this process was running.")


def test_why_it_is_active_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Armed is what has either finder; the fallback alone may be left out, or taken away."""
    assert status.is_active() == (False, "DBX_PATCH_ENABLED=1, but this process is not armed")
    assert current_status().fallback == "disabled"
    hooks.arm()
    assert status.is_active() == (True, "DBX_PATCH_ENABLED=1"), "by one of the two"
    monkeypatch.setenv("DBX_PATCH_ENABLED", "0")
    assert status.is_active() == (False, "DBX_PATCH_ENABLED=0")
    watching.disarm()
    assert status.is_active() == (False, "DBX_PATCH_ENABLED=0")
    monkeypatch.delenv("DBX_PATCH_DISABLE")
    assert current_status().fallback == "waiting"
    hooks.arm()
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not hooks.TRIGGER]
    assert current_status().fallback == "applied"
    monkeypatch.setenv("DBX_PATCH_ENABLED", "1")
    assert status.is_active()[0]


def test_databricks_is_where_it_is_whatever_is_switched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABRICKS_RUNTIME_VERSION", raising=False)
    assert not status.is_databricks()
    monkeypatch.setenv("DBX_PATCH_ENABLED", "0")
    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "17.3")
    assert status.is_databricks()


def test_a_start_that_failed_is_the_first_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    hooks.faults.append(("fallback", "KeyError: 1"))
    monkeypatch.setattr(bootstrap, "fault", LookupError("gone"))
    assert current_status().faults == ["start-up: LookupError: gone", "fallback: KeyError: 1"]


def test_of_a_patch_for_several_modules_the_one_is_named_that_is_loaded() -> None:
    name, modules = next((name, modules) for name, modules in hooks.RUNTIME_MODULES.items() if len(modules) > 1)
    sys.modules[modules[-1]] = ModuleType(modules[-1])
    assert status._module(name, "applied") == modules[-1]
    assert status._module(name, "waiting") == " or ".join(modules)
