"""Start-up, look-ups and checks cost no more modules, calls and file operations than they did."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from support.environments import DATABRICKS, ROOT, Environment
from support.kernels import ERAS, Furnish, Notebook
from support.workspaces import package, write

# fileops.py counts every file operation of a process, those of the import system included.
COUNTING = {**DATABRICKS, "PYTHONPATH": str(ROOT / "tests/benchmarks/probes")}
FEW, MANY = 2, 40

CHECK = """
import json, sys, fileops
from dbx_patch.index import snapshot
from dbx_patch.patches.autoreload_hook_patch import is_editable_file
root = snapshot.current().path_entries[0]
fileops.install()
calls = []
def profile(frame, event, argument):
    calls.append(event)
files = [root + "/acme_0/__init__.py", json.__file__, "/root/.ipykernel/1/command-2", "relative.py", root + "/../x.py"]
modules = set(sys.modules)
answers = [is_editable_file(file) for file in files]
sys.setprofile(profile)
again = [is_editable_file(file) for file in files]
sys.setprofile(None)
more = sorted(set(sys.modules) - modules)
print(json.dumps([answers, again == answers, sum(fileops.counts.values()), len(calls), more]))
"""
LOOK_UPS = """
import json, sys, fileops
from importlib.machinery import PathFinder
from dbx_patch.index import snapshot
from dbx_patch import hooks
from dbx_patch.hooks import rationed
hooks.FALLBACK.find_spec("missing_before")
fileops.install()
def cost(function, *arguments):
    calls = []
    def profile(frame, event, argument):
        if event == "call" and frame.f_globals.get("__name__") != "fileops":
            calls.append(frame.f_code.co_name)
    before = dict(fileops.counts)
    sys.setprofile(profile)
    function(*arguments)
    sys.setprofile(None)
    return [len(calls), fileops.since(before)]
front = cost(hooks.TRIGGER.find_spec, "surely_missing", None, None)
miss = cost(hooks.FALLBACK.find_spec, "surely_missing", None, None)
PathFinder.find_spec("surely_missing")
theirs = cost(PathFinder.find_spec, "surely_missing")[1]["stat"]
rationed.unration()
sys.path_importer_cache.clear()
PathFinder.find_spec("surely_missing")
plain = cost(PathFinder.find_spec, "surely_missing")[1]["stat"]
class Refusing:
    find_spec = staticmethod(lambda name, target=None: None)
index = snapshot.current()
sys.path_importer_cache[index.path_entries[0]] = Refusing
assert hooks.FALLBACK.find_spec("acme_0", None, None) is not None
hit = cost(hooks.FALLBACK.find_spec, "acme_0", None, None)
print(json.dumps([front, miss, hit, len(index.site_folders), len(index.path_entries), theirs, plain]))
"""
ASKING = """
import importlib, json, os
from dbx_patch.index import snapshot
from dbx_patch.hooks import callers
space = {"ask": callers.is_user_import, "index": snapshot.current()}
statement = "ask(index, 'nt') or (index is None and nt)"  # names it, as an import statement does
def asked(*filenames, call=statement):
    for filename in filenames:
        exec(compile(f"found = (lambda: {call})()", filename, "exec"), space)
        call = "found" if filename is filenames[-1] else f"eval(compile({call!r}, {filename!r}, 'eval'))"
    return space["found"]
cell = "/env/lib/python3/site-packages/IPython/core/interactiveshell.py"
print(json.dumps([asked(os.__file__), asked("<frozen os>"), asked("/a/script.py"),
    asked(importlib.__file__, "/a/script.py"), asked(os.__file__, cell), asked(os.__file__, call="ask(index, 'nt')")]))
"""
MISSES = """
import sys
before = set(sys.modules)
try:
    import surely_missing
except ImportError:
    pass
print(sorted(name for name in set(sys.modules) - before if not name.startswith("dbx_patch.")))
"""
START = "import sys; print([name for name in sys.modules if 'dbx_patch' in name])"
LIBRARY = """
def misses(count):
    for number in range(count):
        try:
            __import__("optional_%d" % number)
        except ImportError:
            pass

