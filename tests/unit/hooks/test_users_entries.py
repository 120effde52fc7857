"""What users put on sys.path stays, also when an install of that folder goes; what was put back goes with it."""

from __future__ import annotations

import os
import sys
from importlib.machinery import FileFinder, PathFinder
from pathlib import Path
from typing import Callable

import pytest

from dbx_patch import hooks
from dbx_patch.hooks import rationed, sys_path
from dbx_patch.index import pth_files

pytestmark = pytest.mark.usefixtures("import_state")


@pytest.fixture
def root(site: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The one path entry of the one install in the one site folder."""
    monkeypatch.setattr(pth_files, "get_site_packages_dirs", lambda: [str(site)])
    (site / "acme.pth").write_text(f"{project}/src\n")
    sys.path[:] = [str(site), "/lib"]
    hooks.arm()
    return f"{project}/src"


def restore() -> list[str]:
    """What an import of a name of the install's does, or the runtime's rebuilding of sys.path."""
    return sys_path.restore(sys_path.learn(), "test")


def uninstall(site: Path) -> None:
    (site / "acme.pth").unlink()
    os.utime(site, (1, 1))


def same(text: str) -> str:
    """An equal string, and another one: what a user's code makes."""
    return "".join([*text])


def test_what_was_put_back_goes_with_its_install(site: Path, root: str) -> None:
    assert restore() == [root] and sys.path == [str(site), root, "/lib"]
    uninstall(site)
    restore()
    assert sys.path == [str(site), "/lib"]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_the_user_had_put_there_stays(site: Path, root: str, place: int) -> None:
    sys.path.insert(place, same(root))
    before = [*sys.path]
    assert restore() == [] and sys.path == before
    uninstall(site)
    restore()
    assert sys.path == before


PUTS: dict[str, Callable[[str], None]] = {
    "first": lambda root: sys.path.insert(0, root),
    "right before it": lambda root: sys.path.insert(1, root),
    "right behind it": lambda root: sys.path.insert(2, root),
    "last": lambda root: sys.path.append(root),
}


@pytest.mark.parametrize("how", PUTS)
def test_what_the_user_puts_there_beside_it_stays(site: Path, root: str, how: str) -> None:
    restore()
    PUTS[how](same(root))
    restore()
    uninstall(site)
    restore()
    expected = [str(site), "/lib"]
    expected.insert({"first": 0, "last": 2}.get(how, 1), root)
    assert sys.path == expected


def test_a_path_that_is_put_together_anew_is_no_reason_to_keep_it(site: Path, root: str) -> None:
    restore()
    sys.path = ["/first", *dict.fromkeys(sys.path)]
    uninstall(site)
    restore()
    assert sys.path == ["/first", str(site), "/lib"]


class Guard:
    """A finder that the runtime has put in place for one path entry, to refuse there what it likes."""

    def find_spec(self, name: str, target: object = None) -> None:
        return None


@pytest.mark.parametrize("theirs", [Guard, FileFinder])
def test_the_finder_that_an_entry_had_is_its_own_again_once_the_entry_is_the_users(
    root: str, monkeypatch: pytest.MonkeyPatch, theirs: type
) -> None:
    monkeypatch.setattr(rationed, "in_workspace", lambda path: path == root)
    finder = theirs(root) if theirs is FileFinder else theirs()
    sys.path.insert(1, same(root))
    sys.path_importer_cache[root] = finder
    index = sys_path.learn()
    assert sys.path_importer_cache[root] is not finder, "right behind its site folder an entry is ours to answer for"
    guarded = theirs is Guard  # whatever it refuses, it is there to refuse something: libraries get nothing new here
    assert (rationed.entries_of("early", index) == [root]) == guarded
    assert (rationed.entries_of("open", index) == [root]) == (not guarded)
    sys.path.insert(0, same(root))
    assert PathFinder.find_spec("no_such_module", [root]) is None
    assert sys.path_importer_cache[root] is finder
