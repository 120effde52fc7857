"""`%dbx_patch` does what its word says, completes words and names, and leaves the session as it was when unloaded."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dbx_patch import api, hooks
from dbx_patch.commands import notebook
from dbx_patch.commands.notebook import complete, load_ipython_extension, run_magic, unload_ipython_extension
from support.here import Here


class Shell:
    """What the extension uses of IPython's."""

    def __init__(self) -> None:
        self.lines: "dict[str, Any]" = {}
        self.hooked: "dict[str, Any]" = {}
        self.magics_manager = SimpleNamespace(magics={"line": self.lines})
        self.strdispatchers = {"complete_command": SimpleNamespace(strs=self.hooked)}

    def register_magic_function(self, function: Any, kind: str, name: str) -> None:
        assert kind == "line"
        self.lines[name] = function

    def set_hook(self, name: str, function: Any, str_key: str) -> None:
        assert name == "complete_command"
        self.hooked[str_key] = function


@pytest.fixture
def switched_on(here: Here, monkeypatch: pytest.MonkeyPatch) -> Here:
    monkeypatch.setenv("DBX_PATCH_ENABLED", "1")
    return here


def is_armed() -> bool:
    return hooks.is_in_place(hooks.TRIGGER)


def test_loading_arms_and_unloading_disarms(switched_on: Here) -> None:
    shell = Shell()
    load_ipython_extension(shell)
    assert is_armed() and shell.lines == {"dbx_patch": run_magic} and shell.hooked == {"%dbx_patch": complete}
    unload_ipython_extension(shell)
    assert not is_armed() and shell.lines == {} and shell.hooked == {}
    api.apply_all_patches(verbose=False)
    unload_ipython_extension(shell)
    assert is_armed(), "this time it was somebody else"
    load_ipython_extension(shell)
    unload_ipython_extension(shell)
    assert is_armed()


def test_each_word_shows_one_result(switched_on: Here, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    switched_on.install("acme", {"acme.py": ""})
    monkeypatch.chdir(switched_on.home)
    told = {
        "on": "on Databricks|armed|active",
        "": "",
        "status": "",
        "verify": "",
        "paths": "editable install",
        "explain acme": "import acme works",
        "refresh": "",
        "report": "The report is in",
        "off": "",
    }
    for line, beginning in told.items():
        result = run_magic(line)
        assert result.headline() and (beginning in result.headline() or "|" in beginning), line
    assert capsys.readouterr() == ("", ""), "what is returned is shown by the notebook"
    assert not is_armed() and (switched_on.home / "dbx-patch-report.txt").exists()


def test_the_selftest_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def run_selftest(progress: Any) -> str:
        progress("a step")
        return "its result"

    monkeypatch.setattr("dbx_patch.selftest.run.run_selftest", run_selftest)
    assert run_magic("selftest") == "its result" and capsys.readouterr().out == "a step\n"


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("statsu", " Did you mean `%dbx_patch status`?"),
        ("zzz", ""),
        ("explain", ""),
        ("status now", ""),
        ("explain a b", ""),
    ],
)
def test_a_mistake(line: str, hint: str) -> None:
    error = pytest.importorskip("IPython.core.error", reason="no IPython here").UsageError
    with pytest.raises(error) as raised:
        run_magic(line)
    words = ", ".join(notebook.ACTIONS)
    assert str(raised.value) == f"%dbx_patch takes one of: {words}, explain NAME.{hint}"


def test_completions(here: Here) -> None:
    here.install("acme", {"acme/__init__.py": "", "acme/part.py": "", "acme/parcel.py": ""})
    for typed, found in {
        "%dbx_patch st": ["status"],
        "%dbx_patch  ": [*notebook.ACTIONS, "explain"],
        "%dbx_patch re": ["report", "refresh"],
        "%dbx_patch explain ac": ["acme"],
        "%dbx_patch  explain  acme.par": ["acme.parcel", "acme.part"],
        "%dbx_patch explain acme.none.x": [],
        "%dbx_patch status ": [],
        "%dbx_patch explain acme a": [],
    }.items():
        assert complete(None, SimpleNamespace(text_until_cursor=typed)) == found, typed