misses(10)
from optional_library import inner
"""


def with_installs(environment: Environment, folder: Path, count: int, root: str = "Workspace") -> Environment:
    """Put so many path lines into the site folder, each with a package of its own."""
    for number in range(count):
        source = write(folder / f"{root}/Users/me@corp.com/project {number}/src", package(f"acme_{number}"))
        write(environment.site_packages, {f"acme_{number:03}.pth": str(source)})
    # What changed within the clock's tick is read again: not what is counted here.
    os.utime(environment.site_packages, (1_700_000_000 + count,) * 2)
    return environment


@pytest.mark.core
def test_a_start_loads_exactly_these_modules(environment: Environment) -> None:
    assert environment.run(START).stdout == "['_dbx_patch_bootstrap']\n"
    armed = "['_dbx_patch_bootstrap', 'dbx_patch', 'dbx_patch.hooks']\n"
    assert environment.run(START, env=DATABRICKS).stdout == armed


@pytest.mark.core
def test_a_miss_loads_no_module_of_anybody_elses(environment: Environment) -> None:
    assert environment.run(MISSES, env=DATABRICKS).stdout in ("[]\n", "['types']\n")  # which imports nothing itself


@pytest.mark.core
def test_the_autoreload_check_asks_the_disk_nothing(environment: Environment, tmp_path: Path) -> None:
    calls = []
    for count in (FEW, MANY):
        with_installs(environment, tmp_path, count)
        answers, same, operations, called, modules = environment.value(CHECK, env=COUNTING)  # type: ignore[misc]
        assert answers == [True, False, False, False, False] and same
        assert (operations, modules) == (0, [])
        calls.append(called)
    assert calls[0] == calls[1]


@pytest.mark.core
def test_a_look_up_costs_the_same_for_any_number_of_installs(environment: Environment, tmp_path: Path) -> None:
    found = []
    for count in (FEW, MANY):
        with_installs(environment, tmp_path, count, "projects")
        front, miss, hit, folders, roots, _, _ = environment.value(LOOK_UPS, env=COUNTING)  # type: ignore[misc]
        assert roots == count
        assert front == [1, {"stat": 0, "listdir": 0, "open": 0}], "one call, and no look at the disk"
        assert miss[1] == {"stat": folders, "listdir": 0, "open": 0}
        found.append([miss[0], hit])
    assert found[0] == found[1] and found[0][0] < 40 and found[0][1][0] < 120, found


@pytest.mark.core
def test_a_miss_of_user_codes_looks_once_into_each_source_folder_in_the_workspace(
    environment: Environment, tmp_path: Path
) -> None:
    """That is where a new module would be; as often as plain Python looks there."""
    for count in (FEW, MANY):
        with_installs(environment, tmp_path, count)
        _, miss, _, folders, roots, theirs, plain = environment.value(LOOK_UPS, env=COUNTING)  # type: ignore[misc]
        assert roots == count and theirs == plain >= roots + folders
        assert miss[1] == {"stat": folders, "listdir": 0, "open": 0}, "PathFinder has been there"


@pytest.mark.core
def test_what_pythons_own_modules_try_is_not_looked_for_in_the_workspace(environment: Environment) -> None:
    """`nt` and the like, when no cell runs; what is neither a library's nor Python's own is user code."""
    assert environment.value(ASKING, env=DATABRICKS) == [False, False, True, True, True, True]


@pytest.fixture(scope="module")
def furnish() -> Furnish:
    def add(made: Notebook) -> None:
        files = {"optional_library/__init__.py": LIBRARY}
        files["optional_library/inner.py"] = "try:\n    import another_optional\nexcept ImportError:\n    pass\n"
        write(made.environment.site_packages, files)
        # bytecode, so that no test's kernel changes a folder whose operations another one counts
        made.values("import acme_src.sub, acme_src.lazy, acme_src.deep.leaf", env={"PYTHONDONTWRITEBYTECODE": None})

    return add


def operations(notebook: Notebook, era: str, *cells: str, **options: Any) -> list[list[list[str]]]:
    report = notebook.run(*cells, runtime=era, count_ops=True, **options)
    assert all(cell.ok for cell in report.cells), report
    return [cell.workspace_ops.paths for cell in report.cells if cell.workspace_ops is not None]


@pytest.mark.parametrize("era", ERAS)
def test_libraries_reach_the_workspace_no_more_often_than_without(notebook: Notebook, era: str) -> None:
    cells = (
        "import optional_library",
        "optional_library.misses(30)",
        "import json.tool",
        "optional_library.misses(30)",
    )
    without = operations(notebook, era, *cells, env={"DBX_PATCH_ENABLED": "0"})
    assert operations(notebook, era, *cells) == without
    assert without[1] == without[3] == []
    late = "import acme_src.sub, acme_flat"
    assert operations(notebook, era, late, *cells)[2::2] == [[], []], "nor once editables are in use"


@pytest.mark.parametrize("era", ERAS)
def test_an_editable_costs_no_more_than_its_folder_on_sys_path(notebook: Notebook, era: str) -> None:
    source = str(notebook.workspace.home / "proj/src")
    bare = {"DBX_PATCH_ENABLED": "0", "PYTHONDONTWRITEBYTECODE": None}
    cells = (
        "import acme_src.sub, acme_src.lazy",
        "import acme_src.deep.leaf",
        "try: import missing\nexcept ImportError: 0",
    )
    notebook.run(cells[0], cells[1], runtime=era, env={"PYTHONDONTWRITEBYTECODE": None})  # leaves the bytecode
    append = f"import sys; sys.path.append({source!r})\n"
    today = operations(notebook, era, append + cells[0], append + cells[1], append + cells[2], env=bare)
    ours = operations(notebook, era, *cells, env={"PYTHONDONTWRITEBYTECODE": None})
    counts = json.dumps([[len(found) for found in way] for way in (ours, today)])
    assert all(len(mine) <= len(theirs) for mine, theirs in zip(ours, today)), counts
