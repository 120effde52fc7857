"""The promise about executors: a function there imports a package that is editable in the workers' environment."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from dbx_patch.selftest import projects
from dbx_patch.selftest.trial import Broken, NotTried, Trial

# Runs on a worker, to which it travels by value. The driver may have sent the path entry: it is taken away, so that
# what is left is what an install in the workers' own environment gives.
_FUNCTION = """
def probe(_):
    import json, os, shutil, sys, tempfile

    name, root, files = SENT
    said = {"there": os.path.isdir(root), "sent": root in sys.path, "value": None, "error": ""}
    hooks = sys.modules.get("dbx_patch.hooks")
    ours = [getattr(hooks, "TRIGGER", None), getattr(hooks, "FALLBACK", None)]
    said["armed"] = any(finder is one for finder in sys.meta_path for one in ours if one is not None)
    said["installed"] = any(os.path.isdir(os.path.join(entry, "dbx_patch")) for entry in sys.path)
    before = list(sys.path)
    folder = tempfile.mkdtemp(prefix=name)
    try:
        site_folder = os.path.join(folder, "site-packages")
        for file, text in files.items():
            path = os.path.join(site_folder, file)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as stream:
                stream.write(text)
        sys.path[:] = [entry for entry in sys.path if entry != root] + [site_folder]
        said["value"] = __import__(name + ".part", fromlist=["NAME"]).NAME
    except Exception as error:
        said["error"] = type(error).__name__ + ": " + str(error)
    finally:
        sys.path[:] = before
        for module in [module for module in list(sys.modules) if module.startswith(name)]:
            del sys.modules[module]
        shutil.rmtree(folder, ignore_errors=True)
    return json.dumps(said)
"""


def active_session(wanted: bool) -> Any:
    """Return the session that is active; with ``wanted`` a new one where there is none; else None."""
    if not wanted and "pyspark.sql" not in sys.modules:
        return None
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession() if hasattr(SparkSession, "getActiveSession") else None
    return SparkSession.builder.getOrCreate() if session is None and wanted else session


def executors(trial: Trial, wanted: bool) -> str:
    """Run the function as a UDF, and judge what it has found."""
    try:
        spark = active_session(wanted)
    except Exception as error:
        raise NotTried(f"there is no Spark session to be had: {type(error).__name__}: {error}") from None
    if spark is None:
        raise NotTried("no Spark session is active; --spark starts one")
    from pyspark.sql.functions import udf

    name, root = trial.stage.line, trial.stage.root
    files = projects.path_line(name, os.path.dirname(root))
    space: dict[str, Any] = {"__name__": "__main__", "SENT": (name, root, files)}
    exec(compile(_FUNCTION, "<ipython-input-1-selftest>", "exec"), space)
    try:
        said = json.loads(spark.range(1).select(udf(space["probe"], "string")("id")).collect()[0][0])
    except Exception as error:
        raise NotTried(f"the UDF did not run: {type(error).__name__}: {str(error)[:300]}") from None
    return _judge(said, name)


def _judge(said: dict[str, Any], name: str) -> str:
    sent = "the driver had sent the path entry" if said["sent"] else "the driver had not sent the path entry"
    if not said["there"]:
        raise NotTried("the executors do not see the project's folder")
    if said["value"] == name + ".part" and said["armed"]:
        return sent
    if said["value"] == name + ".part":
        raise NotTried("the import works on executors without dbx-patch, which is not active there")
    if not said["armed"]:
        what = "installed there, but not active" if said["installed"] else "not installed there"
        raise Broken(f"{said['error']}; dbx-patch is {what}")
    raise Broken(f"{said['error']}; {sent}")
