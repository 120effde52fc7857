"""What a user sees in a notebook: a wheel in a real environment, real editable installs, both simulated eras."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from support.environments import Environment, once
from support.kernels import ERAS, NEEDS_PATCH, PURGE, VALUES, Cell, Notebook, error_of, make_notebook, renamed_runtime
from support.workspaces import Workspace, write

FOLDERS = ("before", "after")


@pytest.fixture(scope="module")
def notebook(shared: Path, tools: Path, wheel: Path) -> Notebook:
    """One environment for the tests here, none of which changes it."""
    folder = once(shared / "notebook", lambda at: make_notebook(at, tools, wheel) and None)
    return Notebook(Environment(folder / "env", tools), Workspace(folder))


@pytest.fixture(params=ERAS)
def era(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["known", "renamed"])
def runtime(request: pytest.FixtureRequest, era: str, tmp_path: Path) -> dict[str, object]:
    """Options for a kernel: a runtime with the names that dbx-patch knows, and one with none of them."""
    directory = renamed_runtime(tmp_path / "renamed", era) if request.param == "renamed" else None
    return {"runtime": era, "runtime_dir": directory}


@pytest.mark.core
@pytest.mark.parametrize("folder", FOLDERS)
def test_imports_work_and_would_not_without(notebook: Notebook, runtime: dict[str, object], folder: str) -> None:
    cells = [PURGE + cell for cell in NEEDS_PATCH.values()]
    assert notebook.values(*cells, runtime_folder=folder, **runtime) == VALUES
    off = notebook.run(*cells, runtime_folder=folder, env={"DBX_PATCH_ENABLED": "0"}, **runtime)
    for cell, report in zip(cells, off.cells):
        if "acme_flat" not in cell:  # setuptools' finder answers by itself in some of its releases
            assert error_of(report).startswith("ModuleNotFoundError: No module named 'acme_")


@pytest.mark.parametrize("what", NEEDS_PATCH)
def test_each_import_as_the_first(notebook: Notebook, runtime: dict[str, object], what: str) -> None:
    assert notebook.values(NEEDS_PATCH[what], **runtime) == [VALUES[list(NEEDS_PATCH).index(what)]]


def test_import_in_threads(notebook: Notebook, runtime: dict[str, object]) -> None:
    cell = """
import threading
found = []
def work(name):
    import library
    found.append(library.load(name))
names = ["acme_src.sub", "acme_src.deep.leaf", "acme_flat.sub", "acme_flat.deep.leaf"] * 4
threads = [threading.Thread(target=work, args=(name,)) for name in names]
[thread.start() for thread in threads]
[thread.join(60) for thread in threads]
sorted(found) == sorted(names)
"""
    assert notebook.values(cell, **runtime) == [True]


def test_import_in_a_subprocess_of_the_kernel(notebook: Notebook, era: str) -> None:
    cell = """
import subprocess, sys
code = "import acme_src.sub; print(acme_src.sub.NAME)"
subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
"""
    assert notebook.values(cell, runtime=era) == ["acme_src.sub\n"]


def test_lost_paths_come_back_once_each_after_the_notebook_changes(
    notebook: Notebook, runtime: dict[str, object]
) -> None:
    elsewhere = str(notebook.workspace.folder / "Users/first.last@company.com/elsewhere/notebook")
    source = str(notebook.workspace.home / "proj/src")
    values = notebook.values(
        "1", Cell("import acme_src.sub", elsewhere), f"import sys; sys.path.count({source!r})", **runtime
    )
    expected = 0 if runtime["runtime_dir"] else 1  # unknown hooks: it is lost again until the next import needs it
    assert values[2] == expected
    both = notebook.values("1", Cell(f"import acme_src.sub, sys; sys.path.count({source!r})", elsewhere), **runtime)
    assert both[1] == 1


@pytest.mark.parametrize("wrapped", [False, True])
def test_autoreload_knows_editable_files_and_no_others(notebook: Notebook, era: str, wrapped: bool) -> None:
    home, site = str(notebook.workspace.home), str(notebook.environment.site_packages)
    outside = "/srv/elsewhere"
    cell = f"""
