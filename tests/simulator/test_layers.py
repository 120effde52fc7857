"""The simulated runtimes do what is known of the real ones; dbx-patch is not in play here.

``SIMULATOR_PYTHON`` names the interpreter whose environments are simulated; by default the one that runs the tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, List

import pytest

import dbx_patch
from dbx_patch.simulator import (
    Cell,
    CellReport,
    SimulationReport,
    materialise,
    run_program,
    simulate,
    simulate_executor,
)

PYTHON = os.environ.get("SIMULATOR_PYTHON", sys.executable)
ERAS = ("legacy", "modern")
HOOKS = {
    "legacy": ("dbruntime.wsfs_import_hook", "WsfsImportHook", "_WsfsImportHook__"),
    "modern": ("dbruntime.workspace_import_machinery", "_WorkspacePathEntryFinder", "_"),
}


class World:
    """A throw-away environment with a library, and a workspace with a notebook's folder and an editable project."""

    def __init__(self, root: Path, runtime: str) -> None:
        self.runtime = runtime
        subprocess.run([PYTHON, "-m", "venv", "--without-pip", str(root / "env")], check=True)
        self.python = str(root / "env" / "bin" / "python")
        self.site_packages = next((root / "env" / "lib").glob("python3*/site-packages"))
        self.workspace = root / "Workspace"
        self.home = self.workspace / "Users" / "first.last@company.com"
        self.source = self.home / "my project" / "src"
        self.write(self.home / "my notebooks" / "beside.py", "where = 'beside'\n")
        self.write(self.source / "proj" / "__init__.py", "where = 'editable'\n")
        self.write(self.site_packages / "_editable_proj.pth", str(self.source))
        self.write(
            self.site_packages / "plugins.py",
            "import importlib\n"
            "def load(name):\n    return importlib.import_module(name).where\n"
            "def call(function, *args):\n    return function(*args)\n",
        )
        self.notebook = self.home / "my notebooks"

    @staticmethod
    def write(file: Path, text: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def run(self, *cells: Any, **options: Any) -> SimulationReport:
        given = {"runtime": self.runtime, "notebook": self.notebook, "python": self.python, **options}
        report = simulate(cells, workspace=self.workspace, **given)
        assert (report.returncode, report.stderr) == (0, "")
        return report

    def cell(self, source: str, **options: Any) -> CellReport:
        return self.run(source, **options).cells[0]

    def hook(self, path: str) -> str:
        module, name, _ = HOOKS[self.runtime]
        return f"from {module} import {name} as hook\nh = hook({path}, test_prefix={str(self.workspace.parent)!r})\n"


@pytest.fixture(params=ERAS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return World(tmp_path / "with space", request.param)


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


def test_a_library_is_refused_what_a_cell_gets(world: World) -> None:
    report = world.run(
        "import plugins\nplugins.load('beside')", "import beside\nbeside.where", "plugins.load('beside')"
    )
    assert [c.error_type for c in report.cells] == ["ModuleNotFoundError", None, None]
    assert report.cells[1].value == "beside"


def test_deeper_than_the_limit_is_allowed(world: World) -> None:
    """The library's frame is the 60th or so, and the 120th: its callback goes that deep before it imports."""
    cells = ["import plugins\ndef f(n):\n    if n: return f(n - 1)\n    import beside\n    return beside.where"]
    cells += ["plugins.call(f, 50)", "plugins.call(f, 110)"]
    assert [c.error_type for c in world.run(*cells).cells] == [None, "ModuleNotFoundError", None]


def test_the_list_of_allowed_files_is_matched_by_substring(world: World) -> None:
    world.write(
        world.site_packages / "IPython" / "core" / "interactiveshell.py",
        (world.site_packages / "plugins.py").read_text(),
    )
    world.write(world.site_packages / "IPython" / "__init__.py", "")
    world.write(world.site_packages / "IPython" / "core" / "__init__.py", "")
    assert world.cell("from IPython.core.interactiveshell import load\nload('beside')").value == "beside"


def test_without_the_list_ipython_itself_counts_as_a_library(world: World) -> None:
    module, name, _ = HOOKS[world.runtime]
    names = "SITE_PACKAGE_WHITE_LIST" if world.runtime == "legacy" else "SITE_PACKAGE_ALLOW_LIST"
    cells = [f"from {module} import {name} as hook\nhook.{names} = ()", "import beside"]
    assert [c.ok for c in world.run(*cells).cells] == [True, False]


def test_the_finder_is_only_for_the_workspace(world: World) -> None:
    root = str(world.workspace.parent)
    for path in (root, f"{root}/Workspace", f"{root}/Workspace2/x", "/Workspace/x", "/tmp"):
        assert world.cell(world.hook(repr(path))).error_type == "ImportError"


def test_the_finders_attributes(world: World) -> None:
    private = HOOKS[world.runtime][2]
    limit = "max_recursion_depth" if world.runtime == "legacy" else "max_stack_depth"
    cell = world.hook(repr(str(world.notebook)))
    cell += f"import sys\n[type(h.{private}finder).__name__, h.{private}{limit}, list(h.{private}site_packages),\n"
    cell += f" h.{private}is_user_import(), h.get_filename(sys._getframe()) == sys._getframe().f_code.co_filename]"
    finder, depth, folders, user, same = world.cell(cell).value
    assert (finder, depth, user, same) == ("FileFinder", 100, True, True)
    assert str(world.site_packages) in folders


def test_find_spec_swallows_exceptions_and_prints(world: World) -> None:
    private = HOOKS[world.runtime][2]
    cell = world.hook(repr(str(world.notebook)))
    report = world.cell(cell + f"h.{private}finder = None\nh.find_spec('beside')")
    assert (report.ok, report.value) == (True, None)
    assert "beside" in report.stdout
    report = world.cell(cell + "h.get_filename = 1\nh.find_spec('beside')")
    assert (report.ok, report.value) == (True, None)
    assert "not callable" in report.stdout


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


def test_operations_on_the_workspace_are_counted(world: World) -> None:
    library = "def miss(name):\n    try:\n        __import__(name)\n    except ImportError:\n        return 'missing'\n"
    world.write(world.site_packages / "lib.py", library)
    cells = [
        "import beside, lib",
        "lib.miss('nowhere')",
        "import nowhere",
        f"open({str(world.notebook / 'beside.py')!r}).close()",
    ]
    ops = [c.workspace_ops for c in world.run(*cells, count_ops=True).cells]
    assert all(ops)
    _, refused, miss, opened = [o for o in ops if o is not None]
    assert refused.total == 0
    assert miss.stat >= 1
    assert all(path.startswith(str(world.notebook)) for _, path in miss.paths)
    assert (opened.stat, opened.listdir, opened.open) == (0, 0, 1)
    assert world.cell("1").workspace_ops is None


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


def test_an_executor_keeps_only_the_notebooks_folder_and_what_the_driver_sent(world: World) -> None:
    sent = str(world.home / "sent")
    world.write(Path(sent) / "udfs.py", "class A:\n    @staticmethod\n    def twice(x):\n        return 2 * x\n")
    options = {"workspace": world.workspace, "notebook": world.notebook, "python": world.python}
    report = simulate_executor(
        "udfs:A.twice",
        driver_sys_path=[sent, "/usr/x", str(world.notebook)],
        args=[21],
        runtime=world.runtime,
        **options,
    )
    assert (report.ok, report.value, report.error) == (True, 42, None)
    assert str(world.source) in report.daemon_sys_path
    assert "/WSFS_NOTEBOOK_DIR" in report.daemon_sys_path
    assert [p for p in report.sys_path if p.startswith(str(world.workspace))] == [str(world.notebook), sent]
    assert "/WSFS_NOTEBOOK_DIR" not in report.sys_path
    assert "/usr/x" not in report.sys_path
    lost = simulate_executor("proj:where", runtime=world.runtime, **options)
    assert lost.error_type == "ModuleNotFoundError"


def test_an_executors_hook_refuses_libraries_the_notebooks_folder(world: World) -> None:
    source = (
        "import sys, plugins\ndef f(name):\n"
        f"    hook = type(sys.path_importer_cache[{str(world.notebook)!r}]).__module__\n"
        "    try:\n        return [hook, plugins.load(name)]\n"
        "    except ImportError:\n        return [hook, 'refused']\n"
        "def g():\n    import beside\n    return beside.where\n"
    )
    options = {"workspace": world.workspace, "notebook": world.notebook, "python": world.python, "source": source}
    refused = simulate_executor("cell:f", args=["beside"], runtime=world.runtime, **options)
    assert refused.value == ["pyspark.wsfs_import_hook", "refused"]
    assert simulate_executor("cell:g", runtime=world.runtime, **options).value == "beside"


@pytest.mark.parametrize("runtime", ERAS)
def test_a_program_is_run_as_a_cell(tmp_path: Path, runtime: str) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "mod.py").write_text("where = 'here'\n")
    (project / "main.py").write_text("import sys, mod\nprint(mod.where, sys.argv[1:], __name__)\nsys.exit(7)\n")
    (project / "fails.py").write_text("def f():\n    1 / 0\nf()\n")

    environment = {**os.environ, "PYTHONPATH": str(Path(dbx_patch.__file__).parent.parent), "DBX_PATCH_ENABLED": "0"}

    def command(*args: str) -> Any:
        line = [sys.executable, "-m", "dbx_patch.simulator", "--runtime", runtime, "--workspace", str(tmp_path), *args]
        return subprocess.run(
            line,
            cwd=str(project),
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    done = command("main.py", "--x", "-c")
    assert (done.returncode, done.stdout, done.stderr) == (7, "here ['--x', '-c'] __main__\n", "")
    done = command("-m", "main", "a")
    assert (done.returncode, done.stdout, done.stderr) == (7, "here ['a'] __main__\n", "")
    done = command("-c", "import mod, sys; print(mod.where, sys.argv); sys.exit('bye')", "b")
    assert (done.returncode, done.stdout, done.stderr) == (1, "here ['-c', 'b']\n", "bye\n")
    done = command("fails.py")
    assert done.returncode == 1
    assert done.stderr.splitlines()[1].endswith('fails.py", line 3, in <module>')
    assert command().returncode == 2


def test_an_environment_inside_a_programs_workspace_counts_as_outside(tmp_path: Path, capfd: Any) -> None:
    """As for `python -m dbx_patch.simulator` in a project that has its `.venv` in it."""
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", str(tmp_path / ".venv")], check=True)
    site_packages = next((tmp_path / ".venv" / "lib").glob("python3*/site-packages"))
    World.write(site_packages / "one.py", "import two\ntry:\n    import mine\nexcept ImportError: print('refused')\n")
    World.write(site_packages / "two.py", "")
    World.write(tmp_path / "mine.py", "")
    World.write(tmp_path / "main.py", "import one, mine\n")
    python = str(tmp_path / ".venv" / "bin" / "python")
    status = run_program("file", str(tmp_path / "main.py"), workspace=tmp_path.parent, python=python)
    assert (status, capfd.readouterr()) == (0, ("refused\n", ""))


def test_the_rules_for_notebooks_can_be_made_stricter(world: World, tmp_path: Path) -> None:
    """Some releases take any package file that begins with a comment for a notebook."""
    world.write(world.notebook / "pack" / "__init__.py", "# a comment\n")
    assert world.cell("import pack").ok
    python_shell = materialise(tmp_path / "strict", world.runtime)
    for file in python_shell.rglob("*.py"):
        file.write_text(file.read_text().replace("IN_PACKAGE_FILE = False", "IN_PACKAGE_FILE = True"))
    assert world.cell("import pack", runtime_dir=python_shell).error_type == "NotebookImportException"
