"""One sentence says whether an import works, from where or why not, and what was probably meant."""

from __future__ import annotations

import shutil
import sys
import types
from pathlib import Path

import pytest

from dbx_patch import hooks
from dbx_patch.diagnosis.explain import explain
from support.here import Here
from support.installed import distribution
from support.workspaces import write


def verdict(name: str) -> str:
    found = explain(name)
    assert not found.works and found.verdict.startswith(f"import {name} fails"), found
    return found.verdict


def test_what_comes_from_where(here: Here) -> None:
    write(here.site, {"lib/__init__.py": "", "loose.py": ""})
    distribution(here.site, "some_lib", ["lib/__init__.py"], version="2.0")
    root = here.install("acme", {"acme/__init__.py": "", "acme/deep/part.py": "", "acme/deep/__init__.py": ""})
    for name, said in {
        "sys": "it is built into the interpreter.",
        "json": f"it comes from the standard library, {sys.modules['json'].__file__}.",
        "lib": f"it comes from some_lib 2.0, {here.site}/lib/__init__.py.",
        "loose": f"it comes from a path entry, {here.site}/loose.py.",
        "acme.deep.part": f"it comes from the editable install acme, {root}/acme/deep/part.py.",
    }.items():
        assert explain(name).verdict == f"import {name} works: {said}"
    offers = {name: [(o.kind, o.provider, o.wins) for o in explain(name).offers] for name in ("lib", "loose", "sys")}
    assert offers["lib"] == [("installed", "some_lib 2.0", True)]
    assert offers["loose"] == [("path", str(here.site), True)]
    assert offers["sys"] == [("standard", "the interpreter", True)]


def test_an_import_that_is_blocked(here: Here) -> None:
    here.install("acme", {"acme/__init__.py": "", "acme/sub.py": ""})
    sys.modules["acme"] = None  # type: ignore[assignment]
    for name in ("acme", "acme.sub"):
        assert verdict(name) == f"import {name} fails: sys.modules has None for acme, which blocks it."
        assert [said.works for said in explain(name).importers] == [False, False, True]
    assert explain("acme.sub").importers[0].why == "sys.modules has None for acme, which blocks it"


@pytest.mark.parametrize("name", ["acme.class", "import"])
def test_a_keyword(here: Here, name: str) -> None:
    found = explain(name)
    assert (
        not found.works
        and "is a Python keyword" in found.verdict
        and found.verdict.startswith(repr(name.split(".")[-1]))
    )


def test_a_distributions_name_names_its_modules(here: Here) -> None:
    files = ["one/__init__.py", "two.py", "three.cpython-311.so", "no-name.py", "data/x.txt", "../../bin/x"]
    distribution(here.site, "Py_Things", [*files, "Four/x.so"])
    assert explain("py-things").near == ["Four", "one", "three", "two"]
    said = explain("py_things")
    assert said.near == ["Four", "one", "three", "two"] and said.verdict == (
        "import py_things fails: py_things is the name of a distribution, which is installed, and not of a module."
        " Its modules are: Four, one, three, two."
    )
    distribution(here.site, "many", [f"m{n}.py" for n in range(7)])
    assert explain("many").verdict.endswith("Its modules are: m0, m1, m2, m3, m4 and 2 more.")


def test_what_was_probably_meant(here: Here) -> None:
    here.install("acme", {"acme/__init__.py": "", "acme/reader.py": ""})
    assert verdict("acne").endswith("path entry has it. Did you mean acme?")
    assert verdict("acme.raeder").endswith("has no submodule raeder. Did you mean acme.reader?")
    assert explain("acme.raeder").near == ["acme.reader"]
    assert explain("ac-me").verdict.endswith("is not a module name, such as package.module. Did you mean acme?")


def test_what_is_below_a_module_or_lies_deeper_than_there_is(here: Here) -> None:
    here.install("acme", {"acme/__init__.py": "", "acme/plain.py": ""})
    assert (
        verdict("acme.plain.x")
        == "import acme.plain.x fails: acme.plain is a module, not a package, so it has no submodules."
    )
    assert verdict("os.path.x").endswith("os.path is a module, not a package, so it has no submodules.")
    assert verdict("os.none.x").endswith("os is a module, not a package, so it has no submodules.")
    assert "has no submodule none" in verdict("acme.none.x")
    assert [entry.offers for entry in explain("acme.none.x").entries] == [True]
    assert explain("acme.plain.x").finders == [] and explain("acme.none").finders != []


def test_a_notebook_is_no_module(here: Here) -> None:
    root = here.install("acme", {"acme/__init__.py": "", "acme/explore.ipynb": "{}", "acme/run.py": ""})
    assert f"{root}/acme/explore.ipynb is a notebook, and a notebook is no module" in verdict("acme.explore")
    write(root, {"acme/run.py": "# Databricks notebook source\n", "top.ipynb": "{}"})
    assert explain("acme.run").works, "there is no runtime here that would refuse it"
    finder = type("WsfsPathFinder", (), {"__module__": "dbruntime.wsfs", "find_spec": lambda *asked: None})
    sys.meta_path.append(finder())
    assert f"{root}/acme/run.py begins with `# Databricks notebook source`" in verdict("acme.run")
    assert explain("acme.run").importers[0].why.endswith("is a notebook, which the runtime refuses to import")
    assert f"{root}/top.ipynb is a notebook" in verdict("top")


