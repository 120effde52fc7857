"""The situations of the matrix: the cells, and the function on an executor, in which a row's modules are imported.

A probe's value says what went wrong, "" nothing. A module counts if it holds what its source file does, and was
loaded from that. Before each probe the row's modules are forgotten, and ``sys.path`` loses what the runtime drops.
"""

from __future__ import annotations

import os
from typing import Any, Mapping

from compat.compat_site import Site
from compat.projects import Row
from support.kernels import Cell
from support.simulating import simulate, simulate_executor

SITUATIONS = {
    "cell": "from a cell, after path loss",
    "submodules": "submodules",
    "library": "from a library",
    "library submodules": "submodules",
    "new": "a new submodule",
    "library new": "the same, from a library",
    "autoreload": "autoreload",
    "executor": "on an executor, path not sent",
    "executor library": "the same, from a library",
}
ON_DRIVER = tuple(name for name in SITUATIONS if not name.startswith("executor"))
# What plain Python may not import either, off Databricks: these installs can list each file that there was. The last
# one's does in meson-python's older releases.
_LISTED = ("setuptools-strict", "meson-python", "meson-python-namespace")
MAY_BE_IMPOSSIBLE = {row: {"new", "library new"} for row in _LISTED}
OFF = {"DBX_PATCH_ENABLED": "0"}

HELPERS = """
import os, sys, time
LOST = {lost!r}

def lose(tops, kept):
    if LOST:
        sys.path[:] = [e for e in sys.path if "__editable__" not in e and (not e.startswith(LOST) or e == os.getcwd())]
    forget(tops, kept)

def forget(tops, kept):
    for name in list(sys.modules):
        if name.partition(".")[0] in tops and name not in kept:
            del sys.modules[name]

def by_statement(name):
    exec("import " + name)

def by_library(name):
    import library
    library.load(name)

def outcome(load, files):
    for name, file in files.items():
        try:
            load(name)
            module = sys.modules[name]
            value, found = module.VALUE, os.path.realpath(module.__file__)
        except BaseException as error:
            return type(error).__name__ + ": " + str(error)
        if (value, found) != (name, file):
            return "%s: %r from %s" % (name, value, found)
    return ""

def outcome_of_new(load, package, name, file):
    try:
        __import__(package)  # as if the notebook had worked with it for a while
    except ImportError:
        pass
    time.sleep(0.05)
    with open(file, "w") as stream:
        stream.write("VALUE = %r\\n" % name)
    try:
        load(package)
        return outcome(load, {{name: file}})
    except ImportError as error:
        return type(error).__name__ + ": " + str(error)
    finally:
        os.remove(file)

def autoreload(files, sibling):
    from dbruntime.autoreload import file_module_utils as utils
    for name in files:
        try:
            by_library(name)
        except ImportError:
            pass
    ours = [c for c in utils._AUTORELOAD_ALLOWLIST_CHECKS if c.__module__.startswith("dbx_patch")]
    checks = ours or utils._AUTORELOAD_ALLOWLIST_CHECKS
    spellings = [getattr(sys.modules.get(name), "__file__", file) for name, file in files.items()]
    for file in [*files.values(), *spellings]:
        if not any(check(file) for check in checks):
            return "no to " + file
    return "".join("yes to " + file for file in sibling if any(check(file) for check in ours))
"""
UDF = (
    HELPERS.replace("{lost!r}", "''").replace("{{", "{").replace("}}", "}")
    + """
def udf(rows):
    found = {}
    for row, (tops, kept, files) in rows.items():
        found[row] = {}
        for how, load in (("executor", by_statement), ("executor library", by_library)):
            forget(tops, kept)
            found[row][how] = outcome(load, files)
    return found
"""
)


def situations_of(row: Row) -> list[str]:
    """Return the situations that a row can be in: not every project has packages, or submodules in them."""
    absent = set() if row.package else {"new", "library new"}
    if len(row.tops) == len(row.modules):
        absent |= {"submodules", "library submodules"}
    return [name for name in SITUATIONS if name not in absent]


def sources(site: Site, row: Row, names: Any = None) -> dict[str, str]:
    """Module -> its source's real path; submodules first, so that each brings its own parents."""
    chosen = sorted(row.modules if names is None else names, key=lambda name: -name.count("."))
    return {name: os.path.realpath(site.source(row, name)) for name in chosen}


def _fresh(row: Row) -> tuple[list[str], list[str]]:
    return sorted({name.partition(".")[0] for name in row.modules}), list(row.made_at_start)


