"""`status` says of each patch what has become of it, and why; in data and in the text that people read."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from dbx_patch import hooks
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
    status = current_status(look=True)
    assert status.active and status.fallback == "disabled"
    text = str(status)
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
    status = current_status()
    assert "sys_path_init: LookupError: half an upgrade" in status.faults and status.exit_code() == 1
    assert "half an upgrade" in str(status)
