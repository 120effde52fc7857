"""Whose import it is: the innermost code that is anybody's, as far out as the runtime's own walk looks."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Callable

import pytest

from dbx_patch.hooks import callers
from dbx_patch.index.snapshot import EDITABLE, LIBRARY, NOBODY, Index
from support.workspaces import write


@pytest.fixture
def index(site: Path, project: Path) -> Index:
    write(site, {"_acme.pth": f"{project}/src\n"})
    return Index([str(site)])


def calling(file: str, ask: Callable[[], object]) -> Callable[[], object]:
    """A function whose code is in ``file``, and which calls ``ask``."""
    space = {"ask": ask}
    exec(compile("def call():\n    return ask()\n", file, "exec"), space)
    return space["call"]


def wrapped(ask: Callable[[], object], file: str, times: int) -> Callable[[], object]:
    for _ in range(times):
        ask = calling(file, ask)
    return ask


@pytest.mark.parametrize("depth, seen", [(0, True), (60, True), (90, True), (120, False)])
def test_code_beyond_a_hundred_frames_is_not_seen(
    index: Index, site: Path, project: Path, depth: int, seen: bool
) -> None:
    """The runtime's own walk ends there too, and takes what lies beyond for nobody's."""
    for file, verdict in ((f"{project}/src/acme/sub.py", EDITABLE), (f"{site}/library.py", LIBRARY)):
        ask = calling(file, wrapped(lambda: callers.importer(index), "<somebody's>", depth))
        assert ask() == (verdict if seen else NOBODY)


def test_the_innermost_decides(index: Index, site: Path, project: Path) -> None:
    editable, library = f"{project}/src/acme/sub.py", f"{site}/library.py"
    for inner, outer, verdict in ((editable, library, EDITABLE), (library, editable, LIBRARY)):
        assert calling(outer, calling(inner, lambda: callers.importer(index)))() == verdict
    cell = calling("/x/IPython/core/interactiveshell.py", lambda: callers.importer(index))
    assert calling(library, cell)() == NOBODY, "a cell is where a notebook's own code begins"


@pytest.mark.parametrize("name, by_user", [("nt", False), ("posixpath", True)])
def test_what_the_standard_library_tries_for_itself_is_no_users_import(index: Index, name: str, by_user: bool) -> None:
    """What it imports by a statement of its own is not, what it imports for others is."""
    found: list[bool] = []
    space: dict[str, Any] = {"is_user_import": callers.is_user_import, "index": index, "name": name, "found": found}
    ask = "def ask():\n    found.append(is_user_import(index, name))\n"
    exec(compile(ask, "<frozen importlib._bootstrap>", "exec"), space)
    exec(compile("def call():\n    ask()\n    if not ask:\n        import nt\n", "<frozen os>", "exec"), space)
    thread = threading.Thread(target=space["call"])  # whose stack has no library below it, as pytest's has
    thread.start()
    thread.join(60)
    assert found == [by_user]
