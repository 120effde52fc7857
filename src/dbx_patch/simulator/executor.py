"""The executor's side: a daemon, a forked worker, one function call."""

from __future__ import annotations

import base64
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence

from dbx_patch.simulator.layout import (
    WORKSPACE_NAME,
    AnyPath,
    materialise,
    prefix_of,
    process_environment,
    run_to_the_end,
    runtime_folders,
)
from dbx_patch.simulator.reports import ExecutorReport
from dbx_patch.simulator.variant import DEFAULT, Variant

_PLACEHOLDER = "/WSFS_NOTEBOOK_DIR"


def simulate_executor(
    function: str,
    *,
    workspace: AnyPath,
    driver_sys_path: Sequence[str] = (),
    notebook: Optional[AnyPath] = None,
    source: Optional[str] = None,
    args: Sequence[Any] = (),
    runtime: str = "modern",
    python: str = sys.executable,
    runtime_dir: Optional[AnyPath] = None,
    env: Optional[Mapping[str, Optional[str]]] = None,
    timeout: float = 120,
    variant: Variant = DEFAULT,
) -> ExecutorReport:
    """Call *function* (``"module:qualname"``) on a simulated executor, as a UDF.

    It travels by reference, as a pickle that the worker loads; with *source*, a text that defines it, by value. Of
    *driver_sys_path* the driver sends what lies in the workspace. *notebook* is a folder or a path in it. Of *variant*
    a worker knows ``repository`` and ``refuse_notebooks``. Needs ``os.fork``; raises ``subprocess.TimeoutExpired``.
    """
    with tempfile.TemporaryDirectory(prefix="simulated-databricks-") as temporary:
        shop = Path(temporary).resolve()
        python_shell = materialise(shop, runtime) if runtime_dir is None else Path(runtime_dir).resolve()
        report, job_file = shop / "report.json", shop / "job.json"
        job = {
            "pickle": _pickle_by_reference(function),
            "source": source,
            "qualname": function.partition(":")[2],
            "args": list(args),
            "forwarded": _sent(driver_sys_path, workspace),
            "refuse_notebooks": variant.refuse_notebooks,
            "report": str(report),
        }
        job_file.write_text(json.dumps(job), "utf-8")
        path = [*runtime_folders(python_shell)[2:], _PLACEHOLDER]
        environment = process_environment(workspace, runtime, python=python, python_path=path, env=env)
        environment.update(_where_the_notebook_is(notebook, variant.repository, workspace))
        command = [python, "-m", "pyspark.daemon", str(job_file)]
        done, found = run_to_the_end(command, environment, report, timeout, shop)
    return ExecutorReport(runtime, done.returncode, done.stdout, done.stderr, **found)


def _sent(driver_sys_path: Sequence[str], workspace: AnyPath) -> List[str]:
    """The entries that a driver sends with a function."""
    folder = prefix_of(workspace) + "/" + os.path.basename(os.path.abspath(workspace))
    return [entry for entry in driver_sys_path if (entry + "/").startswith(folder + "/")]


def _where_the_notebook_is(
    notebook: Optional[AnyPath], repository: Optional[AnyPath], workspace: AnyPath
) -> Dict[str, str]:
    found = {}
    if notebook is not None:
        path = os.path.abspath(notebook)
        path = os.path.join(path, "notebook") if os.path.isdir(path) else path
        found["PYTHON_NOTEBOOK_PATH"] = _as_users_write(path, workspace)
    if repository is not None:
        found["PYTHON_REPO_PATH"] = _as_users_write(os.path.abspath(repository), workspace)
    return found


def _as_users_write(path: str, workspace: AnyPath) -> str:
    """``/Workspace/…`` without the test prefix, as the worker's environment variables have it."""
    prefix = prefix_of(workspace)
    if not path.startswith(f"{prefix}/{WORKSPACE_NAME}/"):
        raise ValueError(f"{path} is not in a workspace folder named {WORKSPACE_NAME}")
    return path[len(prefix) :]


def _pickle_by_reference(function: str) -> str:
    """The pickle, in base64, of a function that cannot be imported here: protocol 4, two strings, STACK_GLOBAL."""
    strings = [text.encode("utf-8") for text in function.partition(":")[::2]]
    pickled = b"\x80\x04" + b"".join(b"X" + len(s).to_bytes(4, "little") + s for s in strings) + b"\x93."
    return base64.b64encode(pickled).decode("ascii")
