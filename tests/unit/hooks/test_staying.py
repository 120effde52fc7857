"""dbx-patch stays where it was put: first among the finders, watching the names of now, until it is taken away."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dbx_patch import hooks
from dbx_patch.hooks import applied, upkeep, watching
from support.state import fresh_copy

pytestmark = pytest.mark.usefixtures("import_state")


class Other:
    """A finder of somebody else's."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        return None


def test_a_trigger_that_was_overtaken_is_first_again_and_the_others_keep_their_order() -> None:
    hooks.arm()
    before = sys.meta_path[:]
    assert upkeep.keep_first() is False and sys.meta_path == before
    others: list[Any] = [Other(), Other()]
    sys.meta_path[:0] = others
    assert upkeep.keep_first() is False and sys.meta_path == [before[0], *others, *before[1:]]
    sys.meta_path[:] = others
    assert upkeep.keep_first() is False and sys.meta_path == others, "what was taken away stays away"
    sys.meta_path.clear()
    assert upkeep.keep_first() is False and sys.meta_path == []


def runtime() -> ModuleType:
    """A module of the runtime's, loaded without the trigger: by a finder that had overtaken it."""
    module = ModuleType("sys_path_init")
    exec("def patch_sys_path_with_developer_paths():\n    return 'rebuilt'\n", vars(module))
    sys.modules["sys_path_init"] = module
    return module


def test_what_was_missed_meanwhile_is_patched_once() -> None:
    hooks.arm()
    sys.meta_path.insert(0, Other())  # type: ignore[arg-type]
    module = runtime()
    module.__spec__ = importlib.machinery.ModuleSpec("sys_path_init", None)
    module.__spec__._initializing = True  # type: ignore[attr-defined]
    assert upkeep.keep_first() is False and applied.undos == {}, "its body is running"
    module.__spec__._initializing = False  # type: ignore[attr-defined]
    sys.meta_path.insert(0, Other())  # type: ignore[arg-type]
    assert upkeep.keep_first() is True and list(applied.undos) == ["sys_path_init"]
    assert upkeep.patch_loaded() is False and len(applied.undos["sys_path_init"]) == 1
    watching.forget(["sys_path_init"])
    applied.undo_patches(("sys_path_init",))
    assert upkeep.patch_loaded() is False, "it is expected no more"


def test_the_names_of_now_are_watched_and_those_of_before_only_for_their_callbacks() -> None:
    hooks.arm()
    watching.watch(["one", "two", "pyspark"])
    assert {"one", "two"} <= set(hooks.watched) and hooks.names == {"one", "two", "pyspark"}
    watching.when_imported("one")(print)
    watching.watch(["three"])
    assert "two" not in hooks.watched and hooks.watched["three"] == [] and hooks.watched["one"] == [print]
    assert hooks.watched["pyspark"] == [hooks.learn_names]


def test_disarming_leaves_what_was_registered_by_others() -> None:
    hooks.arm()
    watching.watch(["one", "pyspark"])
    assert watching.when_imported("IPython")(print) is print
    watching.forget(["autoreload"])
    assert "autoreload" not in watching.expected() and "sys_path_init" in watching.expected()
    assert "dbruntime.autoreload.file_module_utils" not in hooks.watched
    watching._unregister("pyspark", hooks.learn_names)
    assert hooks.watched["pyspark"] == [], "a name of an install's is still looked at"
    watching.disarm()
    assert hooks.watched == {"IPython": [print]} and hooks.names == frozenset() and watching.expected() == []


