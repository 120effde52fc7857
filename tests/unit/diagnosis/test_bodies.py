"""A module that is found is said to work only if its body surely loads, and to fail only if it surely does not."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dbx_patch.diagnosis.askers import CELL
from dbx_patch.diagnosis.bodies import _is_archived
from dbx_patch.diagnosis.explain import explain
from dbx_patch.diagnosis.holders import Hit
from dbx_patch.diagnosis.question import Question
from support.here import Here
from support.workspaces import write

FAILS = {
    "def\n": "does not compile: line 1",
    "return 1\n": "does not compile: line 1: 'return' outside function",
    "x = '\0'\n": "does not compile",
    "import no_such.part\n": "imports no_such, which is not found",
    "import acme.no_such\n": "imports acme.no_such, which is not found",
    "class Thing:\n    import no_such\n": "imports no_such, which is not found",
    "try:\n    import no_such\nfinally:\n    pass\n": "imports no_such, which is not found",
    "from acme.plain import nothing\n": "imports nothing from acme.plain, which does not have it",
    "from acme.plain import used\n": "imports used from acme.plain, which does not have it",
    "from . import nothing\n": "imports nothing from acme, which does not have it",
    "from .plain import missing as present\n": "imports missing from acme.plain, which does not have it",
    "import acme.explore\n": "imports acme.explore, which is a notebook, which the runtime refuses",
}


@pytest.mark.parametrize("body", FAILS)
def test_what_surely_does_not_load(here: Here, body: str) -> None:
    files = {"acme/__init__.py": "", "acme/plain.py": "def present():\n    used(1)\n", "acme/sub.py": body}
    root = here.install("acme", {**files, "acme/explore.py": "# Databricks notebook source\n"})
    sys.meta_path.append(type("WsfsPathFinder", (), {"__module__": "dbruntime.x", "find_spec": lambda *asked: None})())
    found = explain("acme.sub")
    assert not found.works
    beginning = f"import acme.sub fails. It is found at {root}/acme/sub.py, but that file {FAILS[body]}"
    assert found.verdict.startswith(beginning), found.verdict


@pytest.mark.parametrize(
    "body",
    [
        "import acme.sub\nfrom acme import sub, VALUE\nfrom .other import back\n",
        "try:\n    import no_such\nexcept ImportError:\n    pass\n",
        "def later():\n    import no_such\n",
        "import os.path, json.decoder\nfrom xml.dom import minidom\n",
        "from acme.plain import *\nfrom acme.plain import present\n",
        "if False:\n    import no_such\n",
    ],
)
def test_what_surely_loads(here: Here, body: str) -> None:
    files = {"acme/__init__.py": "VALUE = 1\n", "acme/plain.py": "def present(): ...\n", "acme/sub.py": body}
    root = here.install("acme", {**files, "acme/other.py": "import acme.sub\nback = 1\n"})
    found = explain("acme.sub")
    assert found.works and found.verdict == (
        f"import acme.sub works: it comes from the editable install acme, {root}/acme/sub.py."
    )


OPEN = {
    "its path": "__path__ = elsewhere(__path__)\n",
    "a function for names": "def __getattr__(name): ...\n",
    "names made by running": "globals().update(nothing=1)\n",
    "names of others": "from os import *\n",
}


@pytest.mark.parametrize("what", OPEN)
def test_where_only_running_could_tell(here: Here, what: str) -> None:
    root = here.install("acme", {"acme/__init__.py": OPEN[what], "acme/sub.py": "from acme import nothing\n"})
    assert explain("acme.sub").works
    write(root, {"acme/sub.py": "import acme.nothing\n"})
    found = explain("acme.sub")
    assert found.works and found.verdict.startswith("acme.sub is found") and "cannot be told" in found.verdict


@pytest.mark.parametrize("body", ["import sys\nsys.path.append('/vendored')\n", "import site\nsite.addsitedir('/x')\n"])
def test_what_changes_where_imports_look(here: Here, body: str) -> None:
    root = here.install("acme", {"acme.py": body + "import no_such\n"})
    found = explain("acme")
    assert found.works and found.verdict == (
        f"acme is found. It comes from the editable install acme, at {root}/acme.py;"
        " whether it loads cannot be told from its source."
    )


@pytest.mark.parametrize(
    "init", ["import acme.one\n", "from . import one\n", "from acme import one, VALUE\nVALUE = 1\n"]
)
def test_a_fault_in_what_it_imports_is_named_where_it_is(here: Here, init: str) -> None:
    root = here.install("acme", {"acme/__init__.py": init, "acme/one.py": "import no_such\n"})
    found = explain("acme")
    assert not found.works and found.location == f"{root}/acme/__init__.py"
    assert f"but {root}/acme/one.py imports no_such, which is not found." in found.verdict


@pytest.mark.parametrize(
    "init",
    ["from . import one\n", "from . import one as uno\n", "from .one import *\nfrom . import one, late\nlate = 1\n"],
)
def test_a_package_that_imports_its_own_submodule(here: Here, init: str) -> None:
    here.install(
        "acme", {"acme/__init__.py": init, "acme/one.py": "from . import two\n", "acme/two.py": "import acme\n"}
    )
    assert explain("acme").verdict.startswith("import acme works")


def test_a_submodule_that_a_package_means_to_have_and_has_not(here: Here) -> None:
    root = here.install("acme", {"acme/__init__.py": "from . import gone\n"})
    assert f"{root}/acme/__init__.py imports gone from acme, which does not have it" in str(explain("acme").importers)


def test_a_file_that_cannot_be_read(here: Here, tmp_path: Path) -> None:
    """A link to nowhere is no file, so nothing is found; a file that is one and has no bytes to give is a fault."""
    here.map("mapped", {"mapped": tmp_path / "gone.py"})
    assert not explain("mapped").works
    write(here.site, {"wide.py": "x = 1\n" * 8})
    (here.site / "compiled.so").write_bytes(b"")
    assert explain("wide").verdict.startswith("import wide works")
    assert explain("compiled").verdict.startswith("compiled is found")


def test_a_star_in_a_package_can_be_any_name(here: Here) -> None:
    here.install("acme", {"acme/__init__.py": "from . import *\n", "acme/sub.py": "from acme import nothing\n"})
    assert explain("acme.sub").works


@pytest.mark.timeout(30)
def test_a_path_below_a_pipe_is_no_archives(tmp_path: Path) -> None:
    """Which is told without opening the pipe: that would wait for a writer."""
    os.mkfifo(tmp_path / "pipe")
    assert not _is_archived(str(tmp_path / "pipe/module.py"))


def test_what_a_finder_raises_is_why_nothing_loads(here: Here) -> None:
    fault = Hit("acme", "finder", fault="the build folder is gone")
    assert Question().bodies.problem([fault], CELL, lambda name: False) == "the build folder is gone"