def test_a_copy_shadows_the_install(here: Here) -> None:
    root = here.install("acme", {"acme/__init__.py": "", "acme/sub.py": ""})
    write(here.site, {"acme/__init__.py": ""})
    sys.path.append(sys.path.pop(sys.path.index(str(root))))
    assert explain("acme").verdict.endswith(
        f"It is not the editable install acme, which is shadowed by {here.site}/acme/__init__.py."
    )
    assert verdict("acme.sub").endswith("has no submodule sub. It shadows the editable install acme.")
    assert [(offer.kind, offer.wins) for offer in explain("acme").offers] == [("editable", False), ("path", True)]


def test_what_this_process_has_loaded_counts(here: Here) -> None:
    root = here.install("acme", {"acme.py": "def\n"})
    module = sys.modules["acme"] = types.ModuleType("acme")
    module.__file__ = "/elsewhere/acme.py"
    found = explain("acme")
    assert found.works and found.loaded == "/elsewhere/acme.py" and found.location == f"{root}/acme.py"
    assert found.verdict.endswith("This process has already loaded it from elsewhere: /elsewhere/acme.py.")
    assert [said.works for said in found.importers] == [True, True, False]
    sys.modules["by_hand"] = types.ModuleType("by_hand")
    found = explain("by_hand")
    assert found.works and found.verdict.startswith("import by_hand works, because this process has already loaded it.")
    sys.modules["spread"] = types.ModuleType("spread")
    sys.modules["spread"].__path__ = [str(write(here.home / "other", {"part.py": ""}))]
    assert explain("spread.part").location == f"{here.home}/other/part.py"


def test_an_entry_that_is_lost(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    here.install("acme", {"acme.py": ""}, lost=True)
    where = "import acme fails: the editable install acme has it, but its path entry is not on sys.path"
    assert verdict("acme") == f"{where} and dbx-patch is off (DBX_PATCH_ENABLED=0)."
    assert {layer.state for layer in explain("acme").layers if layer.stops} <= {"stops", "waiting"}
    monkeypatch.setenv("DBX_PATCH_ENABLED", "1")
    assert verdict("acme") == f"{where} and dbx-patch is not armed."
    monkeypatch.setenv("DBX_PATCH_DISABLE", "fallback")
    hooks.arm()
    assert verdict("acme") == f"{where}, and DBX_PATCH_DISABLE leaves out dbx-patch's fallback, which would find it."
    monkeypatch.setenv("DBX_PATCH_DISABLE", "")
    hooks.arm()
    assert explain("acme").works


def test_a_finder_that_is_not_loaded(here: Here) -> None:
    code = write(here.home / "mapped", {"mapped.py": "", "new.py": ""})
    module = here.map("mapped", {"mapped": code / "mapped.py"})
    assert explain("mapped").works
    said = verdict("new")
    assert f"{code}/new.py is in the project of the editable install mapped, but its import finder knows only" in said
    assert said.endswith(f"install --no-deps -e {code}.")
    del sys.modules[module.__name__]
    assert "the editable install mapped has it, but its import finder is not loaded" in verdict("mapped")


def test_what_was_moved_or_is_gone(here: Here) -> None:
    here.install("acme", {"acme.py": ""})
    code = write(here.home / "mapped", {"mapped.py": "", "other.txt": ""})
    here.map("mapped", {"mapped": code / "mapped.py"})
    (code / "mapped.py").unlink()
    said = verdict("mapped")
    assert f"the editable install mapped has it at {code}/mapped.py, which does not exist. Install it again:" in said
    shutil.move(str(code), f"{code}-2")
    said = verdict("mapped")
    assert said.endswith("If the project was moved or renamed, install it from where it is now.")
    shutil.move(str(here.home / "acme"), str(here.home / "acme-2"))
    said = verdict("acme")  # its path entry or its project, by whether the site folder was read again meanwhile
    assert said.startswith(f"import acme fails: the editable install acme points to {here.home}/acme")
    assert "which does not exist" in said


def test_names_in_nothing(here: Here, tmp_path: Path) -> None:
    said = verdict("no_such_name_at_all")
    assert said.endswith("no editable install, installed distribution or path entry has it.")
    assert [why.why for why in explain("no_such_name_at_all").importers] == ["not found"] * 3


def test_where_an_importer_gets_it_from(here: Here) -> None:
    assert [says.location for says in explain("nowhere").importers] == ["", "", ""]
    assert [says.location for says in explain("sys").importers][:2] == ["", ""], "which has no file"


def test_what_each_start_of_python_loads_is_there_on_executors_too(here: Here) -> None:
    """`os.path` is no module of a package, so nothing would find it."""
    assert [says.works for says in explain("os.path").importers] == [True, True, True]
