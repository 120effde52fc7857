"""`report` writes one file for an issue: it says what `status`, `verify` and `paths` say, and names nobody."""

from __future__ import annotations

import json
import platform
import shutil
from pathlib import Path
from typing import Any

import pytest

from dbx_patch.commands.anonymous import Anonymous
from support.environments import ROOT, Environment
from support.sessions import ON, command
from support.workspaces import Workspace, src_project

USER, CLIENT, PROJECT = "first.last@company.com", "secret client", "our Projekt"


@pytest.fixture
def place(environment: Environment, workspace: Workspace) -> Path:
    """Two editable projects of a user's, one of which is gone: so `verify` names its folder too."""
    home = workspace.folder / "Users" / USER / CLIENT
    for project, package in ((PROJECT, "acme"), ("gone away", "lost")):
        environment.install_editable(src_project(home / project, package))
    shutil.rmtree(home / "gone away")
    return home


def reported(environment: Environment, place: Path, *args: str) -> Any:
    run = f"import os, sys; os.chdir({str(place)!r}); from dbx_patch.commands.cli import main; sys.exit(main({args!r}))"
    names = {"LOGNAME": "jane.doe", "HOME": "/home/jane.doe", "DBX_PATCH_DISABLE": "jane.doe"}
    return environment.run(run, env={**ON, **names, "PYTHONPATH": str(place / "helpers")})


def names_nobody(text: str, tmp_path: Path) -> None:
    told = [USER, "first.last", "company.com", CLIENT, "secret", PROJECT, "Projekt", "gone away", "helpers", "jane.doe"]
    for name in [*told, platform.node(), *(part for part in tmp_path.parts[2:])]:
        assert name not in text and name.replace("@", "%40").replace(" ", "%20") not in text, name


def test_the_file_has_it_all_and_names_nobody(environment: Environment, place: Path, tmp_path: Path) -> None:
    done = reported(environment, place, "report")
    assert done.returncode == 0 and done.stderr == "" and str(place) in done.stdout.replace("\n", "")
    assert [file.name for file in place.iterdir() if file.is_file()] == ["dbx-patch-report.txt"]
    text = (place / "dbx-patch-report.txt").read_text("utf-8")
    names_nobody(text, tmp_path)
    assert "---- status ----" in text and "sys_path_init" in text and f"CPython {platform.python_version()}" in text
    assert "lost_project (project-gone)" in text and "1 error, 1 warning" in text, "what `verify` found"
    assert "/Workspace/Users/<user-" in text
    assert "DBX_PATCH_DISABLE=" not in text and "DBX_PATCH_DISABLE names <user-" in " ".join(text.split())
    assert reported(environment, place, "report").returncode == 0, "its own file is written anew"


def test_json_is_printed_and_names_nobody(environment: Environment, place: Path, tmp_path: Path) -> None:
    done = reported(environment, place, "report", "--json")
    assert done.returncode == 0 and done.stderr == "" and not list(place.glob("*.txt"))
    names_nobody(done.stdout, tmp_path)
    found = json.loads(done.stdout)
    assert found["schema"] == 1 and found["versions"]["Python"].startswith("CPython 3.")
    install = next(one for one in found["paths"]["installs"] if one["name"] == "acme_project")
    assert install["names"] == ["acme"] and install["project"] + "/src" in found["sys_path"]
    assert found["verify"]["status"] == "error" and found["status"]["patches"] and found["startup"]["armed"]


def test_what_lies_in_a_package_can_be_read(environment: Environment, place: Path) -> None:
    """Where a module is found is what a report is for."""
    notebook = place / PROJECT / "src/acme/explore.py"
    notebook.write_text("# Databricks notebook source\n")
    found = json.loads(reported(environment, place, "report", "--json").stdout)
    about = [one["about"] for one in found["verify"]["findings"] if one["code"] == "notebook"]
    assert len(about) == 1 and about[0].endswith(">/src/acme/explore.py")


def test_somebody_elses_file_is_left_alone(environment: Environment, place: Path) -> None:
    other = place / "dbx-patch-report.txt"
    other.write_text("mine\n")
    for args, named in (((), str(other)), (("--output", "no/such"), "no/such: No such file or directory")):
        done = reported(environment, place, "report", *args)
        assert done.returncode == 2 and named in done.stderr and "Traceback" not in done.stderr
    assert other.read_text() == "mine\n"


def test_names_in_sentences_are_replaced_too() -> None:
    """Of a path with blanks that nothing else names, its slashes show most; an address is one anywhere."""
    known = "/Workspace/Users/a.b@c.com/two words/src"
    names = Anonymous(["/Workspace/Users/a.b@c.com/two words/src/acme"], [known])
    assert names.text(f"{known}/acme/sub.py.") == "/Workspace/Users/<user-1>/<folder-1>/src/acme/sub.py."
    assert names.text(f"in {known}, by a.b@c.com") == "in /Workspace/Users/<user-1>/<folder-1>/src, by <user-1>"
    assert names.text("('/home/jane/my old thing/x.py', '/tmp')") == "('/home/<user-2>/<folder-2>/<folder-3>', '/tmp')"
    assert names.text("file:///Workspace/Users/a.b%40c.com/q") == "file:///Workspace/Users/<user-1>/<folder-4>"
    assert names.text("two words and/or import acme.sub") == "<folder-1> and/or import acme.sub"


def test_from_its_source_too(bare: Environment) -> None:
    done = command(bare, "report", "--json", PYTHONPATH=str(ROOT / "src"))
    assert json.loads(done.stdout)["startup"]["cause"] == "not_installed"
