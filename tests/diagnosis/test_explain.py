"""What `explain` says of a name is what its import then does, and asking changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.environments import DATABRICKS, Environment
from support.installed import distribution
from support.kernels import ERAS, Notebook
from support.sessions import as_json, command, copy_of, fits
from support.workspaces import Workspace, src_project, write


def explained(notebook: Notebook, name: str, **options: Any) -> dict[str, Any]:
    """What ``explain`` says in a cell, and under ``imports`` whether the import works in the next one."""
    told = f"import dbx_patch; dbx_patch.explain({name!r}, verbose=False).to_dict()"
    said, tried = notebook.run(told, f"import {name}", **options).cells
    assert said.ok, said.traceback
    value: dict[str, Any] = said.value
    return {**value, "imports": tried.ok}


NAMES = {
    "acme_src.deep.leaf": True,
    "acme_flat.sub": True,
    "acme_flat": True,
    "beside": True,
    "json.decoder": True,
    "library": True,
    "sys": True,
    "os.path": True,
    "acme_src.nothing": False,
    "acme_sr": False,
    "library.part": False,
    "no_such_name": False,
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("era", ERAS)
def test_it_says_what_then_happens(notebook: Notebook, era: str, name: str) -> None:
    found = explained(notebook, name, runtime=era)
    assert found["works"] == found["imports"] == NAMES[name], found["verdict"]


@pytest.mark.parametrize("era", ERAS)
def test_switched_off_it_names_what_stands_in_the_way(notebook: Notebook, era: str) -> None:
    found = explained(notebook, "acme_src.sub", runtime=era, env={"DBX_PATCH_ENABLED": "0"})
    assert not found["works"] and not found["imports"]
    assert "acme_src_project" in found["verdict"] and "DBX_PATCH_ENABLED=0" in found["verdict"]
    assert [layer["name"] for layer in found["layers"] if layer["stops"]] == [
        "1 sys_path_init",
        "2 workspace hooks",
        "3 pythonPathHook",
    ]


@pytest.mark.parametrize(("era", "hook"), [("legacy", "wsfs_import_hook"), ("modern", "workspace_import_machinery")])
def test_layers_and_entries(notebook: Notebook, era: str, hook: str) -> None:
    found = explained(notebook, "acme_src.sub", runtime=era)
    assert found["location"] == str(notebook.workspace.home / "proj/src/acme_src/sub.py") and found["loaded"] == ""
    assert {layer["name"]: layer["now"] for layer in found["layers"]}["2 workspace hooks"].endswith(
        f"({hook} applied)."
    )
    assert [layer["state"] for layer in found["layers"]] == ["handled", "handled", "handled", "passes"]
    entries = {entry["entry"]: entry for entry in found["entries"]}
    own, beside = entries[str(notebook.workspace.home / "proj/src")], entries[str(notebook.workspace.notebook_folder)]
    assert own["offers"] and own["library"].startswith("has it")
    assert not beside["offers"] and beside["library"].startswith("refused")
    finders = {finder["finder"]: finder["says"] for finder in found["finders"]}
    assert finders["PathFinder"].startswith("has it: ") and "EditableFallback" in finders
    plain = explained(notebook, "beside", runtime=era)
    assert plain["layers"] == [] and plain["offers"][0]["kind"] == "path" and plain["offers"][0]["wins"]


def test_the_fallback_answers_for_a_lost_path(notebook: Notebook) -> None:
    cell = """
import sys, dbx_patch
dbx_patch.explain("json", verbose=False)  # loads what it needs: a miss meanwhile would put the path back
sys.path[:] = [entry for entry in sys.path if not entry.endswith("proj/src")]
dbx_patch.explain("acme_src.deep", verbose=False).to_dict()
"""
    found, name = notebook.values(cell, "import acme_src.deep; acme_src.deep.__name__")
    assert found["works"] and "fallback" in found["verdict"] and name == "acme_src.deep"


def test_nothing_is_imported_or_asked(notebook: Notebook) -> None:
    cell = """
import sys, dbx_patch, dbx_patch.api
asked = []
class Spy:
    def find_spec(self, name, path=None, target=None):
        asked.append(name)
before, cached = set(sys.modules), dict(sys.path_importer_cache)
sys.meta_path.insert(0, Spy())
for name in ("acme_src.sub", "acme_flat.deep.leaf", "acme_none", "beside"):
    dbx_patch.explain(name, verbose=False)
