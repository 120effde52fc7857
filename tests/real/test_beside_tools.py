"""Tools that start interpreters of their own, or carry code between them, find editable packages in a workspace."""

from __future__ import annotations

import json
from typing import Callable

import pytest

from real.houses import House
from real.neighbours import NEEDS_US, SERVED, both_orders, furnish, values_in_both_eras
from support.environments import DATABRICKS, clean_environ, run
from support.kernels import ERAS, error_of
from support.workspaces import write

Build = Callable[..., House]
WORK = {"acme/work.py": "def answer():\n    return 'measured'\n\ndef unused():\n    return 'not'\n"}


@both_orders("coverage")
def test_coverage_measures_editable_code_in_subprocesses(house: Build, packages: tuple[str, ...]) -> None:
    made = furnish(house(*packages), WORK)
    folder = made.environment.folder.parent
    config = write(folder, {"coverage.ini": f"[run]\nparallel = true\nsource = acme\ndata_file = {folder}/data\n"})
    env = {"COVERAGE_PROCESS_START": str(config / "coverage.ini")}
    if not list(made.environment.site_packages.glob("*coverage*.pth")):  # added by the package itself since 7.10
        write(made.environment.site_packages, {"cov.pth": "import coverage; coverage.process_startup()\n"})
    code = "import acme.work; print(acme.work.answer())"
    cell = f"import subprocess, sys; subprocess.check_output([sys.executable, '-c', {code!r}], text=True)"
    assert values_in_both_eras(made, cell, env=env) == ["measured\n"]
    coverage = [made.environment.python, "-m", "coverage"]
    settings = {"env": clean_environ(DATABRICKS), "cwd": folder}
    run([*coverage, "combine", "-q", "--rcfile", config / "coverage.ini"], **settings)
    run([*coverage, "json", "-q", "--rcfile", config / "coverage.ini", "-o", "report.json"], **settings)
    files = json.loads((folder / "report.json").read_text())["files"]
    assert [found["executed_lines"] for name, found in files.items() if name.endswith("work.py")] == [[1, 2, 4]]


PLUGIN = "import acme.deep.leaf\n\ndef pytest_report_header():\n    return 'plugin: ' + acme.deep.leaf.NAME\n"
TESTS = {
    "checks/test_acme.py": "import acme.sub\n\ndef test_one():\n    assert acme.sub.PARENT == 'editable'\n",
    "checks/test_lazy.py": "def test_two():\n    import acme.lazy\n    assert acme.lazy.load() == 'acme.deep.leaf'\n",
    "checks/conftest.py": "import acme\n",
}
DOCTESTS = {"acme/documented.py": '"""\n>>> import acme.lazy\n>>> acme.lazy.load()\n\'acme.deep.leaf\'\n"""\n'}


# The runtime refuses a library's import of a test file by name, with or without us: hence pytest's importlib mode.
def pytest_cell(made: House, *arguments: str) -> str:
    options = ["-q", "--import-mode=importlib", "-p", "no:cacheprovider", "-p", "acme_plugin", *arguments]
    return f"import pytest, sys; sys.dont_write_bytecode = True; int(pytest.main({options!r}))"


@pytest.mark.parametrize(
    ("packages", "era"),
    [(("dbx-patch", "pytest", "pytest-xdist"), "legacy"), (("pytest", "pytest-xdist", "dbx-patch"), "modern")],
    ids=["dbx-patch first", "dbx-patch last"],
)
def test_pytest_in_a_notebook_with_a_plugin_that_needs_the_package(
    house: Build, packages: tuple[str, ...], era: str
) -> None:
    made = furnish(house(*packages))
    write(made.environment.site_packages, {"acme_plugin.py": PLUGIN})
    folder = write(made.workspace.home / "acme", TESTS) / "checks"
    cell = pytest_cell(made, "-n", "2", str(folder))
    report = made.notebook.run(cell, runtime=era).cells[0]
    assert (report.value, "2 passed" in report.stdout) == (0, True), report
    off = made.notebook.run("import acme_plugin", runtime=era, env={"DBX_PATCH_ENABLED": "0"}).cells[0]
    assert error_of(off) == "ModuleNotFoundError: No module named 'acme'"


def test_pytest_on_the_command_line_with_doctests(house: Build) -> None:
    made = furnish(house("dbx-patch", "pytest"), DOCTESTS)
    write(made.environment.site_packages, {"acme_plugin.py": PLUGIN})
    source = made.workspace.home / "acme/src/acme"
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "acme_plugin", "--doctest-modules", str(source)]
    assert "1 passed" in made.python(*command)
    for era in ERAS:
        simulated = ["-m", "dbx_patch.simulator", "--runtime", era, "--workspace", str(made.workspace.folder)]
        assert "1 passed" in made.python(*simulated, *command)


MULTIPROCESSING = """
import multiprocessing, sys
from acme.lazy import load
found = []
for method in multiprocessing.get_all_start_methods():
    with multiprocessing.get_context(method).Pool(1) as pool:
        found.append([method, pool.apply(load), pool.apply(__import__("acme.sub").sub.pid_of_parent) > 0])
found
"""
PARENT = {
    "acme/sub.py": "import os\nfrom acme import VALUE as PARENT\n\ndef pid_of_parent():\n    return os.getppid()\n"
}


def test_multiprocessing(house: Build) -> None:
    made = furnish(house("dbx-patch"), PARENT)
    expected = [[method, "acme.deep.leaf", True] for method in ("fork", "spawn", "forkserver")]
    quiet = {"PYTHONWARNINGS": "ignore"}  # the kernel runs no atexit function, which the resource tracker complains of
    found = values_in_both_eras(made, MULTIPROCESSING, env=quiet)
    assert sorted(found[0]) == sorted(expected)


@both_orders("cloudpickle")
def test_cloudpickle_by_reference_and_by_value(house: Build, packages: tuple[str, ...]) -> None:
    made = furnish(house(*packages))
    pickled = made.environment.folder.parent / "pickled"
    dump = f"""
import acme.lazy, cloudpickle
def local():
    import acme.sub
    return acme.sub.PARENT
with open({str(pickled)!r}, "wb") as stream:
    stream.write(cloudpickle.dumps([acme.lazy.load, local]))
"""
    load = f"import cloudpickle; [f() for f in cloudpickle.loads(open({str(pickled)!r}, 'rb').read())]"
    for era in ERAS:
        made.notebook.values(dump, runtime=era)
        assert made.notebook.values(load, NEEDS_US, runtime=era) == [["acme.deep.leaf", "editable"], SERVED]
        off = made.notebook.run(load, runtime=era, env={"DBX_PATCH_ENABLED": "0"}).cells[0]
        assert error_of(off) == "ModuleNotFoundError: No module named 'acme'"