import acme_src, builtins, sys
from dbruntime.autoreload import file_module_utils as utils
checks = [c for c in utils._AUTORELOAD_ALLOWLIST_CHECKS if c.__module__.startswith("dbx_patch")]
assert len(checks) == 1
check = checks[0]
if {wrapped}:
    real = builtins.__import__
    def wrapper(name, *args, **kwargs):
        check({home!r} + "/proj/src/acme_src/sub.py")
        return real(name, *args, **kwargs)
    builtins.__import__ = wrapper
    import json.tool
before = set(sys.modules)
answers = [check(f) for f in (
    {home!r} + "/proj/src/acme_src/__init__.py", {home!r} + "/flat/acme_flat/deep/leaf.py",
    {home!r} + "/proj-other/other/sub.py", {home!r} + "/proj/src2/second/sub.py", {home!r} + "/proj/setup.py",
    {site!r} + "/library.py", "", {home!r} + "/proj/src/../setup.py", {outside!r})]
assert set(sys.modules) == before
answers
"""
    assert notebook.values(cell, runtime=era) == [[True, True, *[False] * 7]]


@pytest.mark.core
def test_modules_beside_the_notebook_are_as_before(notebook: Notebook, runtime: dict[str, object]) -> None:
    report = notebook.run("import beside; beside.VALUE", "import library; library.load('beside2')", **runtime)
    assert report.cells[0].value == "beside the notebook"
    assert error_of(report.cells[1]) == "ModuleNotFoundError: No module named 'beside2'"
    (notebook.workspace.notebook_folder / "beside3.py").write_text("")
    report = notebook.run("import library; library.load('beside3')", **runtime)
    assert error_of(report.cells[0]) == "ModuleNotFoundError: No module named 'beside3'"


def test_notebooks_stay_refused(runtime: dict[str, object], shared: Path, tools: Path, wheel: Path) -> None:
    """In an editable package and beside it, from cells and libraries, whoever answers; nothing of them runs."""
    source = "# Databricks notebook source\nimport sys; sys.ran = __name__\n"

    def make(folder: Path) -> None:
        home = make_notebook(folder, tools, wheel).workspace.home
        write(home / "proj/src", {"acme_src/explore.py": source, "explore.py": source})

    folder = once(shared / "with notebooks", make)
    notebook = Notebook(Environment(folder / "env", tools), Workspace(folder))
    names = ("acme_src.explore", "explore")
    cells = [text for name in names for text in (f"import {name}", f"import library; library.load({name!r})")]
    for order in (1, -1):
        report = notebook.run(*cells[::order], "import sys; getattr(sys, 'ran', 'nothing')", **runtime)
        assert report.cells[-1].value == "nothing"
        errors = [cell.error_type for cell in report.cells[:-1]][::order]
        from_cell, from_library, *beside = errors
        assert from_cell == "NotebookImportException"
        assert from_library == ("ModuleNotFoundError" if runtime["runtime_dir"] else from_cell)
        assert set(beside) <= {from_cell, "ModuleNotFoundError"}


def test_setup_and_tests_do_not_become_importable(notebook: Notebook, runtime: dict[str, object]) -> None:
    cells = [f"import library; library.load({name!r})" for name in ("setup", "tests")]
    for cell in notebook.run("import acme_src, acme_flat", *cells, "import setup", "import tests", **runtime).cells[1:]:
        assert error_of(cell).startswith("ModuleNotFoundError: No module named")


def test_status_names_what_an_unknown_runtime_lacks(notebook: Notebook, era: str, tmp_path: Path) -> None:
    cell = (
        "import dbx_patch; {p.name: [p.state, p.reason] for p in dbx_patch.check_patch_status(verbose=False).patches}"
    )
    states = notebook.values("import acme_src", cell, runtime=era, runtime_dir=renamed_runtime(tmp_path, era))[1]
    hook = {"legacy": "wsfs_import_hook", "modern": "workspace_import_machinery"}[era]
    expected = {
        "sys_path_init": "patch_sys_path_with_developer_paths",
        hook: {"legacy": "WsfsImportHook", "modern": "_WorkspacePathEntryFinder"}[era],
        "python_path_hook": "_handle_sys_path_maybe_updated",
        "autoreload": "register_autoreload_allowlist_check",
    }
    for patch, missing in expected.items():
        state, reason = states[patch]
        assert state == "not_applicable" and reason.endswith(" has no " + missing)


LATE = {"DBX_PATCH_ENABLED": "0"}  # as if no .pth had run: the variable is taken away in a cell
ARM = (
    "import os; del os.environ['DBX_PATCH_ENABLED']; import dbx_patch; dbx_patch.apply_all_patches(verbose=False) and 1"
)


@pytest.mark.core
def test_applied_late_from_a_cell_it_does_the_same(notebook: Notebook, era: str) -> None:
    elsewhere = str(notebook.workspace.folder / "Users/first.last@company.com/elsewhere/notebook")
    cells = [Cell(PURGE + cell, elsewhere) for cell in NEEDS_PATCH.values()]
    assert notebook.values(ARM, *cells, runtime=era, env=LATE)[1:] == VALUES


OURS = """
import sys, types
def is_ours(value):
    return str(getattr(value, "__module__", "")).startswith("dbx_patch")
