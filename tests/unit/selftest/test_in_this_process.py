"""Each promise is tried in the process that asks, by real imports of throw-away projects, of which nothing is left."""

from __future__ import annotations

import os
import site
import sys
from importlib.machinery import FileFinder
from pathlib import Path
from types import ModuleType
from typing import Any, Iterator

import pytest

from dbx_patch import hooks
from dbx_patch.hooks import fallback
from dbx_patch.selftest import run
from dbx_patch.selftest.asking import OutOfTime
from dbx_patch.selftest.report import SelftestResult
from dbx_patch.selftest.trial import Broken
from support.here import Here


class WsfsImportHook:
    """A hook of the runtime's for path entries in the workspace, which refuses what it is told to."""

    refuses: "tuple[str, ...]" = ()

    def __init__(self, path: str) -> None:
        if "/Workspace/" not in path + "/":
            raise ImportError(path)
        kinds = FileFinder.path_hook(*_loaders())(path) if os.path.isdir(path) else None
        self.find, self.finder = kinds, kinds

    def find_spec(self, name: str, target: object = None) -> Any:
        return None if self.finder is None or name.endswith(self.refuses or "\0") else self.finder.find_spec(name)

    def invalidate_caches(self) -> None:
        if self.finder is not None:
            self.finder.invalidate_caches()


def _loaders() -> Any:
    from dbx_patch.hooks import rationed

    return rationed._get_supported_file_loaders()


