"""Why an import fails, in `explain`'s words: each names the thing to change, and nothing says "works" that does not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.environments import Environment
from support.installed import distribution
from support.kernels import ERAS, LIBRARY, Cell, Notebook
from support.sessions import as_json, command
from support.workspaces import Workspace, flat_project, package, src_project, write


@pytest.fixture
def editable(environment: Environment, workspace: Workspace) -> Environment:
    environment.install_editable(flat_project(workspace.home / "flat", "acme_flat"))
    environment.install_editable(src_project(workspace.home / "proj", "acme"))
    return environment


def verdict(environment: Environment, name: str, status: int = 1, **env: str) -> str:
    found = as_json(environment, "explain", name, status=status, **env)
    assert found["works"] == (status == 0)
    text: str = found["verdict"]
    return text


BODIES = {
    "def\n": "does not compile: line 1",
    "import no_such.part\n": "imports no_such, which is not found",
    "from acme.deep import nothing\n": "imports nothing from acme.deep, which does not have it",
    "from . import lazy\nfrom .lazy import load\nimport json.decoder\n": "",
    "try:\n    import no_such\nexcept ImportError:\n    no_such = None\n": "",
    "def later():\n    import no_such\n": "",
    "if False:\n    import no_such\n": "",
}


@pytest.mark.parametrize("body", BODIES)
def test_a_file_that_does_not_load(editable: Environment, workspace: Workspace, body: str) -> None:
    file = workspace.home / "proj/src/acme/sub.py"
    file.write_text(body)
    said = verdict(editable, "acme.sub", status=1 if BODIES[body] else 0)
    if BODIES[body]:
        assert f"It is found at {file}, but that file {BODIES[body]}" in said and "works" not in said
    else:
        assert "import acme.sub works" in said and str(file) in said


def test_what_cannot_be_compiled_is_found_and_not_said_to_work(editable: Environment) -> None:
    write(editable.site_packages, {"compiled.so": ""})
    said = verdict(editable, "compiled", status=0)
    assert "compiled is found" in said and "works" not in said


def test_where_only_running_could_tell_it_does_not_say(editable: Environment, workspace: Workspace) -> None:
    """Libraries with vendored packages put those on `sys.path` themselves."""
    for body in ("import sys\nsys.path.append('/vendored')\nimport no_such\n", "import os.nothing\n"):
        write(workspace.home / "proj/src/acme", {"sub.py": body})
        said = verdict(editable, "acme.sub", status=0)
        assert "acme.sub is found" in said and "cannot be told" in said and "works" not in said


def test_an_exported_notebook(editable: Environment, workspace: Workspace) -> None:
    write(workspace.home / "proj/src/acme", {"explore.ipynb": "{}"})
    said = verdict(editable, "acme.explore")
    assert "explore.ipynb is a notebook, and a notebook is no module" in said


def test_a_distributions_name(editable: Environment) -> None:
    distribution(editable.site_packages, "Py_YAML", ["yaml/__init__.py", "_yaml.py", "../../bin/x"])
    for name, module in {"acme-project": "acme", "acme_project": "acme", "py-yaml": "_yaml, yaml"}.items():
        said = verdict(editable, name)
        assert "is the name of a distribution" in said and f"Its modules are: {module}." in said
    done = command(editable, "explain", "no-such-thing")
    assert done.returncode == 2 and "is not a module name" in done.stderr


def test_a_new_module_of_a_finder_install(editable: Environment, workspace: Workspace) -> None:
    write(workspace.home / "flat", {"acme_new/__init__.py": ""})
    said = verdict(editable, "acme_new")
    assert f"{workspace.home}/flat/acme_new/__init__.py is in the project of the editable install acme_flat" in said
    assert f"install --no-deps -e '{workspace.home}/flat'" in said


@pytest.mark.parametrize(("project", "name"), [("flat", "acme_flat"), ("proj", "acme")])
def test_a_renamed_project(editable: Environment, workspace: Workspace, project: str, name: str) -> None:
    shutil.move(str(workspace.home / project), str(workspace.home / f"{project}-2"))
    said = verdict(editable, name)
    assert str(workspace.home / project) in said and "does not exist" in said
    assert "install it from where it is now" in said and "not on sys.path" not in said


def test_without_the_fallback(editable: Environment, workspace: Workspace) -> None:
    notebook = Notebook(editable, workspace)
    cell = (
        "import sys, dbx_patch\ndbx_patch.explain('json', verbose=False)\n"
        "sys.path[:] = [entry for entry in sys.path if not entry.endswith('proj/src')]\n"
        "[dbx_patch.explain('acme', verbose=False).verdict,"
        " dbx_patch.verify_editable_installs(verbose=False).to_dict()]"
    )
    for era in ERAS:
        (said, verified) = notebook.values(cell, runtime=era, env={"DBX_PATCH_DISABLE": "fallback"})[0]
        assert "import acme fails" in said and "DBX_PATCH_DISABLE leaves out dbx-patch's fallback" in said
        lost = {found["code"]: found for found in verified["findings"]}["lost-path"]
        assert lost["severity"] == "error" and "but for DBX_PATCH_DISABLE" in lost["cause"]


def test_a_library_does_not_get_a_new_module_before_a_cell_has(editable: Environment, workspace: Workspace) -> None:
    write(editable.site_packages, {"library.py": LIBRARY})
    new = workspace.home / "proj/src/brand_new.py"
    told = "{i['who']: i['works'] for i in dbx_patch.explain('brand_new', verbose=False).to_dict()['importers']}"
    cells = [
        f"import dbx_patch, library\nopen({str(new)!r}, 'w').close()\n{told}",
        "try:\n    library.load('brand_new')\nexcept ImportError as error:\n    found = str(error)\nfound",
        "import brand_new",
        told,
    ]
    before, refused, _, after = Notebook(editable, workspace).values(*map(Cell, cells))
    assert before == {"a cell": True, "a library": False, "an executor": True} and "brand_new" in refused
    assert after == {"a cell": True, "a library": True, "an executor": True}


def test_who_can_import_it_is_shown_where_importers_differ(editable: Environment, workspace: Workspace) -> None:
    cells = (
        "import dbx_patch; str(dbx_patch.explain('beside', verbose=False))",
        "str(dbx_patch.explain('json', verbose=False))",
    )
    beside, standard = Notebook(editable, workspace).values(*cells)
    assert "Who can import it" in beside and "because a library asks" in " ".join(beside.split())
    assert "Who can import it" not in standard


def test_nothing_is_run_for_an_answer(editable: Environment, tmp_path: Path, workspace: Workspace) -> None:
    mark = tmp_path / "ran"
    write(workspace.home / "proj/src", package("acme"))
    write(workspace.home / "proj/src/acme", {"sub.py": f"open({str(mark)!r}, 'w').close()\nimport no_such\n"})
    assert "no_such" in verdict(editable, "acme.sub") and not mark.exists()
