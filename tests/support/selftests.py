"""Running the self-test in a simulated notebook, and reading what it reports."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from support.kernels import Notebook
from support.workspaces import Workspace

RUN = "from dbx_patch.selftest.run import run_selftest; run_selftest({options}).to_dict()"
# What no process without Spark can try
ALWAYS_OUT = {"executors"}
PROMISES = (
    *("armed", "patches", "rebuilt-path", "cell", "between-cells", "lost-path", "library", "lazy", "hook", "threads"),
    *("new-submodule", "beside", "autoreload", "executors"),
)
PREFIX = "dbx_patch_selftest_"

# All that an import can leave in a process, in what JSON can hold; dbx-patch's own memory included.
STATE = """
import sys, site, signal, threading, dbx_patch, gc
def state():
    index = dbx_patch.hooks.sys_path.snapshot.known()
    rationed = dbx_patch.hooks.rationed
    return {
        "path": list(sys.path), "path object": id(sys.path), "modules": sorted(sys.modules),
        "meta_path": [id(f) for f in sys.meta_path], "path_hooks": [id(h) for h in sys.path_hooks],
        "cache": {e: type(f).__name__ for e, f in sys.path_importer_cache.items()},
        "prefixes": list(site.PREFIXES), "bytecode": sys.dont_write_bytecode,
        "handler": repr(signal.getsignal(signal.SIGINT)), "threads": threading.active_count(),
        "index": [index.site_folders, index.path_entries, sorted(index.providers)],
        "names": sorted(dbx_patch.hooks.names), "watched": sorted(dbx_patch.hooks.watched),
        "served": sorted(dbx_patch.hooks.fallback.served), "ours": sorted(rationed.ours.values()),
        "faults": dbx_patch.hooks.faults, "judged": rationed._judged[2],
        "finders": sorted(dbx_patch.hooks.answers._finders),
        "entries": sorted(e for e, *_ in sys.modules["dbx_patch.patches.wsfs_import_hook_patch"]._entries.values()),
    }
"""
COMPARED = "[[name, value, before[name]] for name, value in state().items() if value != before[name]]"


def own_workspace(notebook: Notebook, folder: Path) -> Notebook:
    """A shared environment's notebook in a workspace of its own, in which nobody else runs a self-test."""
    (folder / "temporary").mkdir()
    return Notebook(notebook.environment, Workspace(folder).create())


def report_of(notebook: Notebook, *before: str, options: str = "", **settings: Any) -> dict[str, Any]:
    """What a notebook's self-test reports, in the cell after ``before``; it prints nothing and leaves no file."""
    top = notebook.workspace.folder.parent
    files = files_in(top)
    env = {"TMPDIR": str(top / "temporary"), "PYTHONDONTWRITEBYTECODE": None, **settings.pop("env", {})}
    [*_, report] = notebook.values(*before, RUN.format(options=options), env=env, **settings)
    assert files_in(top) == files
    assert report["left"] == [] and tuple(p["name"] for p in report["promises"]) == PROMISES
    return dict(report)


def by_verdict(report: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Verdict -> promise -> reason."""
    found: dict[str, dict[str, str]] = {"holds": {}, "fails": {}, "not tried": {}}
    for promise in report["promises"]:
        found[promise["verdict"]][promise["name"]] = promise["reason"]
    return found


def files_in(folder: Path) -> set[str]:
    """All files and folders below ``folder``; bytecode aside, but for a self-test's own."""
    found = (os.path.join(at, name) for at, folders, files in os.walk(folder) for name in [*folders, *files])
    return {path for path in found if "__pycache__" not in path or PREFIX in path}


def leftovers(own: Notebook) -> list[str]:
    top = own.workspace.folder.parent
    folders = (own.workspace.folder, top / "temporary")
    return sorted(path for folder in folders for path in files_in(folder) if os.path.basename(path).startswith(PREFIX))
