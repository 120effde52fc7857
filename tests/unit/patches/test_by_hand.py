"""The documented calls of each patch module: patch now or later, unpatch for good, say what has become of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dbx_patch import hooks
from dbx_patch.hooks import applied, watching
from dbx_patch.index import pth_files, snapshot
from dbx_patch.patches import autoreload_hook_patch, python_path_hook_patch, sys_path_init_patch, wsfs_import_hook_patch
from dbx_patch.patches.autoreload_hook_patch import is_editable_file
from support.workspaces import write

pytestmark = pytest.mark.usefixtures("import_state")
AUTORELOAD = "dbruntime.autoreload.file_module_utils"


@pytest.fixture(autouse=True)
def switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBX_PATCH_ENABLED", "1")
    monkeypatch.setenv("DBX_PATCH_DISABLE", "")


def runtime(name: str, text: str) -> Any:
    """A module of the runtime's that is loaded already."""
    module = sys.modules[name] = ModuleType(name)
    exec(text, vars(module))
    return module


SYS_PATH_INIT = "def patch_sys_path_with_developer_paths():\n    return 'rebuilt'\n"


def test_patched_now_and_taken_back_for_good(capsys: pytest.CaptureFixture[str]) -> None:
    module = runtime("sys_path_init", SYS_PATH_INIT)
    theirs = module.patch_sys_path_with_developer_paths
    assert not sys_path_init_patch.is_patched()
    result = sys_path_init_patch.patch_sys_path_init(verbose=False)
    assert [(status.name, status.state) for status in result.patches] == [("sys_path_init", "applied")]
    assert sys_path_init_patch.is_patched() and not python_path_hook_patch.is_patched()
    assert module.patch_sys_path_with_developer_paths() == "rebuilt" and capsys.readouterr().out == ""
    result = sys_path_init_patch.unpatch_sys_path_init()
    assert [status.state for status in result.patches] == ["removed"] and "sys_path_init" in capsys.readouterr().out
    assert module.patch_sys_path_with_developer_paths is theirs and not sys_path_init_patch.is_patched()
    assert "sys_path_init" not in watching.expected()


def test_patched_once_it_loads(tmp_path: Path) -> None:
    write(tmp_path, {"sys_path_init.py": SYS_PATH_INIT})
    sys.path.insert(0, str(tmp_path))
    result = sys_path_init_patch.patch_sys_path_init(verbose=False)
    assert [status.state for status in result.patches] == ["waiting"] and watching.expected() == ["sys_path_init"]
    __import__("sys_path_init")
    assert sys_path_init_patch.is_patched()


