"""A driver with Databricks' own hook for the notebook's folder: ``python -m databricks_driver JOB OUTCOME``.

What puts the hook in place on a driver is not published; here it is put in place as workers do it.
"""

from __future__ import annotations

import importlib
import json
import os
import sys

from probing import forked, run_probes
from workspace_operations import Counter

HOOK = "dbruntime.wsfs_import_hook"
called = []


def put_in_place(folder, repo, keeps_paths, roots):
    """Give ``sys.path`` the notebook's folder: last and guarded, or in a Git folder where the placeholder is."""
    workspace = tuple(root + "/" for root in roots)
    entries = [entry for entry in sys.path if keeps_paths or not entry.startswith(workspace)]
    at = entries.index("/WSFS_NOTEBOOK_DIR")
    entries[at : at + 1] = [folder, repo] if repo and repo != folder else [folder] if repo else []
    sys.path[:] = entries
    hook = importlib.import_module(HOOK)
    if not repo:
        sys.path.append(folder)
        prefix = os.environ["WSFS_TEST_DIR"]
        sys.path_importer_cache[folder] = hook.WsfsImportHook(path=folder, test_prefix=prefix)


def register(names):
    """Have wrapt, from which the runtime's own post-import hooks descend, tell when these modules were imported."""
    import wrapt

    for name in names:
        wrapt.register_post_import_hook(lambda module: called.append(module.__name__), name)


def run_scenario(counter, scenario, roots):
    if scenario["watched"]:
        register(scenario["watched"])
    put_in_place(scenario["folder"], scenario["repo"], scenario["keeps_paths"], roots)
    return run_probes(scenario["probes"], counter)


def main(job_file, outcome_file):
    with open(job_file) as stream:
        job = json.load(stream)
    importlib.import_module("pyspark.cloudpickle.cloudpickle")
    counter = Counter(*job["roots"])
    counter.install()
    found = {s["name"]: forked(run_scenario, counter, s, job["roots"]) for s in job["scenarios"]}
    with open(outcome_file, "w") as stream:
        json.dump(found, stream)


if __name__ == "__main__":
    sys.modules["databricks_driver"] = sys.modules["__main__"]
    main(*sys.argv[1:])