del sys.meta_path[0]
[asked, sorted(set(sys.modules) - before), cached == sys.path_importer_cache]
"""
    for era in ERAS:
        assert notebook.values(cell, runtime=era) == [[[], [], True]]


def test_near_matches(notebook: Notebook) -> None:
    assert explained(notebook, "acme_scr")["near"] == ["acme_src"]
    found = explained(notebook, "acme_src.deep.laef")
    assert found["near"] == ["acme_src.deep.leaf"] and "Did you mean acme_src.deep.leaf?" in found["verdict"]


def test_a_notebook_file_is_refused(notebook: Notebook, tmp_path: Path, workspace: Workspace) -> None:
    own = Notebook(copy_of(notebook.environment, tmp_path / "env"), workspace)
    extra = {"src/acme/explore.py": "# Databricks notebook source\n"}
    own.environment.install_editable(src_project(workspace.home / "proj", "acme", extra=extra))
    for era in ERAS:
        found = explained(own, "acme.explore", runtime=era)
        assert not found["works"] and not found["imports"] and "notebook" in found["verdict"]


def test_shadowed_and_installed(notebook: Notebook, tmp_path: Path, workspace: Workspace) -> None:
    environment = copy_of(notebook.environment, tmp_path / "env")
    environment.install_editable(src_project(workspace.home / "proj", "acme"))
    write(environment.site_packages, {"acme/__init__.py": ""})
    distribution(environment.site_packages, "rival", ["acme/__init__.py"], version="2.0")
    found = as_json(environment, "explain", "acme")
    assert "rival 2.0" in found["verdict"] and "not the editable install acme_project" in found["verdict"]
    assert [(o["kind"], o["provider"], o["wins"]) for o in found["offers"]] == [
        ("editable", "acme_project", False),
        ("installed", "rival 2.0", True),
    ]


NO_NAMES = ("a-b", "", ".x", "x.", "1", "proj/src")


def test_what_is_no_name(notebook: Notebook) -> None:
    """A usage error on the command line; in a cell, an answer that says the same."""
    for name in NO_NAMES:
        for options in ((), ("--json",)):
            done = command(notebook.environment, "explain", name, *options)
            assert done.returncode == 2 and done.stdout == "", done
            last = done.stderr.splitlines()[-1]
            assert last == f"dbx-patch explain: error: {name!r} is not a module name, such as package.module."
    cell = (
        f"import dbx_patch; [[e.works, e.verdict] for n in {NO_NAMES!r} for e in [dbx_patch.explain(n, verbose=False)]]"
    )
    said = notebook.values(cell)[0]
    assert said == [[False, f"{name!r} is not a module name, such as package.module."] for name in NO_NAMES]


def test_a_hyphen_where_the_module_has_an_underscore(notebook: Notebook) -> None:
    done = command(notebook.environment, "explain", "acme-src")
    assert done.returncode == 2 and done.stderr.endswith(
        "is not a module name, such as package.module. Did you mean acme_src?\n"
    )


@pytest.mark.parametrize("name", ["acme_src.sub", "acme_scr", "json"])
def test_text_fits_a_terminal(notebook: Notebook, name: str) -> None:
    done = command(notebook.environment, "explain", name)
    assert done.stderr == "" and fits(done.stdout), done.stdout


SAID = (
    "import json, sys, dbx_patch; {}; print(json.dumps([dbx_patch.explain(n, verbose=False).to_dict() for n in {!r}]))"
)


def said(environment: Environment, prepare: str, *names: str) -> Any:
    return environment.value(SAID.format(prepare, names), env=DATABRICKS)


def test_what_forbids_an_import_or_cannot_be_named(environment: Environment) -> None:
    halt = "dbx_patch.explain('json', verbose=False); sys.path.append('a' + chr(0)); "
    halt += "sys.modules['colorsys'] = sys.modules['pack'] = None"
    halted, below, word, near = said(environment, halt, "colorsys", "pack.part", "import", "wavee")
    assert [found["works"] for found in (halted, below, word, near)] == [False] * 4
    assert "sys.modules has None for colorsys" in halted["verdict"] and "None for pack," in below["verdict"]
    assert "keyword" in word["verdict"] and "Did you mean wave?" in near["verdict"]


def test_which_of_the_interpreters_own_finders_has_it(environment: Environment) -> None:
    both = said(environment, "1", "sys", "zipimport")
    tables = [{row["finder"]: row["says"] for row in found["finders"]} for found in both]
    has_it = [(table["BuiltinImporter"], table["FrozenImporter"]) for table in tables]
    assert has_it == [("has it", "nothing"), ("nothing", "has it")]


def test_a_file_beside_the_notebook_in_a_project_is_not_the_installs(notebook: Notebook, tmp_path: Path) -> None:
    """The project's folder is a path entry, and the notebook's, which lies in it, is another."""
    own = Notebook(copy_of(notebook.environment, tmp_path / "env"), Workspace(tmp_path).create())
    project = write(own.workspace.home / "whole", {"whole/__init__.py": "", "notebooks/side.py": ""})
    write(own.environment.site_packages, {"whole.pth": f"{project}\n"})
    cells = ("import dbx_patch; dbx_patch.explain('side', verbose=False).to_dict()", "import side; side.__name__")
    found, imported = own.values(*cells, notebook=project / "notebooks/notebook")
    assert found["works"] and imported == "side" and "editable install" not in found["verdict"], found["verdict"]
