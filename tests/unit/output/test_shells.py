"""What IPython is told: a result that was printed is shown no second time, until the cell that printed it has ended."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any, Callable

import pytest

from dbx_patch.output import shells
from dbx_patch.output.rendering import show
from dbx_patch.output.results import RemovePatchesResult

HEADLINE = "dbx-patch is disarmed, with 1 patch undone. sys.path is unchanged."


class Events:
    """The part of IPython's that is used."""

    def __init__(self) -> None:
        self.callbacks: list[Callable[[], None]] = []

    def register(self, name: str, function: Callable[[], None]) -> None:
        assert name == "post_execute"
        self.callbacks.append(function)

    def unregister(self, name: str, function: Callable[[], None]) -> None:
        self.callbacks.remove(function)


def running(monkeypatch: pytest.MonkeyPatch, **attributes: Any) -> SimpleNamespace:
    shell = SimpleNamespace(**attributes)
    ipython = ModuleType("IPython")
    ipython.get_ipython = lambda: shell  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    return shell


def printed(result: RemovePatchesResult, *around: object) -> str:
    """What `pretty` writes, within other objects or not."""
    said: list[str] = []
    shells.pretty(result, SimpleNamespace(text=said.append, stack=[*around, result]))
    return "".join(said)


def test_which_shell_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert shells.running_shell() is None
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))  # half loaded
    assert shells.running_shell() is None
    assert shells.running_shell() is not running(monkeypatch) and shells.running_shell() == SimpleNamespace()


@pytest.mark.parametrize("is_notebook", [False, True])
def test_a_result_that_was_printed_is_shown_once(monkeypatch: pytest.MonkeyPatch, is_notebook: bool) -> None:
    events = Events()
    running(monkeypatch, events=events, **({"kernel": object()} if is_notebook else {}))
    result = RemovePatchesResult(["one"])
    assert printed(result) == str(result)
    shells.was_printed(result)
    shells.was_printed(result)
    assert len(events.callbacks) == 1, "twice in a cell is once"
    assert printed(result) == "(shown above)"
    display = vars(result).get("_ipython_display_")
    assert (display is not None) is is_notebook and (display is None or display() is None)
    assert result.to_dict() == {"removed": ["one"]}, "that is no part of the result"
    events.callbacks[0]()
    assert events.callbacks == [] and vars(result) == {"removed": ["one"]} and printed(result) == str(result)


def test_within_something_else_it_is_a_line() -> None:
    result = RemovePatchesResult(["one"])
    assert printed(result, ["a list"]) == f"<{HEADLINE}>"
    said: list[str] = []
    shells.pretty(result, SimpleNamespace(text=said.append))  # a printer that does not say where it is
    assert said == [str(result)]


def test_without_a_shell_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    result = RemovePatchesResult([])
    shells.was_printed(result)
    running(monkeypatch)  # one that does not tell when a cell has ended
    shells.was_printed(result)
    assert vars(result) == {"removed": []}


def test_what_is_shown_elsewhere_is_shown_by_the_shell_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    running(monkeypatch, events=Events())
    result = RemovePatchesResult(["one"])
    show(result, sys.stderr)
    assert capsys.readouterr().err == f"{result}\n" and printed(result) == str(result)
    show(result)
    assert capsys.readouterr().out == f"{result}\n" and printed(result) == "(shown above)"
    show("a text")
    assert capsys.readouterr().out == "a text\n"
