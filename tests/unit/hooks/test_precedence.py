"""A name that an install provides is answered where a wheel's would be: the others first, and then by place."""

from __future__ import annotations

import importlib.util
import os
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Iterator

import pytest

from dbx_patch import hooks
from dbx_patch.hooks import portions, precedence, sys_path, watching
from dbx_patch.index import pth_files
from support.workspaces import write

pytestmark = pytest.mark.usefixtures("import_state")
NOTEBOOK = "# Databricks notebook source\n"


@pytest.fixture
def root(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The root of the one install, known and at its place, for which the runtime has a hook that refuses all."""
    project = tmp_path / "Workspace/Users/me@corp.com/proj"
    write(project, {"acme/__init__.py": "", "space/half.py": "", "note.py": NOTEBOOK})
    monkeypatch.setattr(pth_files, "get_site_packages_dirs", lambda: [str(site)])
    write(site, {"_acme.pth": f"{project}\n"})
    os.utime(site, (1, 1))
    sys.path[:] = [str(site), "/between", str(project)]  # the user's, not at the place where ours would stand for it
    hooks.arm()
    sys_path.learn()
    sys.path_importer_cache[str(project)] = type("Refusing", (), {"find_spec": lambda *given: None})()
    yield project
    assert hooks.faults == [], "nothing of ours has failed on the way"


def found(name: str) -> tuple[str | None, list[str]] | None:
    spec = importlib.util.find_spec(name)
    return None if spec is None else (spec.origin if spec.loader else None, list(spec.submodule_search_locations or ()))


def own(root: Path) -> tuple[str, list[str]]:
    return f"{root}/acme/__init__.py", [f"{root}/acme"]


def test_what_a_finder_of_the_runtimes_refused(root: Path) -> None:
    assert found("acme") == own(root) and precedence.served == {"acme": "a finder of the runtime refused it"}


def test_a_copy_in_a_lower_environment(root: Path, tmp_path: Path) -> None:
    lower = write(tmp_path / "lower", {"acme/__init__.py": ""})
    sys.path.append(str(lower))
    assert found("acme") == own(root) and precedence.served == {"acme": "a copy in a lower environment"}


def test_a_copy_before_its_site_folder(root: Path, tmp_path: Path) -> None:
    upper = write(tmp_path / "upper", {"acme/__init__.py": ""})
    sys.path.insert(0, str(upper))
    assert found("acme") == (f"{upper}/acme/__init__.py", [f"{upper}/acme"]) and precedence.served == {}


def test_a_bare_folder_with_its_name(root: Path, tmp_path: Path) -> None:
    bare = write(tmp_path / "bare", {"acme/x.txt": ""})
    sys.path.insert(0, str(bare))
    assert found("acme") == own(root) and precedence.served == {"acme": "a bare folder has its name"}


def test_a_lost_path_entry_is_the_reason_where_it_helped(root: Path) -> None:
    sys.path.remove(str(root))
    assert found("acme") == own(root) and precedence.served == {"acme": "its path entry was lost"}
    assert sys.path == [sys.path[0], str(root), "/between"]


def test_a_lost_path_entry_is_no_reason_where_it_did_not_help(root: Path, tmp_path: Path) -> None:
    upper = write(tmp_path / "upper", {"acme/__init__.py": ""})
    sys.path[:] = [str(upper), sys.path[0]]
    assert found("acme") == (f"{upper}/acme/__init__.py", [f"{upper}/acme"]) and precedence.served == {}
    assert sys.path[2] == str(root)


def test_a_name_of_no_install_any_more_is_the_others_and_puts_nothing_back(root: Path, tmp_path: Path) -> None:
    watching.watch(["acme", "stale"])
    other = write(tmp_path / "other", {"stale.py": ""})
    sys.path[:] = [sys.path[0], str(other)]
    spec = precedence.answer("stale")
    assert spec is not None and spec.origin == f"{other}/stale.py" and str(root) not in sys.path
    assert precedence.answer("gone_as_well") is None


def test_a_package_whose_folder_is_gone_is_a_miss(root: Path) -> None:
    (root / "acme/__init__.py").unlink()
    (root / "acme").rmdir()
    importlib.invalidate_caches()
    assert found("acme") is None and precedence.served == {}


def test_a_namespace_of_the_installs_takes_no_packages_name_and_joins_another_half(root: Path, tmp_path: Path) -> None:
    lower = write(tmp_path / "lower", {"space/other.py": ""})
    assert found("space") == (None, [f"{root}/space"])
    sys.path.append(str(lower))
    assert found("space") == (None, [f"{root}/space", f"{lower}/space"])
    write(lower, {"space/__init__.py": ""})
    importlib.invalidate_caches()
    assert found("space") == (f"{lower}/space/__init__.py", [f"{lower}/space"])


def test_a_notebook_is_none_of_ours_to_answer_with(root: Path, tmp_path: Path) -> None:
    assert found("note") is None
    lower = write(tmp_path / "lower", {"note.py": ""})
    sys.path.append(str(lower))
    assert found("note") == (f"{lower}/note.py", []) and precedence.served == {}


def test_an_error_of_another_finders_passes_through(root: Path) -> None:
    class Raising:
        def find_spec(self, name: str, path: object = None, target: object = None) -> None:
            raise ImportError(f"{name} is refused")

    sys.meta_path.insert(1, Raising())  # type: ignore[arg-type]
    with pytest.raises(ImportError, match="acme is refused"):
        importlib.import_module("acme")
    assert hooks.faults == []


@pytest.mark.parametrize("name", ["acme", "note", "space", "unknown"])
def test_what_was_installed_just_now_is_answered_at_its_site_folders_place(
    root: Path, site: Path, tmp_path: Path, name: str
) -> None:
    (site / "_acme.pth").unlink()
    os.utime(site, (2, 2))
    sys.path.remove(str(root))
    sys_path.learn()
    assert name not in hooks.names
    write(site, {"_acme.pth": f"{root}\n"})
    os.utime(site, (3, 3))
    elsewhere = str(tmp_path / "lower")
    assert precedence.newly_installed(name, elsewhere) is None and (name in hooks.names) == (name != "unknown")
    hooks.watched.clear()
    hooks.names = frozenset()
    spec = precedence.newly_installed(name, f"{site}/")
    assert (spec and spec.origin) == (f"{root}/acme/__init__.py" if name == "acme" else None)
    sys_path.learn(force=True)
    write(tmp_path / "ws/other", {"other.py": ""})
    write(site, {"_other.pth": f"{tmp_path}/ws/other\n"})
    os.utime(site, (5, 5))
    assert precedence.newly_installed("acme", str(site)) is None, "what is known is the trigger's to answer"
    assert "other" in hooks.names, "and the folder is read all the same"


def test_portions_are_joined_once_each_to_a_namespace_only() -> None:
    theirs, ours = ModuleSpec("a", None, is_package=True), ModuleSpec("a", None, is_package=True)
    theirs.submodule_search_locations, ours.submodule_search_locations = ["/x"], ["/y", "/x"]
    portions.join(theirs, ours, [])
    assert theirs.submodule_search_locations == ["/x", "/y"]
    ours.submodule_search_locations = None
    portions.join(theirs, ours, [])
    assert theirs.submodule_search_locations == ["/x", "/y"]
