"""Lost path entries go back to where `site` puts them, and installs that go take their finders with them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest

from dbx_patch import hooks
from dbx_patch.hooks import rationed, sys_path
from dbx_patch.index import pth_files
from dbx_patch.index.snapshot import Index
from support.installed import site_folder
from support.workspaces import write

pytestmark = pytest.mark.usefixtures("import_state")
LINE = "import __editable___{0}_finder; __editable___{0}_finder.install()\n"


@pytest.fixture
def sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two stacked environments' site folders, with two path entries each."""
    folders = [site_folder(tmp_path / name) for name in ("upper", "lower")]
    for folder, names in zip(folders, ("ab", "cd")):
        for name in names:
            root = write(tmp_path / "ws" / name, {f"module_{name}.py": ""})
            write(folder, {f"{name}.pth": f"{root}\n"})
        os.utime(folder, (1, 1))
    monkeypatch.setattr(pth_files, "get_site_packages_dirs", lambda: [*map(str, folders)])
    return [*map(str, folders)]


def test_each_goes_right_behind_its_own_site_folder_in_its_order(sites: list[str], tmp_path: Path) -> None:
    upper, lower = sites
    a, b, c, d = (f"{tmp_path}/ws/{name}" for name in "abcd")
    index = Index(sites)
    healthy = ["/first", upper, a, b, lower, c, d, "/last"]
    for lost in ([], [a], [b], [a, b], [c, d], [a, c], [a, b, c, d]):
        start = [entry for entry in healthy if entry not in lost]
        assert sys_path.as_restored(start, index) == healthy and sys.path != healthy
    sys.path[:] = ["/first", upper, b, lower, "/last"]
    assert sys_path.restore(index, "test") == [a, c, d] and sys.path == healthy
    assert sys_path.restore(index, "test") == []
    moved = ["/first", b, upper, lower, d, "/last"]
    assert sys_path.as_restored(moved, index) == ["/first", b, upper, a, lower, c, d, "/last"], "b is the user's there"
    assert sys_path.as_restored(["/first"], index) == ["/first", a, b, c, d], "of site folders on no path: at the end"


def test_what_was_put_back_moves_with_its_site_folder(sites: list[str], tmp_path: Path) -> None:
    upper, lower = sites
    a, b, c, d = (f"{tmp_path}/ws/{name}" for name in "abcd")
    index = Index(sites)
    sys.path[:] = [upper, lower]
    sys_path.restore(index, "test")
    sys.path.remove(upper)
    sys.path.append(upper)
    sys_path.restore(index, "test")
    assert sys.path == [lower, c, d, upper, a, b]
    sys.path.remove(upper)
    before = [*sys.path]
    assert sys_path.restore(index, "test") == [] and sys.path == before, "there is no better place for them"