@pytest.mark.parametrize("beginning", hooks.BEGINNINGS)
def test_a_kernels_beginning_has_the_names_learnt(
    beginning: str, site: Path, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a runtime calls its parts: then their later imports are answered where a wheel's would be."""
    monkeypatch.setattr(applied.sys_path.snapshot.pth_files, "get_site_packages_dirs", lambda: [str(site)])
    (site / "acme.pth").write_text(f"{project}/src\n")
    (tmp_path / f"{beginning}.py").touch()
    for loaded in [name for name in sys.modules if name.partition(".")[0] in hooks.BEGINNINGS]:
        del sys.modules[loaded]
    sys.path.insert(0, str(tmp_path))
    hooks.arm()
    assert hooks.names == frozenset()
    importlib.import_module(beginning)
    assert hooks.names == {"acme"}


def test_a_reapplied_patch_is_no_failure_any_more() -> None:
    module = sys.modules["sys_path_init"] = ModuleType("sys_path_init")
    hooks.arm()
    assert applied.patch_states()["sys_path_init"][0] == "not_applicable"
    vars(module).update(vars(runtime()))
    applied.apply_patch("sys_path_init", module)
    assert applied.patch_states()["sys_path_init"] == ("applied", "") and "sys_path_init" not in applied._remarks
    applied.apply_patch("sys_path_init", module)
    assert len(applied.undos["sys_path_init"]) == 1, "it is ours already"
    assert not applied.were_removed()
    assert applied.undo_patches() == ["sys_path_init"] and applied.undo_patches() == [] and applied.were_removed()


def test_what_becomes_of_a_patch_is_logged(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DBX_PATCH_LOG_LEVEL", "DEBUG")
    monkeypatch.setitem(applied._FILES, "autoreload", "no_such_file")
    applied.apply_patch("sys_path_init", runtime())
    applied.apply_patch("python_path_hook", ModuleType("dbruntime.pythonPathHook"))
    applied.apply_patch("autoreload", ModuleType("dbruntime.autoreload.file_module_utils"))
    said = [line for line in capsys.readouterr().err.splitlines() if "sys.path" not in line]
    assert said == [
        "dbx_patch DEBUG: patched sys_path_init",
        "dbx_patch INFO: python_path_hook is not applicable: dbruntime.pythonPathHook has no PythonPathHook",
        "dbx_patch WARNING: autoreload failed: No module named 'dbx_patch.patches.no_such_file'",
    ]
    assert applied.patch_states()["autoreload"][0] == "failed" and hooks.faults[0][0] == "autoreload"


def test_what_the_body_of_a_module_lost_is_put_back_at_once(
    site: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`sys_path_init` rebuilds the path when it loads; other modules of the runtime's do not."""
    monkeypatch.setattr(applied.sys_path.snapshot.pth_files, "get_site_packages_dirs", lambda: [str(site)])
    (site / "acme.pth").write_text(f"{project}/src\n")
    sys.path[:] = [str(site)]
    applied.apply_patch("python_path_hook", ModuleType("dbruntime.pythonPathHook"))
    assert sys.path == [str(site)]
    applied.apply_patch("sys_path_init", runtime())
    assert sys.path == [str(site), f"{project}/src"]


def test_a_fork_does_not_inherit_a_lock_that_another_thread_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is forked while a path is put back would wait for ever."""
    monkeypatch.setattr(hooks, "lock", threading.RLock())
    thread = threading.Thread(target=hooks.lock.acquire)
    thread.start()
    thread.join()
    assert not hooks.lock.acquire(timeout=0.1)
    child = os.fork()
    if child == 0:
        os._exit(0 if hooks.lock.acquire(timeout=5) else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize(
    "enabled, disabled, said",
    [
        ("", "", ""),
        (" AUTO ", "fallback, autoreload", ""),
        ("1", "", ""),
        ("off", "", ""),
        ("maybe", "", "DBX_PATCH_ENABLED=maybe is not a known value and is ignored"),
        ("yes", "autorelaod", "DBX_PATCH_DISABLE names autorelaod, which is not a patch"),
    ],
)
def test_settings_that_mean_nothing_are_logged(
    enabled: str, disabled: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DBX_PATCH_LOG_LEVEL", "WARNING")
    monkeypatch.setenv("DBX_PATCH_ENABLED", enabled)
    monkeypatch.setenv("DBX_PATCH_DISABLE", disabled)
    for look in (applied._note_settings, lambda: vars(fresh_copy(applied.__file__ or ""))):
        look()
        assert capsys.readouterr().err == (f"dbx_patch WARNING: {said}\n" if said else "")
