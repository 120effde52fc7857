"""Patches can be applied late, removed, applied again, reloaded, left out one by one, or all switched off."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from support.kernels import NEEDS_PATCH, PURGE, VALUES, Cell, Notebook, renamed_runtime


@pytest.mark.parametrize("wrapped", [False, True])
def test_autoreload_knows_editable_files_and_no_others(notebook: Notebook, era: str, wrapped: bool) -> None:
    home, site = str(notebook.workspace.home), str(notebook.environment.site_packages)
    outside = "/srv/elsewhere"
    cell = f"""
import acme_src, builtins, sys
from dbruntime.autoreload import file_module_utils as utils
checks = [c for c in utils._AUTORELOAD_ALLOWLIST_CHECKS if c.__module__.startswith("dbx_patch")]
assert len(checks) == 1
check = checks[0]
if {wrapped}:
    real = builtins.__import__
    def wrapper(name, *args, **kwargs):
        check({home!r} + "/proj/src/acme_src/sub.py")
        return real(name, *args, **kwargs)
    builtins.__import__ = wrapper
    import json.tool
before = set(sys.modules)
answers = [check(f) for f in (
    {home!r} + "/proj/src/acme_src/__init__.py", {home!r} + "/flat/acme_flat/deep/leaf.py",
    {home!r} + "/proj-other/other/sub.py", {home!r} + "/proj/src2/second/sub.py", {home!r} + "/proj/setup.py",
    {site!r} + "/library.py", "", {home!r} + "/proj/src/../setup.py", {outside!r})]
assert set(sys.modules) == before
answers
"""
    assert notebook.values(cell, runtime=era) == [[True, True, *[False] * 7]]


def test_status_names_what_an_unknown_runtime_lacks(notebook: Notebook, era: str, tmp_path: Path) -> None:
    cell = (
        "import dbx_patch; {p.name: [p.state, p.reason] for p in dbx_patch.check_patch_status(verbose=False).patches}"
    )
    states = notebook.values("import acme_src", cell, runtime=era, runtime_dir=renamed_runtime(era))[1]
    hook = {"legacy": "wsfs_import_hook", "modern": "workspace_import_machinery"}[era]
    expected = {
        "sys_path_init": "patch_sys_path_with_developer_paths",
        hook: {"legacy": "WsfsImportHook", "modern": "_WorkspacePathEntryFinder"}[era],
        "python_path_hook": "_handle_sys_path_maybe_updated",
        "autoreload": "register_autoreload_allowlist_check",
    }
    for patch, missing in expected.items():
        state, reason = states[patch]
        assert state == "not_applicable" and reason.endswith(" has no " + missing)


LATE = {"DBX_PATCH_ENABLED": "0"}  # as if no .pth had run: the variable is taken away in a cell

ARM = (
    "import os; del os.environ['DBX_PATCH_ENABLED']; import dbx_patch; dbx_patch.apply_all_patches(verbose=False) and 1"
)


@pytest.mark.core
def test_applied_late_from_a_cell_it_does_the_same(notebook: Notebook, era: str) -> None:
    elsewhere = str(notebook.workspace.folder / "Users/first.last@company.com/elsewhere/notebook")
    cells = [Cell(PURGE + cell, elsewhere) for cell in NEEDS_PATCH.values()]
    assert notebook.values(ARM, *cells, runtime=era, env=LATE)[1:] == VALUES


OURS = """
import sys, types
def is_ours(value):
    return str(getattr(value, "__module__", "")).startswith("dbx_patch")
def ours():
    found = []
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in ("dbruntime", "sys_path_init", "pyspark"):
            for owner in [module, *[v for v in vars(module).values() if isinstance(v, type)]]:
                for key, value in vars(owner).items():
                    value = getattr(value, "__func__", value)
                    if is_ours(value):
                        found.append(f"{name}.{key}")
                    if isinstance(value, list):
                        found += [f"{name}.{key}[]" for v in value if is_ours(v)]
    finders = [type(f).__name__ for f in sys.meta_path if type(f).__module__.startswith("dbx_patch")]
    return sorted(set(found)), finders
"""


@pytest.mark.core
def test_removing_applying_and_reloading(notebook: Notebook, era: str) -> None:
    hook = {"legacy": "dbruntime.wsfs_import_hook", "modern": "dbruntime.workspace_import_machinery"}[era]
    first, twice, removed, again, reloaded, removed_again = notebook.values(
        OURS + "import dbx_patch; ours()",
        "dbx_patch.apply_all_patches(verbose=False); ours()",
        "dbx_patch.remove_all_patches(verbose=False); ours()",
        "dbx_patch.apply_all_patches(verbose=False); ours()",
        f"import importlib\nfor name in ({hook!r}, 'dbruntime.pythonPathHook', 'sys_path_init',"
        " 'dbruntime.autoreload.file_module_utils'):\n    importlib.reload(sys.modules[name])\nours()",
        "dbx_patch.remove_all_patches(verbose=False); ours()",
        runtime=era,
    )
    assert first[1] == ["ImportTrigger", "EditableFallback"] and len(first[0]) >= 4
    assert first == twice == again == reloaded
    assert removed == removed_again == [[], []]


def test_a_reloaded_module_is_wrapped_once(notebook: Notebook, era: str) -> None:
    cell = """
import importlib, sys
import sys_path_init
for _ in range(3):
    importlib.reload(sys_path_init)
function = sys_path_init.patch_sys_path_with_developer_paths
depth = 0
while hasattr(function, "__wrapped__"):
    function, depth = function.__wrapped__, depth + 1
depth, type(sys_path_init.__loader__).__name__, type(sys_path_init.__spec__.loader).__name__
"""
    assert notebook.values(cell, runtime=era) == [[1, "SourceFileLoader", "SourceFileLoader"]]


@pytest.mark.core
def test_switched_off_nothing_is_touched(notebook: Notebook, era: str) -> None:
    cell = OURS + "import dbx_patch; dbx_patch.apply_all_patches(verbose=False); ours()"
    for value in ("0", "false", "No", "OFF"):
        assert notebook.values(cell, runtime=era, env={"DBX_PATCH_ENABLED": value}) == [[[], []]]


@pytest.mark.parametrize("patch", ["sys_path_init", "python_path_hook", "autoreload", "fallback"])
def test_one_patch_left_out(notebook: Notebook, era: str, patch: str) -> None:
    cell = OURS + "import acme_src; ours()"
    all_of_it = notebook.values(cell, runtime=era)[0]
    less = notebook.values(cell, runtime=era, env={"DBX_PATCH_DISABLE": f" {patch} ,nonsense"})[0]
    missing = {name.rpartition(".")[2] for name in set(itertools.chain(*all_of_it)) - set(itertools.chain(*less))}
    assert (
        missing
        == {
            "sys_path_init": {"patch_sys_path_with_developer_paths"},
            "python_path_hook": {"_handle_sys_path_maybe_updated"},
            "autoreload": {"_AUTORELOAD_ALLOWLIST_CHECKS[]"},
            "fallback": {"EditableFallback"},
        }[patch]
    )
    assert set(itertools.chain(*less)) < set(itertools.chain(*all_of_it))
