"""What a process does while a fault is injected: its start, the runtime's, then cells. Plain data and plain code.

A cell's outcome is its last expression's value, or its error. Each phase starts where the one before it ended.
"""

from __future__ import annotations

from typing import Dict, List

LINE = "import _dbx_patch_bootstrap; _dbx_patch_bootstrap.init()"
PURGE = "import sys; [sys.modules.pop(m) for m in list(sys.modules) if m.startswith('acme_')] and None; "
NEW_PTH = "open(SITE + '/_editable_impl_acme_new.pth', 'w').write(HOME + '/later/src\\n') and None; "
NEW_FINDER = (
    "open(SITE + '/__editable___acme_late_finder.py', 'w').write("
    '\'\\nMAPPING: dict[str, str] = {"acme_late": "\' + HOME + \'/late/acme_late"}\\nNAMESPACES: dict = {}\\n'
    "def install(): pass\\n') and "
    "open(SITE + '/__editable__.acme_late.pth', 'w').write("
    "'import __editable___acme_late_finder; __editable___acme_late_finder.install()\\n') and None; "
)
GONE = (
    "import os; [os.remove(SITE + '/' + f) for f in os.listdir(SITE) if 'acme_new' in f or 'acme_late' in f] and None; "
)

# phase -> cells
PHASES: Dict[str, List[str]] = {
    "start-up": [f"exec({LINE!r}); 1", f"exec({LINE!r}); 2"],
    "runtime": [
        "import sys_path_init; sys_path_init.patch_sys_path_with_developer_paths()",
        "from dbruntime import kernel_setup; KERNEL.append(kernel_setup.start(NOTEBOOKS)); 1",
    ],
    "cell": [
        "import acme_src.sub; acme_src.sub.NAME",
        "import acme_flat.deep.leaf as leaf; leaf.NAME",
        "import acme_src.lazy, library; library.call(acme_src.lazy.load)",
    ],
    "library": [
        "import library; library.load('acme_src.deep.leaf')",
        "library.load('acme_flat.sub')",
        "library.load('acme_space.half')",
    ],
    "ordinary": [
        "import beside; beside.VALUE",
        "import library; library.load('beside2')",
        "import no_such_module",
        "import colorsys; colorsys.__name__",
        "import acme_src.nothing",
        "import acme_src.broken",
        "import acme_src.a_notebook",
        "from acme_src import nowhere",
    ],
    "after the cell": [
        "KERNEL[0].after_cell()",
        "KERNEL[0].notebook_changed(HOME); import acme_src.deep; acme_src.deep.__name__",
        "sum('/proj/src' in entry for entry in sys.path)",
    ],
    "lost": [
        PURGE + "sys.path[:] = [e for e in sys.path if 'proj/src' not in e]; sys.path_importer_cache.clear()",
        "import acme_src.deep.leaf as leaf; leaf.NAME",
        "import library; library.load('acme_src.sub')",
        "import importlib; importlib.invalidate_caches()",
    ],
    "installed": [
        NEW_PTH + "import acme_new; acme_new.VALUE",
        NEW_FINDER + "import library; library.load('acme_late.sub')",
        PURGE + GONE + "import acme_new",
        "import acme_late",
        "import acme_src; acme_src.VALUE",
    ],
    "every shape": [
        f"import {name}.sub; {name}.sub.NAME" for name in ("acme_c", "acme_d", "acme_g", "acme_h", "acme_p")
    ]
    + ["import acme_i; acme_i.VALUE", "import acme_e.sub; acme_e.sub.NAME", "import acme_n.part; acme_n.part.__name__"],
    "reading anew": [
        "import os; os.utime(SITE); import acme_nothing_at_all",
        "from dbruntime.autoreload import file_module_utils as f; f.is_file_in_allowlist(SITE + '/library.py')",
        "import pkgutil, acme_flat; sorted(m.name for m in pkgutil.walk_packages(acme_flat.__path__))",
    ],
    "executor": [
        "from pyspark.wsfs_import_hook import WsfsImportHook as hook; 1",
        "sys.path_importer_cache[HOME + '/proj/src'] = hook(HOME + '/proj/src', test_prefix=PREFIX); 1",
        PURGE + "import library; library.load('acme_src.sub')",
        "library.load('acme_flat.deep')",
    ],
    "reloaded": [
        "import importlib, sys_path_init as s; importlib.reload(s); s.patch_sys_path_with_developer_paths()",
        "from dbruntime.autoreload import file_module_utils as f; importlib.reload(f); 1",
        PURGE + "import library; library.load('acme_src.sub')",
    ],
    "removed": [
        "import dbx_patch; dbx_patch.remove_all_patches(verbose=False) and 1",
        PURGE + "import colorsys, beside; beside.VALUE",
        "import no_such_module",
    ],
}
# What must be as it was after a fault that is over.
AFTERMATH = [
    PURGE + "import acme_src.sub; acme_src.sub.NAME",
    "import library; library.load('acme_src.deep.leaf')",
    "library.load('acme_flat.deep.leaf')",
    "import no_such_module",
    "import acme_src.broken",
    "import beside, colorsys; beside.VALUE",
]
# Where a fault can leave no kernel to go on with: an interrupted start is no start.
STARTS = ("start-up", "runtime")
STATUS = """
import sys, _dbx_patch_bootstrap as b
faults = [repr(b.fault)] if b.fault else []
if "dbx_patch.hooks" in sys.modules:
    faults += [repr(f) for f in sys.modules["dbx_patch.hooks"].faults]
if "dbx_patch.hooks.applied" in sys.modules:
    faults += [repr(r) for r in sys.modules["dbx_patch.hooks.applied"]._remarks.items() if r[1][0] == "failed"]
if ASK:
    import dbx_patch
    told = dbx_patch.check_patch_status(verbose=False)
    faults = faults if told.faults or not faults else ["status does not tell"]
faults
"""