@pytest.fixture
def runtime(armed: Here, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Here]:
    """A process in which a module of the runtime is loaded; temporary files lie in a folder of the test's."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    module = sys.modules["sys_path_init"] = ModuleType("sys_path_init")

    def rebuild() -> None:
        sys.path = [entry for entry in sys.path if "selftest" not in entry or "site-packages" in entry]

    module.patch_sys_path_with_developer_paths = rebuild  # type: ignore[attr-defined]
    hooks.APPLIERS["sys_path_init"](module)
    monkeypatch.chdir(armed.home)
    sys.path.append(str(armed.home))
    yield armed


def verdicts(found: SelftestResult) -> "dict[str, dict[str, str]]":
    told: "dict[str, dict[str, str]]" = {}
    for promise in found.promises:
        told.setdefault(promise.verdict, {})[promise.name] = promise.reason
    return told


def state() -> "list[Any]":
    entries = set(sys.path_importer_cache)
    files = [file for file in (*os.scandir(os.curdir), *os.scandir("..")) if "selftest" in file.name]
    return [list(sys.path), set(sys.modules), list(sys.meta_path), list(site.PREFIXES), entries, files, sys.path]


def test_what_holds_without_a_hook(runtime: Here, capsys: Any) -> None:
    said: "list[str]" = []
    run.run_selftest(str(runtime.home))  # loads what it needs
    path, before = sys.path, state()
    found = run.run_selftest(str(runtime.home), progress=said.append)
    assert sys.path is path and state()[:4] == before[:4] and state()[5] == [] and found.left == []
    assert not any("selftest" in str(entry) for entry in sys.path_importer_cache if "_selftest_" in str(entry))
    told = verdicts(found)
    assert "fails" not in told, told["fails"]
    assert found.status == "ok" and found.exit_code() == 0
    assert told["holds"].keys() == {
        *("armed", "patches", "rebuilt-path", "cell", "lost-path", "library", "lazy", "threads", "new-submodule"),
    }
    assert told["holds"]["patches"] == "for sys_path_init" and told["holds"]["cell"] == "nothing guards the folder"
    drops = "the runtime's own function drops the path entry, and dbx-patch puts it back"
    assert told["holds"]["rebuilt-path"] == drops
    assert told["not tried"] == {
        "between-cells": "dbruntime.pythonPathHook is not loaded in this process",
        "hook": "nothing of the runtime guards the project's folder here",
        "beside": "nothing of the runtime guards the notebook's folder here, so libraries may look there",
        "autoreload": "dbruntime.autoreload.file_module_utils is not loaded in this process",
        "executors": "no Spark session is active; --spark starts one",
    }
    assert said[:2] == ["the runtime's fingerprint", "throw-away projects and their installs"] and len(said) == 15
    assert said[2] == "1/13 every patch is applied to its loaded runtime module"
    assert fallback.served == {} and hooks.faults == []


def test_outside_the_workspace_less_is_tried(runtime: Here, tmp_path: Path) -> None:
    folder = tmp_path / "outside"
    folder.mkdir()
    told = verdicts(run.run_selftest(str(folder)))
    assert told["holds"]["cell"] == "tried outside the workspace: <1>/<2>/<3>/<4>/outside is not in the workspace" or (
        "is not in the workspace" in told["holds"]["cell"]
    )
    for name in ("library", "lazy", "threads", "hook"):
        assert told["not tried"][name].endswith("so the projects lie where no workspace hook rules")
    assert "library" not in told["holds"] and list(folder.iterdir()) == []


def test_a_hook_in_the_way(runtime: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """It guards the folders, and refuses a submodule and what lies beside the notebook."""
    sys.path_hooks.insert(0, WsfsImportHook)
    monkeypatch.setattr(WsfsImportHook, "refuses", ("_line.part", "_beside"))
    sys.path_importer_cache.clear()
    told = verdicts(run.run_selftest())
    assert told["holds"]["cell"] == "the folder is guarded by WsfsImportHook"
    assert told["fails"]["hook"] == "WsfsImportHook refuses it; imports need the fallback."
    assert told["not tried"]["beside"].startswith("a cell cannot import it either: ModuleNotFoundError")
    assert list(runtime.home.glob("dbx_patch_selftest_*")) == []
    monkeypatch.setattr(WsfsImportHook, "refuses", ())
    told = verdicts(run.run_selftest())
    assert told["holds"]["hook"] == "asked: WsfsImportHook"
    where = "WsfsImportHook lets libraries look beside the notebook here, without dbx-patch too"
    assert told["not tried"]["beside"] == where


def test_a_runtime_that_leaves_the_path_alone(runtime: Here) -> None:
    sys.modules["sys_path_init"].patch_sys_path_with_developer_paths = lambda: None  # type: ignore[attr-defined]
    told = verdicts(run.run_selftest(str(runtime.home)))
    assert told["not tried"]["rebuilt-path"].startswith("the runtime's own function left the path entry alone")
    del sys.modules["sys_path_init"].patch_sys_path_with_developer_paths  # type: ignore[attr-defined]
    told = verdicts(run.run_selftest(str(runtime.home)))
    assert told["not tried"]["rebuilt-path"] == "this release has no such function"


def test_where_nothing_can_be_tried(armed: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    found = run.run_selftest()
    told = verdicts(found)
    assert told["holds"].keys() == {"armed"} and found.status == "not tried"
    assert all("none of the runtime's import layers is loaded" in why for why in told["not tried"].values())
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder not in (hooks.TRIGGER, hooks.FALLBACK)]
    told = verdicts(run.run_selftest())
    assert told["fails"].keys() == {"armed"}, "it is on, and nothing has armed it"
    monkeypatch.setenv("DBX_PATCH_ENABLED", "0")
    told = verdicts(run.run_selftest())
    assert "armed" in told["not tried"] and told["not tried"]["cell"].startswith("dbx-patch is not active")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("odd")])
def test_a_step_that_is_broken_off(runtime: Here, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fails(trial: Any) -> str:
        raise error

    monkeypatch.setitem(run.PROMISES, "cell", ("a title", fails, ()))
    found = run.run_selftest(str(runtime.home))
    told = verdicts(found)
    is_interrupt = isinstance(error, KeyboardInterrupt)
    assert found.interrupted is is_interrupt and found.left == [] and list(runtime.home.iterdir()) == []
    said = "it was interrupted" if is_interrupt else "trying it failed: ValueError: odd"
    assert told["not tried"]["cell"] == said
    assert ("library" in told.get("holds", {})) is not is_interrupt
    assert found.exit_code() == (130 if is_interrupt else 0)


def test_progress_that_nobody_reads(runtime: Here) -> None:
    said: "list[str]" = []

    def progress(text: str) -> None:
        said.append(text)
        raise BrokenPipeError

    assert run.run_selftest(str(runtime.home), progress=progress).status == "ok" and len(said) == 1


def test_cleaning_up_is_tried_again(runtime: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails at first and then not is nothing that is left."""
    for failures, left in ((1, 0), (2, 2)):
        remove, counted = run.Stage.remove, [failures]

        def sometimes(stage: Any, remove: Any = remove, counted: "list[int]" = counted) -> Any:
            if counted[0]:
                counted[0] -= 1
                raise OSError("busy")
            return remove(stage)

        with monkeypatch.context() as patched:
            patched.setattr(run.Stage, "remove", sometimes)
            found = run.run_selftest(str(runtime.home))
        assert [text for text in found.left if "OSError" in text] == found.left and len(found.left) == left
        assert left == 0 or found.left == ["OSError while cleaning up: busy", "OSError again: busy"]


def test_when_the_time_is_over_nothing_more_is_tried(runtime: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(trial: Any) -> str:
        raise OutOfTime("the time was over")

    monkeypatch.setitem(run.PROMISES, "cell", ("a title", late, ()))
    told = verdicts(run.run_selftest(str(runtime.home)))
    assert {told["not tried"][name] for name in ("cell", "library", "threads")} == {"the time was over"}


def test_folders_are_called_what_they_are_for(runtime: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(trial: Any) -> str:
        raise Broken(f"in {trial.stage.workspace}/src and {trial.stage.temporary}/environment")

    monkeypatch.setitem(run.PROMISES, "cell", ("a title", broken, ()))
    monkeypatch.setattr(run.ProcessState, "left", lambda state: ["something"])
    found = run.run_selftest(str(runtime.home))
    assert verdicts(found)["fails"]["cell"] == "in <projects>/src and <temporary>/environment"
    assert found.left == ["something"]


def test_executors_alone_are_asked_where_there_is_no_layer(armed: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "executors", lambda trial, wanted: "asked" if wanted else "")
    told = verdicts(run.run_selftest(str(armed.home), spark=True))
    assert told["holds"]["executors"] == "asked"
    assert told["not tried"]["cell"].startswith("none of the runtime's import layers is loaded")
