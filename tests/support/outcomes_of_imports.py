"""What an import does and what `explain` says of it, name by name, each in a process of its own that was forked."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from support.generated_projects import Drawn
from support.simulating import simulate, simulate_executor

# Each import starts from the same state: what one loads, learns or puts back, the next does not see.
TRIED = """
import json, os, sys, warnings

def place_of(module):
    file = getattr(module, "__file__", None)
    if file:
        return os.path.realpath(file)
    folders = getattr(module, "__path__", None) or ()
    return sorted(os.path.realpath(folder) for folder in folders if os.path.isabs(folder))  # else made up

def tried(ask, name):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            try:
                outcome = [True, place_of(ask(name))]
            except BaseException as error:
                outcome = [False, type(error).__name__ + ": " + str(error)]
            os.write(writing, json.dumps(outcome).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        outcome = json.loads(stream.read() or b'[false, "died"]')
    os.waitpid(child, 0)
    return outcome

def statement(name):
    exec("import " + name)
    return sys.modules[name]

def outcomes(who, names):
    import library
    return {name: tried(statement if who == "a cell" else library.load, name) for name in names}
"""
SAYS = """
import dbx_patch, os
def said(name):
    found = dbx_patch.explain(name, verbose=False).to_dict()
    for one in found["importers"]:
        one["location"] = os.path.realpath(one["location"]) if one["location"] else ""
    return found
{name: said(name) for name in NAMES}
"""


def answers(drawn: Drawn) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return what `explain` says of each name, and what each importer gets: by name -> (worked, place or error)."""
    environment, workspace = drawn.environment, drawn.workspace
    common: dict[str, Any] = {
        "workspace": workspace.folder,
        "notebook": workspace.notebook,
        "python": environment.python,
        "env": {"PYTHONDONTWRITEBYTECODE": "1", **drawn.env},
        "runtime": drawn.runtime,
        "variant": drawn.variant,
    }
    cells = [*drawn.prepare, TRIED + f"NAMES = {drawn.names!r}", SAYS.strip()]
    cells += ["outcomes('a cell', NAMES)", "outcomes('a library', NAMES)", "import sys; list(sys.path)"]
    report = simulate(cells, **common)
    assert report.returncode == 0 and len(report.cells) == len(cells), report
    for cell in report.cells:
        assert cell.ok and cell.stdout == "", (cell.traceback, cell.stdout)
    said, in_cell, in_library, path = (cell.value for cell in report.cells[-4:])
    common["variant"] = replace(drawn.variant, refuse_notebooks=True)
    source = TRIED + "def run(names):\n    return outcomes('a cell', names)\n"
    done = simulate_executor("m:run", source=source, args=[drawn.names], driver_sys_path=path, **common)
    assert done.ok, (done.traceback, done.stderr)
    return said, {"a cell": in_cell, "a library": in_library, "an executor": done.value}


def differences(drawn: Drawn) -> list[str]:
    """Return a line for each name and importer of which `explain` says something else than what then happens."""
    said, real = answers(drawn)
    found = []
    for name in drawn.names:
        says = {one["who"]: one for one in said[name]["importers"]}
        for who, outcomes in real.items():
            worked, place = outcomes[name]
            told = says[who]
            if told["works"] != worked or (worked and not _is_at(told["location"], place)):
                found.append(f"{who}, {name}: really {worked} {place}; said {told}")
        if said[name]["works"] != real["a cell"][name][0]:
            found.append(f"{name}: works is {said[name]['works']}")
    return found


def _is_at(location: str, place: str | list[str]) -> bool:
    """Tell whether the place that was said is the module's file, or one of a namespace's folders."""
    if isinstance(place, str):
        return location == place
    if place and all("_editable_loader.py/" in folder for folder in place):
        # meson-python makes these paths up: where the files are, is what was asked
        return os.path.isdir(location) and location.endswith("/" + os.path.basename(place[0]).replace(".", "/"))
    return location in (place or [""])
