"""What is not known of Databricks' drivers, or differs between them, as options of the simulated runtimes.

dbx-patch is not in play here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from dbx_patch.simulator import Cell, Variant, run_program, simulate_executor
from simulator.worlds import HOOKS, World

OFF = {"DBX_PATCH_ENABLED": "0"}  # the interpreter that runs the tests may have it
WRITING = {"PYTHONDONTWRITEBYTECODE": None}
NEAR = "import beside; beside.where"
LIBRARY = "import plugins; plugins.load({!r})"


def hooks_of(world: World) -> str:
    """An expression for the names of all that rules over a folder: in the path hooks, and in the cache."""
    name = HOOKS[world.runtime][1]
    cached = f"[e for e, f in sys.path_importer_cache.items() if type(f).__name__ == {name!r}]"
    return f"import sys; [{name!r} in repr(sys.path_hooks), {cached}]"


def repository_of(world: World) -> Path:
    """A Git folder with a notebook in a folder of its own, and a module in each."""
    root = world.home / "repo"
    world.write(root / "at_root.py", "where = 'root'\n")
    world.write(root / "notebooks" / "beside.py", "where = 'beside in git'\n")
    return root


def test_a_word_that_is_none_of_the_options_is_refused() -> None:
    for wrong in ({"hook": "nowhere"}, {"notebook_folder": "start"}):
        with pytest.raises(ValueError, match="is one of"):
            Variant(**wrong)


def test_a_hook_in_the_cache_rules_over_the_notebooks_folder_alone(world: World) -> None:
    variant = Variant(hook="cache")
    world.write(world.home / "lib" / "near_lib.py", "where = 'lib'\n")
    cells = [LIBRARY.format("beside"), NEAR, hooks_of(world)]
    cells += [f"sys.path.append({str(world.home / 'lib')!r})", "plugins.load('near_lib')"]
    done = world.run(*cells, variant=variant).cells
    assert [c.error_type for c in done] == ["ModuleNotFoundError", None, None, None, None]
    assert done[2].value == [False, [str(world.notebook)]]
    assert done[4].value == "lib"
    strict = world.run(*cells).cells
    assert strict[2].value[0] is True
    assert strict[4].error_type == "ModuleNotFoundError"


def test_a_hook_in_the_cache_follows_the_notebook(world: World) -> None:
    other = world.home / "elsewhere"
    world.write(other / "there.py", "where = 'there'\n")
    cells = [Cell(LIBRARY.format("there"), notebook=str(other)), "import there; there.where"]
    done = world.run(*cells, variant=Variant(hook="cache")).cells
    assert [c.error_type for c in done] == ["ModuleNotFoundError", None]


@pytest.mark.parametrize("hook", ["path_hooks", "cache", "cache_outside_git"])
def test_a_repositorys_root_follows_the_notebooks_folder(world: World, hook: str) -> None:
    root = repository_of(world)
    options: dict[str, Any] = {"notebook": root / "notebooks", "variant": Variant(hook=hook, repository=root)}
    cells = ["import at_root; at_root.where", NEAR, "del sys.modules['at_root']", LIBRARY.format("at_root")]
    report = world.run("import sys", *cells, hooks_of(world), **options)
    assert [c.value for c in report.cells[1:3]] == ["root", "beside in git"]
    both = [str(root / "notebooks"), str(root)]
    at = report.start_sys_path.index(both[0])
    assert report.start_sys_path[at : at + 2] == both
    assert at < report.start_sys_path.index(str(world.site_packages))
    assert "/WSFS_NOTEBOOK_DIR" not in report.start_sys_path
    refused = hook != "cache_outside_git"
    assert report.cells[4].error_type == ("ModuleNotFoundError" if refused else None)
    if hook != "path_hooks":
        assert report.cells[5].value == [False, both if refused else []]


def test_a_notebook_outside_the_repository_is_in_none(world: World) -> None:
    variant = Variant(hook="cache_outside_git", repository=repository_of(world))
    report = world.run(LIBRARY.format("beside"), variant=variant)
    assert report.cells[0].error_type == "ModuleNotFoundError"
    assert str(variant.repository) not in report.start_sys_path


def test_the_notebooks_folder_comes_last(world: World) -> None:
    root = repository_of(world)
    world.write(root / "notebooks" / "plugins.py", "where = 'stray'\n")
    own = str(world.home / "by hand")
    variant = Variant(notebook_folder="end", repository=root)
    cells = ["import plugins; hasattr(plugins, 'load')", NEAR, f"import sys; sys.path.append({own!r})", "1"]
    report = world.run(*cells, notebook=root / "notebooks", variant=variant)
    assert [c.value for c in report.cells[:2]] == [True, "beside in git"]
    assert report.start_sys_path[-2:] == [str(root / "notebooks"), str(root)]
    assert report.cells[3].sys_path == [*report.start_sys_path, own]
    assert world.run("import plugins; plugins.where", notebook=root / "notebooks").cells[0].value == "stray"


def mount(world: World) -> Path:
    """Make ``/Workspace`` a link to the mount; returns that."""
    folder = world.workspace.parent / ".fuse-mounts" / "wsfs"
    folder.parent.mkdir()
    world.workspace.rename(folder)
    world.workspace.symlink_to(folder)
    return folder


def test_the_newer_hook_knows_the_mount(world: World) -> None:
    folder = mount(world)
    world.write(world.home / "lib" / "near_lib.py", "where = 'lib'\n")
    spelt = str(folder / world.home.relative_to(world.workspace) / "lib")
    cells = [f"import sys; sys.path.append({spelt!r})", LIBRARY.format("near_lib"), NEAR]
    done = world.run(*cells, "import os; os.getcwd()", count_ops=True).cells
    newer = world.runtime == "modern"
    assert done[1].error_type == ("ModuleNotFoundError" if newer else None)
    assert done[2].value == "beside"
    assert done[3].value.startswith(str(folder))
    assert done[1].workspace_ops
    assert any(path.startswith(spelt) for _, path in done[1].workspace_ops.paths), "both spellings are counted"
    report = simulate_executor(
        "m:f",
        workspace=world.workspace,
        notebook=world.notebook,
        python=world.python,
        runtime=world.runtime,
        args=[spelt],
        source="def f(path):\n    from pyspark.wsfs_import_hook import WsfsImportHook\n"
        f"    return WsfsImportHook(path, test_prefix={str(world.workspace.parent)!r}).find_spec('near_lib').name\n",
    )
    assert (report.value, report.error_type) == (("near_lib", None) if newer else (None, "ImportError"))


def test_a_notebook_in_the_mounts_spelling_is_refused(world: World) -> None:
    folder = mount(world)
    world.write(world.home / "lib" / "nb.py", "# Databricks notebook source\n")
    cells = [f"import sys; sys.path.append({str(folder / world.home.relative_to(world.workspace) / 'lib')!r})"]
    refused = world.run(*cells, "import nb").cells[1]
    assert refused.error_type == ("NotebookImportException" if world.runtime == "modern" else None)


@pytest.mark.parametrize("linked", [False, True])
def test_a_workspace_that_takes_no_bytecode(world: World, linked: bool) -> None:
    if linked:
        mount(world)
    cells = [
        "import beside, os; [beside.where, os.path.exists('__pycache__')]",
        "os.mkdir('__pycache__')",
        "open(os.path.abspath('__pycache__') + '/x.pyc', 'wb')",
        "os.mkdir('other'); open('other/new.py', 'w').close(); os.path.exists(os.path.realpath('other/new.py'))",
        "import plugins; os.path.exists(plugins.__cached__)",
    ]
    done = world.run(*cells, variant=Variant(bytecode=False), env=WRITING).cells
    assert done[0].value == ["beside", False]
    assert [c.error for c in done[1:3]] == [
        f"[Errno 95] Operation not supported: {path!r}"
        for path in ("__pycache__", os.path.realpath(world.notebook) + "/__pycache__/x.pyc")
    ]
    assert [c.value for c in done[3:]] == [True, True]
    assert world.cell(cells[0], env=WRITING).value == ["beside", True]


def test_a_program_has_the_options_too(tmp_path: Path, capfd: Any) -> None:
    project = tmp_path / "project"
    World.write(project / "mod.py", "")
    World.write(project / "main.py", "import mod, os, sys\nprint(os.path.exists('__pycache__'), sys.path[-1])\n")
    variant = Variant(bytecode=False, notebook_folder="end")
    here = os.getcwd()  # noqa: PTH109
    os.chdir(project)
    try:
        status = run_program("file", str(project / "main.py"), workspace=tmp_path, variant=variant, env=OFF)
    finally:
        os.chdir(here)
    assert (status, capfd.readouterr().out) == (0, f"False {project}\n")


def test_a_worker_in_a_git_folder_is_unguarded_and_in_the_slot(world: World) -> None:
    root = repository_of(world)
    source = "def f(name):\n    import plugins, sys\n    return [plugins.load(name), [*sys.path_importer_cache]]\n"
    common: dict[str, Any] = {"workspace": world.workspace, "python": world.python, "runtime": world.runtime}
    common.update(source=source, notebook=root / "notebooks", variant=Variant(repository=root))
    report = simulate_executor("m:f", args=["at_root"], **common)
    assert report.value[0] == "root"
    both = [str(root / "notebooks"), str(root)]
    assert [p for p in report.sys_path if p.startswith(str(world.workspace))] == both
    assert report.sys_path.index(both[1]) < report.sys_path.index(str(world.site_packages))
    assert "/WSFS_NOTEBOOK_DIR" not in report.sys_path
    guarded = simulate_executor("m:f", args=["beside"], **{**common, "variant": Variant()})
    assert guarded.error_type == "ModuleNotFoundError"


def test_a_worker_refuses_notebooks_last_thing(world: World) -> None:
    world.write(world.notebook / "nb.py", "# Databricks notebook source\n")
    source = "def f(name):\n    return __import__(name).__name__\n"
    common: dict[str, Any] = {"workspace": world.workspace, "python": world.python, "runtime": world.runtime}
    common.update(source=source, notebook=world.notebook)
    assert simulate_executor("m:f", args=["nb"], **common).value == "nb"
    refusing = {**common, "variant": Variant(refuse_notebooks=True)}
    assert simulate_executor("m:f", args=["nb"], **refusing).error_type == "NotebookImportException"
    assert simulate_executor("m:f", args=["beside"], **refusing).value == "beside"