def ours():
    found = []
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in ("dbruntime", "sys_path_init", "pyspark"):
            for owner in [module, *[v for v in vars(module).values() if isinstance(v, type)]]:
                for key, value in vars(owner).items():
                    value = getattr(value, "__func__", value)
                    if is_ours(value):
                        found.append(f"{name}.{key}")
                    if isinstance(value, list):
                        found += [f"{name}.{key}[]" for v in value if is_ours(v)]
    finders = [type(f).__name__ for f in sys.meta_path if type(f).__module__.startswith("dbx_patch")]
    return sorted(set(found)), finders
"""


@pytest.mark.core
def test_removing_applying_and_reloading(notebook: Notebook, era: str) -> None:
    hook = {"legacy": "dbruntime.wsfs_import_hook", "modern": "dbruntime.workspace_import_machinery"}[era]
    first, twice, removed, again, reloaded, removed_again = notebook.values(
        OURS + "import dbx_patch; ours()",
        "dbx_patch.apply_all_patches(verbose=False); ours()",
        "dbx_patch.remove_all_patches(verbose=False); ours()",
        "dbx_patch.apply_all_patches(verbose=False); ours()",
        f"import importlib\nfor name in ({hook!r}, 'dbruntime.pythonPathHook', 'sys_path_init',"
        " 'dbruntime.autoreload.file_module_utils'):\n    importlib.reload(sys.modules[name])\nours()",
        "dbx_patch.remove_all_patches(verbose=False); ours()",
        runtime=era,
    )
    assert first[1] == ["ImportTrigger", "EditableFallback"] and len(first[0]) >= 4
    assert first == twice == again == reloaded
    assert removed == removed_again == [[], []]


def test_a_reloaded_module_is_wrapped_once(notebook: Notebook, era: str) -> None:
    cell = """
import importlib, sys
import sys_path_init
for _ in range(3):
    importlib.reload(sys_path_init)
function = sys_path_init.patch_sys_path_with_developer_paths
depth = 0
while hasattr(function, "__wrapped__"):
    function, depth = function.__wrapped__, depth + 1
depth, type(sys_path_init.__loader__).__name__, type(sys_path_init.__spec__.loader).__name__
"""
    assert notebook.values(cell, runtime=era) == [[1, "SourceFileLoader", "SourceFileLoader"]]


@pytest.mark.core
def test_switched_off_nothing_is_touched(notebook: Notebook, era: str) -> None:
    cell = OURS + "import dbx_patch; dbx_patch.apply_all_patches(verbose=False); ours()"
    for value in ("0", "false", "No", "OFF"):
        assert notebook.values(cell, runtime=era, env={"DBX_PATCH_ENABLED": value}) == [[[], []]]


@pytest.mark.parametrize("patch", ["sys_path_init", "python_path_hook", "autoreload", "fallback"])
def test_one_patch_left_out(notebook: Notebook, era: str, patch: str) -> None:
    cell = OURS + "import acme_src; ours()"
    all_of_it = notebook.values(cell, runtime=era)[0]
    less = notebook.values(cell, runtime=era, env={"DBX_PATCH_DISABLE": f" {patch} ,nonsense"})[0]
    missing = {name.rpartition(".")[2] for name in set(itertools.chain(*all_of_it)) - set(itertools.chain(*less))}
    assert (
        missing
        == {
            "sys_path_init": {"patch_sys_path_with_developer_paths"},
            "python_path_hook": {"_handle_sys_path_maybe_updated"},
            "autoreload": {"_AUTORELOAD_ALLOWLIST_CHECKS[]"},
            "fallback": {"EditableFallback"},
        }[patch]
    )
    assert set(itertools.chain(*less)) < set(itertools.chain(*all_of_it))