def lose(row: Row) -> str:
    """Return the line that forgets a row's modules and loses the paths."""
    tops, kept = _fresh(row)
    return f"lose({tops!r}, {kept!r})"


def probe(site: Site, row: Row, situation: str, tag: str = "") -> str:
    """Return a situation's expression; ``tag`` tells the new submodule's file from other kernels'."""
    load = "by_library" if situation.startswith("library") else "by_statement"
    if situation == "autoreload":
        sibling = [f"{site.project(row)}-sibling/{path}" for path in row.modules.values()]
        sibling += [str(site.environment.site_packages / "library.py"), f"{site.project(row)}-sibling.py"]
        return f"autoreload({sources(site, row)!r}, {sibling!r})"
    if situation.endswith("new"):
        name = f"new_{situation.partition(' ')[0]}_{tag}"
        file = os.path.realpath(site.source(row, row.package).parent) + f"/{name}.py"
        return f"outcome_of_new({load}, {row.package!r}, '{row.package}.{name}', {file!r})"
    return f"outcome({load}, {sources(site, row, None if situation.endswith('submodules') else row.tops)!r})"


def on_driver(site: Site, rows: list[Row], era: str, *, on: bool) -> dict[str, dict[str, str]]:
    """Run all situations of all rows in one kernel; row -> situation -> what went wrong."""
    order = ON_DRIVER if era == "modern" else ON_DRIVER[::-1]  # so that each is met before and after the others
    probes = [(row, situation) for row in rows for situation in order if situation in situations_of(row)]
    tag = f"{era}_{'on' if on else 'off'}"
    cells = [f"{lose(row)}\n{probe(site, row, situation, tag)}" for row, situation in probes]
    values = run_cells(site, cells, era, on=on)
    found: dict[str, dict[str, str]] = {row.id: {} for row in rows}
    for (row, situation), value in zip(probes, values):
        found[row.id][situation] = value
    return found


def run_cells(site: Site, cells: list[str], era: str, *, on: bool = True, **options: Any) -> list[Any]:
    """Run cells that use the helpers in a fresh kernel, and return their values. ``options``: further ones for it."""
    helpers = HELPERS.format(lost=str(site.workspace.folder) + "/")
    report = simulate(
        [Cell(helpers), *map(Cell, cells)],
        workspace=site.workspace.folder,
        notebook=site.workspace.notebook,
        python=site.environment.python,
        runtime=era,
        env=None if on else OFF,
        timeout=300,
        **options,
    )
    assert report.returncode == 0 and report.stderr == "" and len(report.cells) == len(cells) + 1, report
    lost = [entry for entry in report.start_sys_path if entry.startswith(str(site.workspace.home))]
    assert on or not lost, "the runtime itself drops the paths, and without dbx-patch nothing puts them back"
    for found in report.cells:
        assert found.ok and found.stdout == "", found.traceback or found.stdout
    return [found.value for found in report.cells[1:]]


def on_executor(site: Site, rows: list[Row], era: str, *, on: bool) -> dict[str, dict[str, str]]:
    """Call one function that imports each row's modules on an executor, to which the driver sends no path."""
    report = simulate_executor(
        "udf:udf",
        source=UDF,
        args=[{row.id: (*_fresh(row), sources(site, row)) for row in rows}],
        workspace=site.workspace.folder,
        notebook=site.workspace.notebook,
        python=site.environment.python,
        runtime=era,
        env=None if on else OFF,
        timeout=300,
    )
    assert report.ok and report.stderr == "" and report.stdout == "", report.traceback or report
    value: dict[str, dict[str, str]] = report.value
    return value


def in_plain_python(site: Site, rows: list[Row]) -> Mapping[str, Mapping[str, str]]:
    """Return what fails off Databricks, where nobody touches ``sys.path``: it need not work on Databricks."""
    known = [name for name in ON_DRIVER if name != "autoreload"]
    lines = [HELPERS.format(lost=""), "import json", "found = {}"]
    for row in rows:
        lines.append(f"found[{row.id!r}] = {{}}")
        for situation in (name for name in situations_of(row) if name in known):
            lines += [lose(row), f"found[{row.id!r}][{situation!r}] = {probe(site, row, situation, 'plain')}"]
    value = site.environment.value("\n".join([*lines, "print(json.dumps(found))"]), env=OFF)
    assert isinstance(value, dict)
    return value
