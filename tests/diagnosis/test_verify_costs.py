"""`verify` stays within its budget however large a package is, tells what it left out, and reads likely files first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.environments import DATABRICKS, Environment, once
from support.kernels import ERAS, Notebook
from support.sessions import command, copy_of, fits
from support.simulating import watch
from support.workspaces import Workspace, src_project, write

BUDGET = 300
HEADER = "# Databricks notebook source\n"
VERIFY = (
    "import dbx_patch\nresult = dbx_patch.verify_editable_installs(verbose=False{})\n"
    "[result.to_dict()['reading'], [f.about for f in result.findings if f.code == 'notebook']]"
)


def make_large(folder: Path, installed: Environment) -> None:
    environment, workspace = copy_of(installed, folder / "env"), Workspace(folder).create()
    project = src_project(workspace.home / "proj", "acme")
    environment.install_editable(project)
    files = {f"src/acme/p{n // 40}/q{n % 8}/m{n}.py": "" for n in range(4037)}
    files.update({f"src/acme/p{n}/__init__.py": "" for n in range(101)})
    for name in ("explore", "p7/q3/01_load", "p9/Report of sales"):
        files[f"src/acme/{name}.py"] = HEADER
    write(project, files)
    watch(environment.python)


@pytest.fixture
def large(shared: Path, installed: Environment) -> Notebook:
    """A package of 4,040 files, three of which are notebooks; for tests that change nothing."""
    folder = once(shared / "large", lambda made: make_large(made, installed))
    return Notebook(Environment(folder / "env", installed.tools), Workspace(folder))


@pytest.mark.parametrize("era", ERAS)
def test_a_package_of_four_thousand_files(large: Notebook, era: str) -> None:
    warm = "import dbx_patch.diagnosis.verify"
    report = large.run(warm, VERIFY.format(""), runtime=era, count_ops=True)
    assert report.cells[1].ok and report.cells[1].workspace_ops is not None, report.cells[1].traceback
    reading, notebooks = report.cells[1].value
    assert report.cells[1].workspace_ops.total <= BUDGET, report.cells[1].workspace_ops
    home = large.workspace.home / "proj/src/acme"
    assert f"{home}/explore.py" in notebooks and f"{home}/p9/Report of sales.py" in notebooks
    assert not reading["complete"] and 50 < reading["files"] < BUDGET > reading["operations"]
    assert list(reading["left_out"]) == [str(home)]


def test_all_of_it_if_asked(large: Notebook) -> None:
    reading, notebooks = large.values(VERIFY.format(", read_all=True"))[0]
    assert reading["complete"] and reading["left_out"] == {} and reading["files"] > 4040 and len(notebooks) == 3


def test_the_text_says_what_was_left_out(large: Notebook) -> None:
    done = command(large.environment, "verify")
    text = " ".join(done.stdout.split())
    assert "Not all files were looked at." in text and "left out" in text and "dbx-patch verify --all" in text
    assert fits(done.stdout) and done.stderr == ""
    whole = command(large.environment, "verify", "--all", "--json")
    assert json.loads(whole.stdout)["reading"]["complete"] and whole.stderr == ""


def test_a_small_one_is_read_whole_and_nothing_is_said_of_it(environment: Environment, workspace: Workspace) -> None:
    environment.install_editable(src_project(workspace.home / "proj", "acme"))
    done = command(environment, "verify")
    assert "looked at" not in done.stdout and "--all" not in done.stdout


def test_a_flat_folder_of_a_thousand_modules(environment: Environment, workspace: Workspace) -> None:
    """A look at each name would be a thousand operations before a file is read."""
    root = write(workspace.home / "scripts", {f"step_{n}.py": "" for n in range(1000)})
    write(environment.site_packages, {"scripts.pth": f"{root}\n"})
    notebook = Notebook(environment, workspace)
    report = notebook.run("import dbx_patch.diagnosis.verify", VERIFY.format(""), count_ops=True)
    assert report.cells[1].ok and report.cells[1].workspace_ops is not None
    assert report.cells[1].workspace_ops.total <= BUDGET, report.cells[1].workspace_ops


def test_explain_of_a_name_in_it(large: Notebook) -> None:
    names = ["acme", "acme.p7.q3.m299", "acme.nothing", "no_such"]
    cells = [f"import dbx_patch; dbx_patch.explain({name!r}).works" for name in ["json", *names]]
    report = large.run(*cells, count_ops=True)
    assert [cell.value for cell in report.cells] == [True, True, True, False, False]
    spent = [cell.workspace_ops.total for cell in report.cells[1:] if cell.workspace_ops]
    assert len(spent) == len(names) and max(spent) <= 60, spent


SLOW = """
import dbx_patch, json, sys, time
from dbx_patch.diagnosis import reading
reading._SILENT_SECONDS = 0
sys.stderr.isatty = lambda: True
def slowly(path, read=reading.first_bytes):
    time.sleep(0.05)
    return read(path)
reading.first_bytes = slowly
print(json.dumps(dbx_patch.verify_editable_installs(verbose=False).to_dict()["reading"]))
"""


def test_progress_on_a_terminal(large: Notebook, tmp_path: Path) -> None:
    done = large.environment.run(SLOW, env=DATABRICKS)
    assert done.returncode == 0 and json.loads(done.stdout)["files"] > 50
    lines = [line.strip() for line in done.stderr.splitlines()]  # a carriage return arrives as a line's end
    assert any(line.startswith("verify: ") and line.endswith("files read") for line in lines)
    assert lines[-1] == ""  # it is wiped at last
    silent = large.environment.run(SLOW.replace("lambda: True", "lambda: False"), env=DATABRICKS)
    assert silent.stderr == ""
