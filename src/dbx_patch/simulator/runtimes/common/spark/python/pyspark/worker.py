"""A Python worker: sets up the function's paths, unpickles the function, runs it (RUNTIME.md, "Executors" [seen])."""

from __future__ import annotations

import base64
import importlib
import json
import os
import pickle
import sys
import traceback
from types import ModuleType
from typing import Any, Dict, List

NOTEBOOK_DIR_PLACEHOLDER = "/WSFS_NOTEBOOK_DIR"


def add_path(path: str) -> None:
    """Append to ``sys.path`` what is not there yet."""
    if path not in sys.path:
        sys.path.append(path)


def _use_notebook_dir(notebook_path: str, prefix: str) -> List[str]:
    """In a Git folder the placeholder gives way to two folders, unguarded; else one comes last, guarded."""
    from pyspark.wsfs_import_hook import WsfsImportHook

    notebook_dir = prefix + os.path.dirname(notebook_path)
    repository = os.environ.get("PYTHON_REPO_PATH")
    added = [notebook_dir, prefix + repository] if repository else [notebook_dir]
    slot = sys.path.index(NOTEBOOK_DIR_PLACEHOLDER) if NOTEBOOK_DIR_PLACEHOLDER in sys.path else len(sys.path)
    if repository:
        sys.path[slot:slot] = added
    else:
        add_path(notebook_dir)
        sys.path_importer_cache[notebook_dir] = WsfsImportHook(path=notebook_dir, test_prefix=prefix)
    try:
        os.chdir(notebook_dir)
    except OSError:
        print(f"cannot change to {notebook_dir}", file=sys.stderr)
    return added


def setup_spark_files(forwarded: List[str], refuse_notebooks: bool = False) -> None:
    """Leave of the workspace only the notebook's folders, then take what the driver had on its ``sys.path``."""
    notebook_path = os.environ.get("PYTHON_NOTEBOOK_PATH")
    if notebook_path:
        prefix = os.environ.get("WSFS_TEST_DIR", "")
        workspace = prefix + "/Workspace"
        own = _use_notebook_dir(notebook_path, prefix)
        sys.path[:] = [
            e
            for e in sys.path
            if e in own or not (e in (NOTEBOOK_DIR_PLACEHOLDER, workspace) or e.startswith(workspace + "/"))
        ]
    importlib.invalidate_caches()
    for path in forwarded:
        add_path(path)
    if refuse_notebooks:
        from pyspark.databricks.wsfs.wsfs_path_finder import register_wsfs_path_finder

        register_wsfs_path_finder()


def _load_function(job: Dict[str, Any]) -> Any:
    """By reference as pickle does it; with a source text by value, as cloudpickle does it."""
    if job["source"] is None:
        return pickle.loads(base64.b64decode(job["pickle"]))  # noqa: S301
    home = ModuleType("__main__")
    exec(compile(job["source"], "<command-1>", "exec"), home.__dict__)  # noqa: S102
    found: Any = home
    for name in job["qualname"].split("."):
        found = getattr(found, name)
    return found


def main(job: Dict[str, Any]) -> int:
    """Run the job; 0 if its function returned."""
    outcome: Dict[str, Any] = {"ok": False, "daemon_sys_path": job["daemon_sys_path"], "sys_path": []}
    try:
        setup_spark_files(job["forwarded"], job["refuse_notebooks"])
        outcome["sys_path"] = list(sys.path)
        function = _load_function(job)
        value = function(*job["args"])
        try:
            json.dumps(value)
        except (TypeError, ValueError):
            value = repr(value)
        outcome.update(ok=True, value=value)
    except Exception as error:
        outcome.update(error_type=type(error).__name__, error=str(error), traceback=traceback.format_exc())
    with open(job["report"], "w", encoding="utf-8") as stream:
        json.dump(outcome, stream)
    return 0 if outcome["ok"] else 1
