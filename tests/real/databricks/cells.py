"""The probes that are run in each scenario: what users and libraries import, and what that has to give."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from real.databricks.worlds import ON_PATHS, PROJECTS, SOURCES

PACKAGES = tuple(PROJECTS)


@dataclass(frozen=True)
class Probe:
    """The code of a cell, which sets ``result``, and what that must be; {0} is an editable package.

    ``fresh``: a module that the user writes right before: in the ``package``, or ``beside`` it in the source folder.
    """

    code: str
    value: str
    fresh: str = ""

    def described(self, package: str, workspace: Path) -> dict[str, Any]:
        folder = workspace / SOURCES[package]
        places = {"": "", "package": str(folder / package), "beside": str(folder)}
        return {"code": self.code.format(package), "fresh": places[self.fresh]}


# What loads a function that refers to a module; isolated workers take the client's, which is in site-packages
UNPICKLER = "from pyspark.cloudpickle.cloudpickle import subimport"
# column of the table -> probe
EDITABLE = {
    "user code": Probe("import {0}; result = {0}.VALUE", "editable"),
    "user code: submodules": Probe("from {0}.deep import leaf; result = leaf.NAME", "{0}.deep.leaf"),
    "user code: lazily": Probe("import {0}.lazy; result = {0}.lazy.load()", "{0}.deep.leaf"),
    "user code: new submodule": Probe(
        "import importlib; result = importlib.import_module('{0}.' + FRESH).VALUE", "new", "package"
    ),
    "unpickled": Probe(f"{UNPICKLER}; result = subimport('{{0}}.sub').NAME", "{0}.sub"),
    "library": Probe("import library; result = library.by_statement('{0}').VALUE", "editable"),
    "library: submodules": Probe("import library; result = library.load('{0}.deep.leaf').NAME", "{0}.deep.leaf"),
    "library: lazily": Probe("import library; result = library.call(library.load('{0}.lazy').load)", "{0}.deep.leaf"),
    "library: new submodule": Probe("import library; result = library.load('{0}.' + FRESH).VALUE", "new", "package"),
}
# of packages on path entries: a module that is new beside the package
NEW = {
    "user code: new module": Probe("import importlib; result = importlib.import_module(FRESH).VALUE", "new", "beside"),
    "user code: new module, later": Probe(
        "import importlib, {0}; result = importlib.import_module(FRESH).VALUE", "new", "beside"
    ),
    "editable code for a library: new module": Probe(
        "import library; result = library.call(lambda: library.load('{0}.by_name').load(FRESH)).VALUE", "new", "beside"
    ),
}
# the same for whom it needs to go on working where it works without dbx-patch, and nowhere else
NEW_FOR_OTHERS = {
    "unpickled: new module": Probe(f"{UNPICKLER}; result = subimport(FRESH).VALUE", "new", "beside"),
    "library: new module": Probe("import library; result = library.load(FRESH).VALUE", "new", "beside"),
    "library: new module, later": Probe("import library, {0}; result = library.load(FRESH).VALUE", "new", "beside"),
}
BESIDE = {
    "beside: user code": "import beside; result = beside.VALUE",
    "beside: library": "import library; result = library.load('beside').VALUE",
    "beside: library's statement": "import library; result = library.by_statement('beside').VALUE",
}
# Before it is counted: user code has imported all that it can, so whatever that put on paths is there.
LATER = """
for name in {0}:
    try:
        __import__(name)
    except ImportError:
        pass
import library
count()
{1}
"""
MISSING = ("no_such_module", "no_such_package.part", "msvcrt", "acme_missing")
FOREIGN = {
    "a library misses": f"import library; result = library.miss(*{MISSING})",
    "a library imports a library": "import library; result = library.load('neighbour').VALUE",
    "a library imports of Python": "import library; result = library.load('colorsys').__name__",
    "user code imports a library": "import neighbour; result = neighbour.VALUE",
}
SPARED = {**FOREIGN, **{f"{name}, later": LATER.format(PACKAGES, code) for name, code in FOREIGN.items()}}
STATUS = """
import dbx_patch
status = dbx_patch.check_patch_status(verbose=False)
result = {"applied": [patch.module for patch in status.patches if patch.state == "applied"], "faults": status.faults}
"""
CALLED = """
import library, databricks_driver
for name in {0}:
    library.load(name)
result = sorted(databricks_driver.called)
"""


def described(workspace: Path, watched: tuple[str, ...], patched: bool) -> dict[str, dict[str, str]]:
    """Return a scenario's probes as a process takes them, by name; an editable package's has that in its name."""
    found = {f"{name}: {p}": probe.described(p, workspace) for name, probe in EDITABLE.items() for p in PACKAGES}
    new = {**NEW, **NEW_FOR_OTHERS}
    found.update({f"{name}: {p}": probe.described(p, workspace) for name, probe in new.items() for p in ON_PATHS})
    codes = {**BESIDE, **SPARED}
    if watched:
        codes["called"] = CALLED.format(watched)
    if patched:
        codes["status"] = STATUS
    found.update({name: {"code": code, "fresh": ""} for name, code in codes.items()})
    return found


def expected() -> dict[str, str]:
    """Return what probes of editable packages have to find."""
    return {f"{name}: {p}": probe.value.format(p) for name, probe in EDITABLE.items() for p in PACKAGES}


def expected_of_new() -> dict[str, str]:
    """Return what a user's probes of modules have to find that are new beside a package."""
    return {f"{name}: {p}": probe.value for name, probe in NEW.items() for p in ON_PATHS}
