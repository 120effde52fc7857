"""Where dbx-patch takes part in an import, the answer is the one that its finders then give."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from dbx_patch.diagnosis.explain import explain
from dbx_patch.diagnosis.search import Search
from support.here import Here
from support.workspaces import write


@pytest.mark.parametrize("files", [{"acme/__init__.py": "", "acme/sub.py": ""}, {"acme.py": ""}])
def test_the_install_comes_where_a_wheels_files_would(armed: Here, files: dict[str, str]) -> None:
    """Its path entry stands last, and its site folder before the one that has a copy; or behind that one."""
    root = armed.install("acme", files)
    lower = write(armed.home.parent / "lower", files)
    file = next(iter(files))
    for order, winner in (((armed.site, lower, root), root), ((lower, armed.site, root), lower)):
        sys.path[-2:] = map(str, order)
        assert explain("acme").location == f"{winner}/{file}"
        del sys.path[-3:-1]
    if "acme/sub.py" in files:
        assert explain("acme.sub").location == f"{root}/acme/sub.py"


def test_the_fallback_has_what_was_lost(armed: Here) -> None:
    """And for a package whose folder is found it looks for its submodules too."""
    root = armed.install("acme", {"acme/__init__.py": "", "acme/sub.py": ""}, lost=True)
    found = explain("acme.sub")
    assert found.works and found.location == f"{root}/acme/sub.py"
    assert found.verdict.endswith("; dbx-patch's fallback finds acme, which no other finder on sys.meta_path would.")
    assert importlib.import_module("acme.sub").__file__ == found.location
    assert not explain("acme.none").works


def test_a_package_of_halves_gets_the_one_that_was_lost(armed: Here) -> None:
    extends = "from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n"
    armed.install("one", {"spread/__init__.py": extends})
    importlib.import_module("spread")
    late = armed.install("two", {"spread/__init__.py": extends, "spread/late.py": ""}, lost=True)
    found = explain("spread.late")
    assert found.works and found.location == f"{late}/spread/late.py", found
    assert importlib.import_module("spread.late").__file__ == found.location


def test_a_package_that_does_not_extend_its_path_gets_nothing_of_others(armed: Here) -> None:
    armed.install("one", {"closed/__init__.py": ""})
    armed.install("two", {"closed/late.py": ""}, lost=True)
    assert not explain("closed.late").works


def test_tests_of_a_project_are_there_for_libraries_too(armed: Here) -> None:
    """As pytest imports them: the hook refuses what no install provides, and dbx-patch knows a project's tests."""
    root = armed.install("acme", {"acme.py": ""})
    tests = write(
        root.parent / "tests", {"__init__.py": "", "helper.py": "", "book.py": "# Databricks notebook source"}
    )
    sys.path[:] = [*(entry for entry in sys.path if not (Path(entry) / "tests").is_dir()), str(root.parent)]
    armed.guard(root.parent, tests, patched=True)
    for name, works in {"tests": True, "tests.helper": True, "tests.none": False, "tests.book": False}.items():
        sys.modules.pop(name, None)
        in_cell, in_library, _ = explain(name).importers
        assert in_library.works is works, (name, in_library)
        assert in_cell.works or name != "tests.helper"


def test_what_pathfinder_alone_would_find(here: Here) -> None:
    root = here.install("acme", {"acme/__init__.py": "", "acme/sub.py": ""})
    search = Search()
    top, sub = search.path_hit("acme"), search.path_hit("acme.sub", [f"{root}/acme"])
    assert top is not None and top.location == f"{root}/acme/__init__.py"
    assert sub is not None and sub.location == f"{root}/acme/sub.py"
    assert search.path_hit("acme.sub", []) is None and search.path_hit("none") is None
    assert [hit.name for hit in search.find("acme.none.x")] == ["acme"]


def test_a_top_level_notebook_is_what_pathfinder_finds_and_the_runtime_refuses(here: Here) -> None:
    root = here.install("acme", {"book.py": "# Databricks notebook source\n"})
    sys.meta_path.append(type("WsfsPathFinder", (), {"__module__": "dbruntime.wsfs", "find_spec": lambda *a: None})())
    found = explain("book")
    assert not found.works and {f.finder: f.says for f in found.finders}["PathFinder"] == f"has it: {root}/book.py"


def test_a_path_that_was_changed_here_is_not_on_executors(here: Here) -> None:
    here.install("acme", {"acme/__init__.py": ""})
    importlib.import_module("acme").__path__.append(str(write(here.home / "late", {"part.py": ""})))
    assert [says.works for says in explain("acme.part").importers] == [True, True, False]


def test_where_the_install_has_a_notebook_the_copy_is_what_there_is(armed: Here) -> None:
    sys.meta_path.append(type("WsfsPathFinder", (), {"__module__": "dbruntime.x", "find_spec": lambda *asked: None})())
    root = armed.install("acme", {"acme.py": "# Databricks notebook source\n"})
    lower = write(armed.home.parent / "lower", {"acme.py": ""})
    sys.path[-2:] = map(str, (armed.site, lower, root))
    found = explain("acme")
    assert found.works and found.location == f"{lower}/acme.py"


def test_a_mapped_module_comes_before_a_copy_below(armed: Here) -> None:
    code = write(armed.home / "mapped", {"mapped.py": ""})
    lower = write(armed.home.parent / "lower", {"mapped.py": ""})
    armed.map("mapped", {"mapped": code / "mapped.py"})
    sys.path.append(str(lower))
    assert explain("mapped").location == f"{code}/mapped.py"