@pytest.mark.parametrize("variable, value", [("DBX_PATCH_ENABLED", "0"), ("DBX_PATCH_DISABLE", "sys_path_init")])
def test_the_switches_hold_for_calls_that_were_left_in_notebooks(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    runtime("sys_path_init", SYS_PATH_INIT)
    sys_path_init_patch.patch_sys_path_init(verbose=False)
    assert not sys_path_init_patch.is_patched() and watching.expected() == [] and applied.undos == {}


def test_what_is_not_there_is_said_to_be_missing() -> None:
    (status,) = sys_path_init_patch.patch_sys_path_init(verbose=False).patches
    assert status.reason == "there is no sys_path_init here, so there is nothing to patch"


def test_a_trigger_that_was_overtaken_is_first_again() -> None:
    hooks.arm()
    sys.meta_path.insert(0, ModuleType("somebody's"))  # type: ignore[arg-type]
    runtime("sys_path_init", SYS_PATH_INIT)
    sys_path_init_patch.patch_sys_path_init(verbose=False)
    assert sys.meta_path[0] is hooks.TRIGGER and sys_path_init_patch.is_patched()


def test_the_three_workspace_hooks_are_one_call() -> None:
    result = wsfs_import_hook_patch.patch_wsfs_import_hook(verbose=False)
    assert [status.name for status in result.patches] == list(wsfs_import_hook_patch._HOOKS) == watching.expected()


def test_the_index_by_the_patch_modules_names(site: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pth_files, "get_site_packages_dirs", lambda: [str(site)])
    write(site, {"_acme.pth": f"{project}/src\n"})
    sys.path[:] = [str(site), *sys.path]
    assert wsfs_import_hook_patch.refresh_editable_paths() == 1 and sys.path[1] == f"{project}/src"
    assert wsfs_import_hook_patch.detect_editable_paths() == [f"{project}/src"]


CHECKS = """
_AUTORELOAD_ALLOWLIST_CHECKS = []
register_autoreload_allowlist_check = _AUTORELOAD_ALLOWLIST_CHECKS.append
deregister_autoreload_allowlist_check = _AUTORELOAD_ALLOWLIST_CHECKS.remove
"""


def test_the_autoreload_check_is_registered_once_and_deregistered() -> None:
    module = runtime(AUTORELOAD, CHECKS)
    undo = autoreload_hook_patch.apply("autoreload", module)
    assert undo and [*module._AUTORELOAD_ALLOWLIST_CHECKS] == [is_editable_file]
    assert autoreload_hook_patch.apply("autoreload", module) is None
    undo()
    undo()
    assert module._AUTORELOAD_ALLOWLIST_CHECKS == [], "and is not deregistered a second time"


def test_a_runtime_that_hides_its_list_of_checks() -> None:
    module = runtime(AUTORELOAD, CHECKS)
    checks = vars(module).pop("_AUTORELOAD_ALLOWLIST_CHECKS")
    undo = autoreload_hook_patch.apply("autoreload", module)
    assert checks == [is_editable_file] and undo
    undo()
    assert checks == []


def test_what_the_autoreload_check_says(site: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_editable_file(f"{project}/src/acme/sub.py") is False, "before the first look-up there is no index"
    monkeypatch.setattr(pth_files, "get_site_packages_dirs", lambda: [str(site)])
    write(site, {"_acme.pth": f"{project}/src\n"})
    os.utime(site, (1, 1))
    snapshot.current()
    assert is_editable_file(f"{project}/src/acme/sub.py") is True
    assert is_editable_file(f"{project}/setup.py") is is_editable_file(f"{site}/library.py") is False
    assert hooks.faults == []


def test_a_path_that_the_runtime_rewrites_has_its_entries_again(
    site: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After its function has returned, and after it has raised."""
    monkeypatch.setattr(pth_files, "get_site_packages_dirs", lambda: [str(site)])
    write(site, {"_acme.pth": f"{project}/src\n"})
    text = (
        "class PythonPathHook:\n    def _handle_sys_path_maybe_updated(self, fails=False):\n        1 / (not fails)\n"
    )
    module = runtime("dbruntime.pythonPathHook", text)
    python_path_hook_patch.patch_python_path_hook(verbose=False)
    for fails in (False, True):
        sys.path[:] = [str(site)]
        try:
            module.PythonPathHook()._handle_sys_path_maybe_updated(fails=fails)
        except ZeroDivisionError:
            assert fails
        assert sys.path == [str(site), f"{project}/src"]


DOCUMENTED = {
    "sys_path_init": sys_path_init_patch,
    "wsfs_import_hook": wsfs_import_hook_patch,
    "python_path_hook": python_path_hook_patch,
    "autoreload_hook": autoreload_hook_patch,
}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_each_patch_module_has_its_calls(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    module: Any = DOCUMENTED[name]
    patched = getattr(module, f"patch_{name}")()
    assert {status.state for status in patched.patches} == {"waiting"} and module.is_patched() is False
    assert capsys.readouterr().out.strip() == str(patched).strip()
    assert watching.expected() == [status.name for status in patched.patches]
    getattr(module, f"unpatch_{name}")(verbose=False)
    assert watching.expected() == [] and capsys.readouterr().out == ""
    if name != "sys_path_init":
        assert module.detect_editable_paths is wsfs_import_hook_patch.detect_editable_paths
        assert module.refresh_editable_paths is wsfs_import_hook_patch.refresh_editable_paths


def test_a_module_that_was_missed_while_a_trigger_was_overtaken_is_patched_by_a_call() -> None:
    hooks.arm()
    runtime("sys_path_init", SYS_PATH_INIT)
    assert not sys_path_init_patch.is_patched()
    sys_path_init_patch.patch_sys_path_init(verbose=False)
    assert sys_path_init_patch.is_patched()
