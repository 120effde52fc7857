"""Whose import it is: the innermost code that is anybody's, as far out as the runtime's own walk looks."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import ModuleType
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


@pytest.mark.parametrize("depth, seen", [(0, True), (60, True), (98, True), (99, False), (120, False)])
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


@pytest.mark.parametrize("isolated", [True, False])
def test_an_isolated_workers_pyspark_is_nobodys(index: Index, site: Path, isolated: bool, import_state: None) -> None:
    """It unpickles what the user's code needs; on a driver it is a library like any other."""
    sys.modules.pop("_engine_pyspark", None)
    if isolated:
        sys.modules["_engine_pyspark"] = ModuleType("_engine_pyspark")
    for package, verdict in (("pyspark", NOBODY if isolated else LIBRARY), ("other", LIBRARY)):
        file = f"{site}/{package}/worker.py"
        assert in_thread(calling(file, lambda: callers.importer(index))) == verdict


def in_thread(ask: Callable[[], object]) -> object:
    """Ask in a thread, whose stack has no library below it, as pytest's has."""
    answers: list[object] = []
    thread = threading.Thread(target=lambda: answers.append(ask()))
    thread.start()
    thread.join(60)
    return answers[0]


def test_an_import_is_the_users_where_it_is_editable_codes_or_nobodys(index: Index, site: Path, project: Path) -> None:
    def ask() -> bool:
        return callers.is_user_import(index, "name")

    for file, by_user in (
        (f"{project}/src/acme/sub.py", True),
        (f"{site}/library.py", False),
        ("/x/notebook.py", True),
    ):
        assert in_thread(calling(file, ask)) is by_user
    cell = calling("/x/IPython/core/interactiveshell.py", ask)
    assert calling(f"{site}/library.py", cell)() is True, "a cell's, whoever has called IPython"


def test_whose_file_is_at_hand_is_told_by_the_local_variables_of_who_asks() -> None:
    entries = ["/ws/one", "/ws/two"]

    def asking(*values: object) -> str | None:
        here = values[0] if values else None  # noqa: F841, by this the asker is told
        return callers.having_its_file("conftest", entries)

    assert asking() is None and asking(3) is None and asking("/ws/three/conftest.py") is None
    its = [["/ws/two/conftest.py"], ["/ws/two/conftest/__init__.py"], [Path("/ws/two/conftest.py")]]
    others = [["/ws/two/conftest2.py"], ["/ws/two/other.py"], ["/ws/two/conftest"]]
    assert [asking(*given) for given in (*its, *others)] == ["/ws/two"] * 3 + [None] * 3
    space: dict[str, Any] = {"ask": callers.having_its_file, "entries": entries}
    bootstrap = "def through(name):\n    ours = '/ws/one/conftest.py'\n    return ask(name, entries)\n"
    exec(compile(bootstrap, "<frozen importlib._bootstrap>", "exec"), space)
    exec(
        compile("def asks():\n    file = '/ws/two/conftest.py'\n    return through('conftest')", "/x.py", "exec"), space
    )
    assert space["asks"]() == "/ws/two", "the import system's own frames are passed over"
