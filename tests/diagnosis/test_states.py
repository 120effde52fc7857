"""`status` says what a patch waits for; the log, at each level, what has been done and what went wrong."""

from __future__ import annotations

import pytest

from support.environments import DATABRICKS, Environment
from support.kernels import ERAS, Notebook


@pytest.mark.parametrize("era", ERAS)
def test_waiting_says_for_what(notebook: Notebook, era: str) -> None:
    """A runtime has one of two hooks, and a driver has not loaded the executors' one."""
    cell = "import dbx_patch; {p.name: [p.state, p.reason] for p in dbx_patch.check_patch_status(False).patches}"
    [states] = notebook.values(cell, runtime=era)
    other = {"legacy": "workspace_import_machinery", "modern": "wsfs_import_hook"}[era]
    assert states[other] == ["waiting", f"there is no dbruntime.{other} here, so there is nothing to patch"]
    waits = ["waiting", "waits until pyspark.wsfs_import_hook is imported"]
    assert states["executor_wsfs_import_hook"] == waits


def test_logging_says_what_was_done_and_can_be_handed_over(notebook: Notebook) -> None:
    code = """
import sys
sys.path[:] = [e for e in sys.path if not e.endswith("proj/src")]
import acme_src
print("logging" in sys.modules)
import dbx_patch, logging, io
dbx_patch.reset_logger()
stream = io.StringIO()
logging.basicConfig(stream=stream, level="DEBUG")
sys.path[:] = [e for e in sys.path if not e.endswith("proj/src")]
dbx_patch.refresh_editable_paths()
print("put back on sys.path" in stream.getvalue())
"""
    loud = notebook.environment.run(code, env={**DATABRICKS, "DBX_PATCH_LOG_LEVEL": "debug"})
    assert loud.stdout == "False\nTrue\n", "logging is the application's to load"
    root = str(notebook.workspace.home / "proj/src")
    assert f"dbx_patch DEBUG: put back on sys.path after import acme_src: {root}\n" in loud.stderr
    assert "dbx_patch DEBUG: served by the fallback: acme_src (" in loud.stderr
    assert loud.stderr.count("put back") == 1
    quiet = notebook.environment.run(code, env=DATABRICKS)
    assert quiet.stdout == "False\nTrue\n" and quiet.stderr == ""


BROKEN = """
import sys, types, dbx_patch
class Hook:
    def __setattr__(self, name, value): raise RuntimeError("read-only")
hook = sys.modules["dbruntime.pythonPathHook"] = types.ModuleType("dbruntime.pythonPathHook")
class Meta(type):
    def __setattr__(self, name, value): raise RuntimeError("read-only")
class PythonPathHook(metaclass=Meta):
    def _handle_sys_path_maybe_updated(self): pass
hook.PythonPathHook = PythonPathHook
sys.modules["dbruntime.autoreload.file_module_utils"] = types.ModuleType("dbruntime.autoreload.file_module_utils")
dbx_patch.apply_all_patches(verbose=False)
"""


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR"])
def test_each_level_logs_its_own(environment: Environment, level: str) -> None:
    """A patch that failed and a setting that is unknown are warnings; a patch that does not apply is information."""
    settings = {"DBX_PATCH_LOG_LEVEL": level, "DBX_PATCH_DISABLE": "falback", "DBX_PATCH_ENABLED": "maybe"}
    done = environment.run(BROKEN, env={**DATABRICKS, **settings})
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stderr.splitlines() if " DEBUG: " not in line]
    warnings = [
        "dbx_patch WARNING: DBX_PATCH_ENABLED=maybe is not a known value and is ignored",
        "dbx_patch WARNING: DBX_PATCH_DISABLE names falback, which is not a patch",
        "dbx_patch WARNING: python_path_hook failed: read-only",
    ]
    information = [line for line in said if line.startswith("dbx_patch INFO: autoreload is not applicable: ")]
    assert len(information) == (level in ("DEBUG", "INFO"))
    assert [line for line in said if line not in information] == (warnings if level != "ERROR" else [])
