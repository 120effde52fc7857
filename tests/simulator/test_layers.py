"""The simulated runtime has the real one's path hook, autoreload, wrapped imports, and refusal of notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import List

from dbx_patch.simulator import (
    materialise,
)
from simulator.worlds import World


def test_path_hook_drops_editable_paths_and_keeps_a_users_own(world: World) -> None:
    own = str(world.home / "appended by hand")
    cells = [f"import sys\nsys.path[:0] = ['/first']\nsys.path += [{own!r}, {str(world.source)!r}]\nimport proj", "1"]
    for cell in world.run(*cells).cells:
        assert cell.ok
        assert str(world.source) not in cell.sys_path
        assert cell.sys_path[0] == "/first"
        assert cell.sys_path[-1] == own


def test_autoreload_checks_run_around_every_import(world: World) -> None:
    cells = [
        "from dbruntime.autoreload import file_module_utils as u",
        "calls = []\ndef check(fname):\n    calls.append(fname)\n    return False",
        "u.register_autoreload_allowlist_check(check)\n[u.is_file_in_allowlist(f) for f in {!r}]".format(
            [str(world.source), "/usr/x.py"]
        ),
        "calls.clear()\nimport json\nimport json\nimport plugins\nlen(calls) >= 4",
        "u.deregister_autoreload_allowlist_check(check)\ncalls.clear()\nimport json\ncalls",
        "u.deregister_autoreload_allowlist_check(check)",
        "def bad(fname): raise RuntimeError('bad check')\nu.register_autoreload_allowlist_check(bad)\nimport json",
    ]
    done = world.run(*cells).cells
    assert [c.value for c in done[2:5]] == [[True, False], True, []]
    assert [c.error_type for c in done[5:]] == ["ValueError", "RuntimeError"]


def test_autoreload_notices_a_changed_file(world: World) -> None:
    touch = "import os\nos.utime(beside.__file__, (4e9, 4e9))\nimport beside"
    assert [c.hint for c in world.run("import beside", "import beside", touch).cells] == [False, False, True]


def test_import_is_wrapped_and_finders_are_in_place(world: World) -> None:
    cell = "import builtins, sys\n[builtins.__import__.__self__.__class__.__name__]"
    cell += " + [getattr(f, '__name__', type(f).__name__) for f in sys.meta_path]"
    value: List[str] = world.cell(cell).value
    assert value[:2] == ["AutoreloadDiscoverabilityHook", "ImportHookFinder"]
    notebooks = "WsfsPathFinder" if world.runtime == "legacy" else "_WorkspacePathFinder"
    assert value.index(notebooks) + 1 == value.index("PathFinder")


def test_relative_and_failing_imports_pass_the_wrappers(world: World) -> None:
    world.write(world.notebook / "pack" / "__init__.py", "from . import sub\nfrom .sub import x\n")
    world.write(world.notebook / "pack" / "sub.py", "x = 5\nfrom .. import nothing\n")
    cell = world.cell("import pack")
    assert "relative import beyond" in str(cell.error) or "no known parent" in str(cell.error)
    world.write(world.notebook / "pack" / "sub.py", "x = 5\n")
    assert world.cell("import pack.sub\npack.sub.x").value == 5


def test_post_import_hook_calls_back(world: World) -> None:
    world.write(world.site_packages / "pandas.py", "")
    value = world.cell("import pandas\n[pandas.__databricks_patched__, type(pandas.__loader__).__name__]").value
    assert value == [True, "_NotifyingLoader"]


def test_a_notebook_is_not_imported(world: World) -> None:
    file = world.notebook / "nb.py"
    world.write(file, "# Databricks notebook source\n1\n")
    report = world.run("import nb", "try:\n    import nb\nexcept ImportError: 'caught'")
    assert report.cells[0].error_type == "NotebookImportException"
    message = f"Unable to import module `nb`. The following file appears to be a notebook: {file}"
    assert str(report.cells[0].error).startswith(message)
    assert report.cells[1].ok


def test_the_rules_for_notebooks_can_be_made_stricter(world: World, tmp_path: Path) -> None:
    """Some releases take any package file that begins with a comment for a notebook."""
    world.write(world.notebook / "pack" / "__init__.py", "# a comment\n")
    assert world.cell("import pack").ok
    python_shell = materialise(tmp_path / "strict", world.runtime)
    for file in python_shell.rglob("*.py"):
        file.write_text(file.read_text().replace("IN_PACKAGE_FILE = False", "IN_PACKAGE_FILE = True"))
    assert world.cell("import pack", runtime_dir=python_shell).error_type == "NotebookImportException"
