"""Simulated executors keep only what the driver sent; a program runs as a cell would, with its own exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import dbx_patch
from dbx_patch.simulator import (
    run_program,
    simulate_executor,
)
from simulator.worlds import ERAS, PYTHON, World


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
            line, cwd=str(project), env=environment, capture_output=True, encoding="utf-8", check=False, timeout=120
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
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", str(tmp_path / ".venv")], check=True, timeout=120)
    site_packages = next((tmp_path / ".venv" / "lib").glob("python3*/site-packages"))
    World.write(site_packages / "one.py", "import two\ntry:\n    import mine\nexcept ImportError: print('refused')\n")
    World.write(site_packages / "two.py", "")
    World.write(tmp_path / "mine.py", "")
    World.write(tmp_path / "main.py", "import one, mine\n")
    python = str(tmp_path / ".venv" / "bin" / "python")
    status = run_program("file", str(tmp_path / "main.py"), workspace=tmp_path.parent, python=python)
    assert (status, capfd.readouterr()) == (0, ("refused\n", ""))
