"""What each promise of the self-test makes of what it sees, and what it does before: with nothing to import."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any, Callable

import pytest

from dbx_patch.hooks import applied
from dbx_patch.selftest import imports, layers, trial
from dbx_patch.selftest.asking import Outcome
from dbx_patch.selftest.trial import Broken, NotTried, Trial, state_of

pytestmark = pytest.mark.usefixtures("import_state")


class Told:
    """In a trial's place: says what it was asked to do, in order; ``do`` is done at each cell."""

    site_folder, library_folder = "/site", "/site"

    def __init__(self, do: Callable[[str], Any] = lambda code: None, **stage: Any) -> None:
        self.done: list[str] = []
        self.do = do
        known: dict[str, Any] = {"line": "line", "finder": "finder", "root": "/ws/src", "guarded": True, "reason": ""}
        known.update(temporary="/tmp", outside="outside", package_folder=lambda name: f"/ws/{name}")
        known.update(add_module=lambda package, name: self.done.append(f"add {package}.{name}"))
        self.stage = SimpleNamespace(**{**known, **stage})
        self.asker = SimpleNamespace(library="library")
        self.state = SimpleNamespace(put_path_back=lambda path: None, forget_modules=lambda kept: None)

    def begin(self) -> None:
        self.done.append("begin")

    def cell(self, code: str) -> Any:
        self.done.append(code.partition("\n")[0])
        return self.do(code)

    def expect(self, code: str, value: object) -> None:
        self.cell(code)

    def needs_library(self) -> None:
        if not self.library_folder:
            raise NotTried("no library")

    def needs_workspace(self) -> None:
        if not self.stage.guarded:
            raise NotTried("no workspace")


@pytest.mark.parametrize(
    "promise", [imports.library, imports.lazy, imports.threads, imports.beside, layers.hook_answers]
)
def test_without_a_librarys_code_nothing_is_asked(promise: Callable[[Any], str]) -> None:
    told = Told()
    told.library_folder = ""
    with pytest.raises(NotTried, match="no library"):
        promise(told)
    assert told.done == []


def test_a_path_entry_is_lost_and_comes_back_behind_its_site_folder() -> None:
    def import_it(at: int) -> Callable[[str], None]:
        def put_back(code: str) -> None:
            assert "/ws/src" not in sys.path and "/site" in sys.path
            sys.path.insert(at, "/ws/src")

        return put_back

    for at, problem in ((1, ""), (0, "before its site folder"), (2, "")):
        sys.path[:] = ["/site", "/ws/src", "/other"]
        if problem:
            with pytest.raises(Broken, match=problem):
                imports.lost_path(Told(import_it(at)))  # type: ignore[arg-type]
        else:
            assert imports.lost_path(Told(import_it(at))) == ""  # type: ignore[arg-type]
    sys.path[:] = ["/ws/src"]
    with pytest.raises(Broken, match="the path entry was not put back"):
        imports.lost_path(Told())  # type: ignore[arg-type]
    sys.path[:] = ["/ws/src"]
    assert imports.lost_path(Told(lambda code: sys.path.append("/ws/src"))) == "", "its site folder is on no path"  # type: ignore[arg-type]


@pytest.mark.parametrize("guarded", [True, False])
def test_folders_are_listed_before_a_module_is_added(guarded: bool) -> None:
    told = Told(guarded=guarded)
    imports.new_submodule(told)  # type: ignore[arg-type]
    assert told.done[:3] == [
        "import line, finder; result = [line.VALUE, finder.VALUE]",
        "import line.part, finder.part",
        "add line.added",
    ]
    assert ("add line.added_later" in told.done) is guarded is any("LIBRARY" in code for code in told.done)


