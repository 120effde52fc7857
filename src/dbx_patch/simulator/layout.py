"""The simulated runtimes' files: where they are put, and what a process that uses them is started with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union

AnyPath = Union[str, "os.PathLike[str]"]

#: A release of each era, for ``DATABRICKS_RUNTIME_VERSION``.
VERSIONS = {"legacy": "16.4", "modern": "18.0"}

WORKSPACE_NAME = "Workspace"
_WORKERS_OWN = ("PYTHON_NOTEBOOK_PATH", "PYTHON_REPO_PATH")
_TEMPLATES = Path(__file__).resolve().parent / "runtimes"
# A file of an executor's that a legacy driver has as well -> its name there
_SHARED = {"wsfs_import_hook.py": "wsfs_import_hook.py", "databricks/wsfs/wsfs_path_finder.py": "WsfsPathFinder.py"}
# Newer executors know the mount that `/Workspace` may be a link to [seen].
_FOLDERS = 'WORKSPACE_FOLDERS = ("/Workspace/",)'
_NEWER_FOLDERS = 'WORKSPACE_FOLDERS = ("/Workspace/", "/.fuse-mounts/wsfs/")'


def materialise(
    folder: AnyPath, runtime: str = "modern", *, workspace_name: str = WORKSPACE_NAME, executors: bool = True
) -> Path:
    """Write a simulated runtime into *folder*; returns ``<folder>/databricks/python_shell``.

    It cannot be used where it lies in the wheel: the runtime's stack walk takes every file in site-packages for a
    library's. ValueError if *folder* is in such a place, too, or *runtime* is unknown. *workspace_name* stands for
    ``Workspace`` in the runtime's own tests; without *executors* there is no stand-in for ``pyspark``.
    """
    if runtime not in VERSIONS:
        raise ValueError(f"unknown runtime {runtime!r}; there are {', '.join(VERSIONS)}")
    databricks = Path(folder).resolve() / "databricks"
    if "site-packages" in str(databricks) or "dist-packages" in str(databricks):
        raise ValueError(f"{folder} is among libraries; the runtime must lie elsewhere")
    literal = '"/' + workspace_name.replace("\\", "\\\\").replace('"', '\\"')
    for era in ("common", runtime):
        for template in sorted((_TEMPLATES / era).rglob("*.py")):
            copy = databricks / template.relative_to(_TEMPLATES / era)
            copy.parent.mkdir(parents=True, exist_ok=True)
            text = template.read_text("utf-8")
            if runtime != "legacy":
                text = text.replace(_FOLDERS, _NEWER_FOLDERS)
            copy.write_text(text.replace('"/' + WORKSPACE_NAME, literal), "utf-8")
    pyspark = databricks / "spark" / "python" / "pyspark"
    if runtime == "legacy":
        for file, name in _SHARED.items():
            shutil.copyfile(pyspark / file, databricks / "python_shell" / "dbruntime" / name)
    if not executors:
        shutil.rmtree(pyspark)
    return databricks / "python_shell"


def runtime_folders(python_shell: Path) -> List[str]:
    """What ``PYTHONPATH`` has on a cluster where the runtime's own folders come in by it."""
    return [str(python_shell), str(python_shell / "lib"), str(python_shell.parent / "spark" / "python")]


def prefix_of(workspace: AnyPath) -> str:
    """What comes before ``/Workspace``, given that folder: empty for the real one."""
    parent = os.path.dirname(os.path.abspath(workspace))
    return "" if parent == "/" else parent


def notebook_folder(notebook: Optional[AnyPath]) -> Optional[str]:
    """The folder of a notebook that is named by its path or by that folder; the notebook need not exist."""
    if notebook is None:
        return None
    path = os.path.abspath(notebook)
    return path if os.path.isdir(path) else os.path.dirname(path)


def run_to_the_end(
    command: Sequence[str], environment: Dict[str, str], report: Path, timeout: float, folder: Optional[Path] = None
) -> Tuple["subprocess.CompletedProcess[str]", Dict[str, Any]]:
    """Run a simulated process; return how it ended, and what it wrote as its *report* ({} if it died before)."""
    done = subprocess.run(
        list(command),
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="backslashreplace",
        timeout=timeout,
        check=False,
    )
    return done, json.loads(report.read_text("utf-8")) if report.exists() else {}


def process_environment(
    workspace: AnyPath,
    runtime: str,
    *,
    python: str = sys.executable,
    python_path: Optional[List[str]] = None,
    env: Optional[Mapping[str, Optional[str]]] = None,
) -> Dict[str, str]:
    """The parent's environment as a cluster has it; *env* goes over it (None removes), *python_path* comes first."""
    environment = dict(os.environ)
    for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONSAFEPATH", *_WORKERS_OWN):
        environment.pop(name, None)
    environment.update(
        DATABRICKS_RUNTIME_VERSION=VERSIONS[runtime], PYSPARK_PYTHON=python, WSFS_TEST_DIR=prefix_of(workspace)
    )
    for name, value in (env or {}).items():
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = value
    parts = [*(python_path or []), environment.get("PYTHONPATH", "")]
    joined = os.pathsep.join(part for part in parts if part)
    if joined:
        environment["PYTHONPATH"] = joined
    return environment
