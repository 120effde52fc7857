"""A simulated kernel starts as Databricks' does: its sys.path, its process, its cells, and what it loses."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbx_patch.simulator import (
    Cell,
    materialise,
    simulate,
)
from simulator.worlds import HOOKS, World


@pytest.mark.parametrize("runtime_folder", ["before", "after"])
def test_start_up_loses_the_editable_path_and_keeps_the_environment(world: World, runtime_folder: str) -> None:
    seen = "import sys\nwith open({!r}, 'a') as f: f.write('%s\\n' % any('python_shell' in p for p in sys.path))"
    mark = world.site_packages.parent / "seen"
    world.write(world.site_packages / "probe.py", seen.format(str(mark)))
    world.write(world.site_packages / "probe.pth", "import probe\n")
    report = world.run("import proj", runtime_folder=runtime_folder)
    assert mark.read_text().splitlines()[0] == str(runtime_folder == "before")
    assert report.cells[0].error_type == "ModuleNotFoundError"
    assert str(world.source) not in report.start_sys_path
    assert str(world.site_packages) in report.start_sys_path


def test_sys_path_has_the_runtimes_order(world: World) -> None:
    path = world.run("1", notebook=None).start_sys_path
    names = ["scripts", "userFiles-0", "python", "py4j-0.10.9.9-src.zip", "spark--driver.jar", "WSFS_NOTEBOOK_DIR"]
    names += ["python_shell", "lib"]
    assert [Path(p).name for p in path[: len(names)]] == names
    stdlib = path.index(next(p for p in path if p.endswith("lib-dynload")))
    libraries = path.index(str(world.site_packages))
    ubuntu = [path.index(p) for p in path if p.endswith("dist-packages")]
    assert len(names) <= stdlib < libraries < min(ubuntu)
    assert [Path(p).name for p in path[-3:]] == [".python_edge_libs", "extensions", ".ipython"]


def test_the_notebooks_folder_takes_the_placeholders_place(world: World) -> None:
    other = world.home / "elsewhere"
    world.write(other / "there.py", "where = 'there'\n")
    report = world.run("import beside; beside.where", Cell("import there; there.where", notebook=str(other)))
    assert [c.value for c in report.cells] == ["beside", "there"]
    assert "/WSFS_NOTEBOOK_DIR" not in report.start_sys_path
    before, after = report.start_sys_path, report.cells[1].sys_path
    assert before.index(str(world.notebook)) == after.index(str(other))
    assert str(world.notebook) not in after


def test_cells_look_like_ipythons(world: World) -> None:
    cell = world.cell("import traceback\nprint('out')\n[f.filename for f in traceback.extract_stack()][-3:]")
    kernel, shell, name = cell.value
    assert shell == str(world.site_packages / "IPython" / "core" / "interactiveshell.py")
    assert kernel.endswith("site-packages/ipykernel/kernelbase.py")
    assert name.startswith("<ipython-input-1-" if world.runtime == "legacy" else "/root/.ipykernel/123/command-")
    assert cell.stdout == "out\n"


def test_the_process_is_databricks_and_runs_no_atexit(world: World) -> None:
    report = world.run("import atexit, os\natexit.register(print, 'never')\nos.environ['DATABRICKS_RUNTIME_VERSION']")
    assert report.cells[0].value == {"legacy": "16.4", "modern": "18.0"}[world.runtime]
    assert report.stdout == ""


def test_a_dead_kernel_leaves_what_it_had(world: World) -> None:
    report = simulate(["1", "import os; os._exit(3)", "2"], workspace=world.workspace, python=world.python)
    assert (report.returncode, [c.value for c in report.cells]) == (3, [1])


def test_a_changed_runtime_can_be_started(world: World, tmp_path: Path) -> None:
    python_shell = materialise(tmp_path / "next release", world.runtime)
    old, new = HOOKS[world.runtime][1], "EntryFinder19"
    for file in python_shell.rglob("*.py"):
        file.write_text(file.read_text().replace(old, new).replace("pythonPathHook", "pathHook19"))
    (python_shell / "dbruntime" / "pythonPathHook.py").rename(python_shell / "dbruntime" / "pathHook19.py")
    cells = ["import plugins\nplugins.load('beside')", f"import sys\n{new!r} in repr(sys.path_hooks)"]
    report = world.run(*cells, runtime_dir=python_shell)
    assert [c.ok for c in report.cells] == [False, True]
    assert report.cells[1].value is True


def test_a_runtime_among_libraries_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="among libraries"):
        materialise(tmp_path / "site-packages")