def test_the_index_of_now_is_followed_by_the_finders_and_read_anew_when_asked(
    sites: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = sys_path.learn()
    assert hooks.names == frozenset(), "nothing is in place that would use them"
    hooks.arm()
    assert sys_path.learn() is first and sys_path.learn(force=True) is not first
    assert hooks.names == {f"module_{name}" for name in "abcd"}
    monkeypatch.setenv("DBX_PATCH_DISABLE", "fallback")
    sys_path.learn(force=True)
    assert hooks.names == frozenset()


class Redirector:
    """As `editables` keeps one: for all installs."""

    _redirections: ClassVar[dict[str, str]] = {}


@pytest.fixture
def installed(sites: list[str], tmp_path: Path) -> Any:
    """Two installs of setuptools', whose finders are in place."""
    for name in ("acme", "beta"):
        source = write(tmp_path / "ws/mapped", {f"{name}/__init__.py": ""})
        text = f"import sys\nMAPPING = {{{name!r}: {str(source / name)!r}}}\nNAMESPACES = {{}}\n"
        files = {f"__editable___{name}_finder.py": text, f"__editable__.{name}.pth": LINE.format(name)}
        write(Path(sites[0]), files)
        module: Any = ModuleType(f"__editable___{name}_finder")
        sys.modules[module.__name__] = module
        module.PATH_PLACEHOLDER = f"__editable__.{name}.finder.__path_hook__"
        kind = type("Finder", (), {"__module__": module.__name__, "find_spec": lambda *_: None, "hook": fail_import})
        sys.meta_path.append(kind())
        sys.path_hooks.append(kind().hook)
        sys.path.append(module.PATH_PLACEHOLDER)
        sys.path_importer_cache[module.PATH_PLACEHOLDER] = kind()
    os.utime(sites[0], (2, 2))
    sys_path.learn()
    return Path(sites[0])


def fail_import(finder: object, path: str) -> object:
    raise ImportError(path)


def traces(name: str) -> int:
    """How many places know an install's finder: modules, meta path, path hooks, path, cache."""
    module = f"__editable___{name}_finder"
    hooked = [getattr(hook, "__self__", None) for hook in sys.path_hooks]
    of_finders = sum(getattr(each, "__module__", "") == module for each in [*sys.meta_path, *hooked])
    places: list[Any] = [sys.path, sys.path_importer_cache]
    return of_finders + (module in sys.modules) + sum(f"__editable__.{name}.finder.__path_hook__" in p for p in places)


def test_the_finder_of_an_install_that_went_is_forgotten_and_no_other(installed: Path) -> None:
    assert traces("acme") == traces("beta") == 5
    (installed / "__editable__.acme.pth").unlink()
    (installed / "__editable___acme_finder.py").unlink()
    os.utime(installed, (3, 3))
    sys_path.learn()
    assert traces("acme") == 0 and traces("beta") == 5


def test_a_finder_of_an_install_that_moved_is_forgotten_too(installed: Path, tmp_path: Path) -> None:
    finder = installed / "__editable___acme_finder.py"
    finder.write_text(finder.read_text().replace("/acme", "/elsewhere/acme"))
    os.utime(installed, (3, 3))
    sys_path.learn()
    assert traces("acme") == 0 and traces("beta") == 5


def test_a_finder_whose_file_is_there_and_was_not_read_is_kept(installed: Path) -> None:
    """Too many open files, say: a later look can read it."""
    (installed / "__editable__.acme.pth").unlink()
    os.utime(installed, (3, 3))
    sys_path.learn()
    assert traces("acme") == 5


def test_what_editables_redirects_is_forgotten_by_name_and_place(monkeypatch: pytest.MonkeyPatch) -> None:
    redirector: Any = ModuleType("editables.redirector")
    sys.modules["editables.redirector"] = redirector
    redirections = {"gone": "/ws/gone/__init__.py", "moved": "/ws/new.py", "kept": "/ws/kept.py"}
    monkeypatch.setattr(Redirector, "_redirections", redirections)
    redirector.RedirectingFinder = Redirector
    sys_path._forget_finder("_editable_impl_x", {"gone": "/ws/gone/__init__.py", "moved": "/ws/old.py", "no": "/x"})
    assert set(redirections) == {"moved", "kept"}
    sys.modules["editables.redirector"] = ModuleType("editables.redirector")
    sys_path._forget_finder("_editable_impl_x", {"kept": "/ws/kept.py"})
    assert set(redirections) == {"moved", "kept"}


def test_entries_at_their_early_place_are_those_right_behind_their_site_folder(
    sites: list[str], tmp_path: Path
) -> None:
    upper, lower = sites
    a, b, c, d = (f"{tmp_path}/ws/{name}" for name in "abcd")
    index = Index(sites)
    for order, early in (
        ([upper, a, b, lower, c, d], {a, b, c, d}),
        ([upper, b, a, lower, "/x", c, d], {a, b}),
        ([a, upper, b, lower, d], {b, d}),
        ([upper, a, b, a, lower], {b}),
        ([a, b, c, d], set()),
        ([upper, c, lower, a], set()),
    ):
        assert rationed.early_places(index, order) == early, order
        sys.path[:] = [f"{entry}/" for entry in order]
        assert rationed.early_places(index) == early


def test_with_nothing_lost_the_path_is_only_compared(sites: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """This is asked at each import of an install's name, and after each of the runtime's changes of the path."""
    index = Index(sites)
    sys.path[:] = sites
    asked: list[str] = []
    order = sys_path.entries_in_order
    monkeypatch.setattr(sys_path, "entries_in_order", lambda: asked.append("order") or order())
    assert len(sys_path.restore(index, "test")) == 4 and asked
    asked.clear()
    assert sys_path.restore(index, "test") == [] and asked == []
    sys.path.append("/x")
    assert sys_path.restore(index, "test") == [] and asked
