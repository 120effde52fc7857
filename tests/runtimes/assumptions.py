"""What the simulated runtimes assume, and what Databricks has published, as fingerprints like a report's."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from dbx_patch.selftest.sources import RELIED_ON, describe
from dbx_patch.simulator import materialise, simulate
from real.databricks.releases import LINES, NEWEST, Unavailable, fetch, interpreter
from support.environments import ROOT

# Both have one and the same hook: the newest published one is for executors
HOOKS = ("pyspark.wsfs_import_hook", "_engine_pyspark.wsfs_import_hook", "dbruntime.wsfs_import_hook")
_CELL = """
import sys
sys.path.append({source!r})
from dbx_patch.selftest.fingerprint import fingerprint
fingerprint()
"""


def simulated(era: str) -> dict[str, Any]:
    """Return the fingerprint of a simulated runtime, in which dbx-patch is not in play."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary).resolve()
        notebook = folder / "Workspace/Users/first.last@company.com/notebooks"
        notebook.mkdir(parents=True)
        shell = materialise(folder / "runtime", era)
        report = simulate(
            [_CELL.format(source=str(ROOT / "src"))],
            workspace=folder / "Workspace",
            notebook=notebook,
            runtime=era,
            runtime_dir=shell,
            python=sys.executable,
            env={"DBX_PATCH_ENABLED": "0"},
            interpreter_args=["-S"],  # without what the packages of this environment put in place
        )
    if not report.cells or not report.cells[0].ok:
        raise RuntimeError(f"the simulated {era} runtime has no fingerprint: {report}")
    return dict(report.cells[0].value)


def published() -> tuple[str, dict[str, dict[str, Any]]]:
    """Return the newest published release, and its hook by the modules' names; Unavailable where there is none."""
    release = fetch(NEWEST, interpreter(LINES[NEWEST]))
    source = (release.folder / "pyspark/wsfs_import_hook.py").read_bytes()
    return release.version, {name: describe(name, source) for name in HOOKS}


def era_of(fingerprint: dict[str, Any]) -> str:
    """Return the era that a report's runtime is simulated as."""
    modern = fingerprint["modules"].get("dbruntime.workspace_import_machinery", {})
    return "modern" if modern.get("state", "absent") != "absent" else "legacy"


__all__ = ["RELIED_ON", "Unavailable", "era_of", "published", "simulated"]