def test_patches_that_are_not_applied(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_state(state: str, reason: str) -> str:
        patch = SimpleNamespace(name="a_patch", state=state, reason=reason)
        monkeypatch.setattr(layers, "current_status", lambda: SimpleNamespace(patches=[patch]))
        return layers.patches(Told())  # type: ignore[arg-type]

    monkeypatch.setattr(layers, "loaded_layers", lambda: ["one", "two"])
    assert with_state("applied", "") == with_state("waiting", "not loaded yet") == "for one, two"
    for state, reason in (("waiting", "it is loaded and was not patched"), ("not_applied", "of this")):
        with pytest.raises(Broken, match=f"a_patch is {state.replace('_', ' ')}: {reason}"):
            with_state(state, reason)


def test_a_runtime_that_would_not_have_dropped_the_entry_by_itself() -> None:
    module = sys.modules["sys_path_init"] = ModuleType("sys_path_init")
    sys.path[:] = ["/ws/src"]

    def rebuild() -> None:
        """As patched: what it wraps leaves the path alone."""

    rebuild.__wrapped__ = lambda: None  # type: ignore[attr-defined]
    module.patch_sys_path_with_developer_paths = rebuild  # type: ignore[attr-defined]
    with pytest.raises(NotTried, match="left the path entry alone"):
        layers.rebuilt_path(Told())  # type: ignore[arg-type]
    rebuild.__wrapped__ = sys.path.clear  # type: ignore[attr-defined]
    with pytest.raises(Broken, match="was not put back"):
        layers.rebuilt_path(Told())  # type: ignore[arg-type]


def test_which_files_the_runtime_lets_autoreload() -> None:
    with pytest.raises(NotTried, match="is not loaded in this process"):
        layers.autoreload(Told())  # type: ignore[arg-type]
    module = sys.modules["dbruntime.autoreload.file_module_utils"] = ModuleType("file_module_utils")
    with pytest.raises(NotTried, match="has no is_file_in_allowlist"):
        layers.autoreload(Told())  # type: ignore[arg-type]
    allowed: list[str] = []
    module.is_file_in_allowlist = allowed.__contains__  # type: ignore[attr-defined]
    with pytest.raises(Broken, match="passes over the sources"):
        layers.autoreload(Told())  # type: ignore[arg-type]
    told = Told(lambda code: allowed.append("/ws/outside/part.py"))
    assert layers.autoreload(told) == "" and told.done == ["import outside"]  # type: ignore[arg-type]
    allowed.append("/tmp/nobody's/module.py")
    with pytest.raises(NotTried, match="allows every file"):
        layers.autoreload(Told())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "kind, patch", [("WsfsImportHook", "wsfs_import_hook"), ("Other", "workspace_import_machinery")]
)
def test_which_patch_is_behind_a_hook_that_refuses(monkeypatch: pytest.MonkeyPatch, kind: str, patch: str) -> None:
    guard = type(kind, (), {})()
    library = sys.modules["library"] = ModuleType("library")
    monkeypatch.setattr(layers, "guard_of", lambda folder: guard)
    monkeypatch.setattr(layers, "state_of", lambda name: f"{name} is not applied")
    told = Told(lambda code: setattr(library, "_found", None))
    with pytest.raises(Broken, match=f"{kind} refuses it; imports need the fallback. {patch} is not applied"):
        layers.hook_answers(told)  # type: ignore[arg-type]


def test_what_stands_behind_a_promise_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    states = {"one": ("not_applied", "its module is another"), "two": ("applied", ""), "three": ("waiting", "")}
    monkeypatch.setattr(applied, "patch_states", lambda: dict(states))
    monkeypatch.delenv("DBX_PATCH_DISABLE", raising=False)
    assert state_of("one", "two", "three", "fallback", "none") == "one is not applied: its module is another"
    monkeypatch.setenv("DBX_PATCH_DISABLE", "fallback")
    assert state_of("one", "fallback").endswith("another. fallback is disabled: DBX_PATCH_DISABLE names it")


def test_cells_of_a_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = [Outcome(True, 2), Outcome(False, "NameError: x"), Outcome(True, 2)]
    made: Any = Trial.__new__(Trial)
    made.asker = SimpleNamespace(cell=lambda code: outcomes.pop(0))
    made.library_folder, made.stage = "", SimpleNamespace(guarded=False, reason="it is elsewhere")
    assert made.cell("result = 2") == 2
    with pytest.raises(Broken, match="NameError: x"):
        made.cell("x")
    with pytest.raises(Broken, match="got 2 and not 3"):
        made.expect("result = 2", 3)
    with pytest.raises(NotTried, match="know none of this process's site folders"):
        made.needs_library()
    with pytest.raises(NotTried, match="it is elsewhere, so the projects lie where no workspace hook rules"):
        made.needs_workspace()
    assert trial.guard_of("/no/such/folder") is None


def test_where_nothing_can_lie_beside_a_notebook() -> None:
    told = Told(notebook_folder="", beside="beside", is_beside_notebook=lambda: False, reason="for this reason")
    with pytest.raises(NotTried, match="for this reason"):
        imports.beside(told)  # type: ignore[arg-type]
    told.stage.notebook_folder, told.stage.reason = "/ws", ""
    with pytest.raises(NotTried, match="were not to lie beside the notebook"):
        imports.beside(told)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "allowed, of_ours, said", [(True, True, NotTried), (False, True, Broken), (False, False, NotTried)]
)
def test_a_library_that_sees_what_lies_beside_the_notebook(
    monkeypatch: pytest.MonkeyPatch, allowed: bool, of_ours: bool, said: Any
) -> None:
    """Ours to mend, unless the runtime would let it: its own decision is asked, from a library's code."""

    class Guard:
        def _is_user_import(self) -> bool:
            return True

        def other_is_user_import(self) -> bool:
            """Nobody has wrapped it."""
            return True

    if of_ours:
        Guard._is_user_import.__wrapped__ = lambda guard: allowed  # type: ignore[attr-defined]
    library = sys.modules["library"] = ModuleType("library")
    library.call = lambda function, *args: function(*args)  # type: ignore[attr-defined]

    def attempt(code: str) -> Outcome:
        if "_answers" in code:
            exec(code.replace("LIBRARY", "library"), {})
        return Outcome(True, None)

    told = Told(notebook_folder="/ws", beside="beside", is_beside_notebook=lambda: True, write_beside=lambda: None)
    told.attempt = attempt  # type: ignore[attr-defined]
    guard = Guard()
    monkeypatch.setattr(imports, "guard_of", lambda folder: guard)
    with pytest.raises(said, match="Guard lets libraries look" if said is NotTried else "a library can import"):
        imports.beside(told)  # type: ignore[arg-type]
