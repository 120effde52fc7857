"""The two finders are put in place once each and taken away again; what is registered runs after a module's body."""

from __future__ import annotations

import _imp
import importlib.util
import sys
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

from dbx_patch import hooks
from dbx_patch.hooks import portions, precedence, watching
from support.workspaces import write

pytestmark = pytest.mark.usefixtures("import_state")


def ours() -> list[object]:
    return [finder for finder in sys.meta_path if finder in (hooks.TRIGGER, hooks.FALLBACK)]


def test_arming_twice_puts_each_in_place_once() -> None:
    hooks.arm()
    hooks.arm()
    assert ours() == [hooks.TRIGGER, hooks.FALLBACK] == [sys.meta_path[0], sys.meta_path[-1]]
    assert watching.expected() == list(hooks.RUNTIME_MODULES)
    watching.disarm()
    assert ours() == [] and watching.expected() == []


def test_what_is_disabled_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBX_PATCH_DISABLE", " fallback ,autoreload,nonsense")
    hooks.arm()
    assert ours() == [hooks.TRIGGER]
    assert set(hooks.RUNTIME_MODULES) - set(watching.expected()) == {"autoreload"}


def test_a_callback_runs_after_the_body_and_again_after_a_reload(tmp_path: Path) -> None:
    write(tmp_path, {"runtime_like.py": "BODY = 'ran'\n"})
    sys.path.insert(0, str(tmp_path))
    hooks.expect([])
    seen = []

    @watching.when_imported("runtime_like")
    def look(module: ModuleType) -> None:
        seen.append((module.BODY, type(module.__loader__), type(module.__spec__ and module.__spec__.loader)))

    module = importlib.import_module("runtime_like")
    once = ("ran", SourceFileLoader, SourceFileLoader)
    assert seen == [once]
    importlib.reload(module)
    assert seen == [once, once]
    watching.when_imported("runtime_like")(look)
    assert seen == [once, once], "the same function is registered once"


def test_a_failing_callback_is_recorded_and_fails_no_import(tmp_path: Path) -> None:
    write(tmp_path, {"runtime_like.py": ""})
    sys.path.insert(0, str(tmp_path))
    hooks.expect([])
    watching.when_imported("runtime_like")(lambda module: 1 / 0)
    importlib.import_module("runtime_like")
    ((where, fault),) = hooks.faults
    assert (
        where == "when_imported('runtime_like')" and fault == "ZeroDivisionError: division by zero"
    )  # text: it keeps no frames alive


def test_only_the_newest_faults_are_kept() -> None:
    for number in range(60):
        hooks.record_fault(str(number), ValueError())
    assert [where for where, _ in hooks.faults] == [str(number) for number in range(10, 60)]


def test_a_thread_that_is_asking_already_gets_no_second_answer() -> None:
    found = []

    class Asking:
        def find_spec(self, name: str, path: object = None, target: object = None) -> None:
            found.append(hooks.ask_others(name))

    sys.meta_path.insert(0, Asking())
    spec = hooks.ask_others("colorsys")
    assert spec is not None and spec.name == "colorsys" and found == [None]


def test_code_that_others_can_see_on_the_stack_has_no_file() -> None:
    @hooks.unseen
    def outer() -> str:
        def inner() -> str:
            return sys._getframe().f_code.co_filename

        return inner()

    assert outer() == outer.__code__.co_filename == f"<{__name__}>"


@pytest.mark.parametrize("disabled", ["", "fallback"])
def test_without_the_fallback_no_finder_answers_for_an_install(
    disabled: str, site: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBX_PATCH_DISABLE", disabled)
    sys.path.append(str(site))
    hooks.arm()  # reads the site folders where a module that it patches is loaded already
    write(site, {"_acme.pth": f"{project}/src\n"})
    answers = [precedence.newly_installed("acme", str(site)), importlib.util.find_spec("acme")]
    assert [answer is None for answer in answers] == [bool(disabled)] * 2
    assert ("acme" in hooks.names) == (str(project / "src") in sys.path) == (not disabled)


def test_a_namespace_gets_the_portions_that_only_the_index_knows(tmp_path: Path) -> None:
    write(tmp_path, {"a/space/one.py": "", "b/space/two.py": ""})
    theirs = PathFinder.find_spec("space", [str(tmp_path / "a")])
    own = ModuleSpec("space", None, is_package=True)
    own.submodule_search_locations = expected = [str(tmp_path / half / "space") for half in "ab"]
    assert theirs is not None
    portions.join(theirs, own, [])  # importlib's own kind of list, which is no list
    assert list(theirs.submodule_search_locations or ()) == expected


def test_an_interrupt_while_the_import_lock_is_given_up_leaves_it_held(monkeypatch: pytest.MonkeyPatch) -> None:
    given_up = []

    def interrupted() -> None:
        if given_up:
            raise KeyboardInterrupt
        given_up.append(True)
        _imp.release_lock()

    monkeypatch.setattr(hooks, "release_lock", interrupted)
    levels = 2
    for _ in range(levels):
        _imp.acquire_lock()
    with pytest.raises(KeyboardInterrupt):
        hooks.outside_import_lock(ours)
    for _ in range(levels):
        _imp.release_lock()  # a RuntimeError where it is not this thread's
    assert not _imp.lock_held()
