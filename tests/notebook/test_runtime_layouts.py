"""Imports work on runtimes that do the same things in another order or another way."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbx_patch.simulator import materialise
from support.kernels import ERAS, NEEDS_PATCH, PURGE, VALUES, Furnish, Notebook
from support.workspaces import write

LAUNCHER = "python_shell/scripts/db_ipykernel_launcher.py"
REBUILD = "    sys_path_init.patch_sys_path_with_developer_paths()\n"
BOUND_EARLY = """        self._path_hook = path_hook
        original = type(path_hook)._handle_sys_path_maybe_updated
        self._bound = getattr(original, '__wrapped__', original).__get__(path_hook)
"""
FIRST = """    from importlib.machinery import PathFinder
    sys.meta_path.insert(0, type('First', (PathFinder,), {}))
"""
# what -> [(file, text in it, text instead)]
LAYOUTS: dict[str, list[tuple[str, str, str]]] = {
    "sys.path is rebuilt after the hooks went in": [
        (LAUNCHER, REBUILD, ""),
        (LAUNCHER, "    import simulated_kernel\n", REBUILD + "    import simulated_kernel\n"),
    ],
    "sys.path is rebuilt by the module's body": [
        (LAUNCHER, REBUILD, ""),
        (
            "python_shell/sys_path_init.py",
            "    sys.path = wanted\n",
            "    sys.path = wanted\n\n\npatch_sys_path_with_developer_paths()\n",
        ),
    ],
    "no cached finder is forgotten": [
        ("python_shell/dbruntime/kernel_setup.py", "            del sys.path_importer_cache[entry]", "            pass")
    ],
    "every cached finder is forgotten, again after each cell": [
        (
            "python_shell/dbruntime/pythonPathHook.py",
            "        wanted = self._wanted()\n",
            "        sys.path_importer_cache.clear()\n        wanted = self._wanted()\n",
        )
    ],
    "a method that was bound before it could be patched": [
        (
            "python_shell/dbruntime/kernel_setup.py",
            "        self._path_hook._handle_sys_path_maybe_updated()",
            "        self._bound()",
        ),
        (
            "python_shell/dbruntime/kernel_setup.py",
            "        self._path_hook = path_hook\n",
            BOUND_EARLY,
        ),
    ],
    "a finder that answers for all is put first": [
        (
            LAUNCHER,
            "    from dbruntime import kernel_setup\n",
            FIRST + "    from dbruntime import kernel_setup\n",
        )
    ],
    "hooks that make their inner finder when it is needed": [],  # see HOOKS
}
NOT_LOADED = {
    "legacy": {"workspace_import_machinery", "executor_wsfs_import_hook"},
    "modern": {"wsfs_import_hook", "executor_wsfs_import_hook"},
}
HOOKS = {
    "legacy": ("python_shell/dbruntime/wsfs_import_hook.py", "__finder", "__ask_other_hooks"),
    "modern": ("python_shell/dbruntime/workspace_import_machinery.py", "_finder", "_ask_other_hooks"),
}
BIG = {
    "big/__init__.py": "".join(f"from big import part{n}\n" for n in range(20)),
    **{f"big/part{n}.py": f"try:\n    import optional_{n}\nexcept ImportError:\n    pass\n" for n in range(20)},
}


def runtime_with(folder: Path, era: str, layout: str) -> Path:
    """A materialised runtime with a layout's changes in it, each of which must find its place."""
    shell = materialise(folder, era)
    changes = LAYOUTS[layout]
    if not changes:
        file, finder, ask = HOOKS[era]
        changes = [
            (file, f"self.{finder} = self.{ask}(path)", "self._place = path"),
            (file, f"= self.{finder}.find_spec(", f"= self.{ask}(self._place).find_spec("),
        ]
    for name, old, new in changes:
        path = shell.parent / name
        text = path.read_text()
        assert text.count(old) == 1, (name, old)
        path.write_text(text.replace(old, new))
    return shell


@pytest.fixture(scope="module")
def furnish() -> Furnish:
    return lambda made: write(made.environment.site_packages, BIG)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("era", ERAS)
def test_imports_work_whatever_the_layout(notebook: Notebook, era: str, layout: str, tmp_path: Path) -> None:
    options = {"runtime": era, "runtime_dir": runtime_with(tmp_path, era, layout), "count_ops": True}
    cells = [PURGE + cell for cell in NEEDS_PATCH.values()]
    assert notebook.values(*cells, "import beside; beside.VALUE", **options) == [*VALUES, "beside the notebook"]
    states = "import dbx_patch; {p.name: p.state for p in dbx_patch.check_patch_status(verbose=False).patches}"
    found = notebook.values(PURGE + NEEDS_PATCH["library"], states, **options)[1]
    assert {name for name, state in found.items() if state != "applied"} == NOT_LOADED[era]
    with_it = notebook.run("import big", **options).cells[0].workspace_ops
    without = notebook.run("import big", env={"DBX_PATCH_ENABLED": "0"}, **options).cells[0].workspace_ops
    assert with_it and without and with_it.total == without.total, with_it.paths
