"""No import hangs: whatever dbx-patch does inside one, and whatever another thread is loading at that moment."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Callable

import pytest

from support.environments import DATABRICKS, Environment, clean_environ, make_venv
from support.workspaces import flat_project, src_project, write

SESSION = Path(__file__).with_name("deadlock_session.py")
# `DBX_PATCH_TEST_ROUNDS=500` is what a release is held to.
ROUNDS = int(os.environ.get("DBX_PATCH_TEST_ROUNDS", "4"))
PAIRS = os.environ.get("DBX_PATCH_TEST_PAIRS", "")  # a regular expression: all
RUNTIME = {
    "sys_path_init.py": "def patch_sys_path_with_developer_paths():\n    import json.decoder\n",
    "dbruntime/__init__.py": "",
    "dbruntime/pythonPathHook.py": (
        "class PythonPathHook:\n    def _handle_sys_path_maybe_updated(self):\n        pass\n"
    ),
    "dbruntime/wsfs_import_hook.py": (
        "class WsfsImportHook:\n    def __is_user_import(self):\n        return True\n"
        "    def find_spec(self, name, target=None):\n        return None\n"
    ),
}


@pytest.fixture
def armed(tmp_path: Path, tools: Path, wheel: Path) -> Environment:
    """An environment with dbx-patch and two editable installs: a path line and an installer's finder."""
    made = make_venv(tmp_path / "env", tools)
    made.install(wheel)
    made.install_editable(src_project(tmp_path / "proj", "acme"))
    made.install_editable(flat_project(tmp_path / "flat", "acme_flat"))
    return made


@pytest.mark.core
@pytest.mark.timeout(3900)
@pytest.mark.parametrize("level", ["", "DEBUG"])
def test_no_pair_hangs(
    armed: Environment, tmp_path: Path, level: str, record_property: Callable[[str, object], None]
) -> None:
    folder = write(tmp_path / "runtime", RUNTIME)
    command = [armed.python, str(SESSION), str(folder), str(ROUNDS), PAIRS]
    env = clean_environ({**DATABRICKS, "DBX_PATCH_LOG_LEVEL": level})
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=3600)
    assert done.returncode == 0
    hung = json.loads(done.stdout)
    assert {pair: number for pair, number in hung.items() if number} == {}
    record_property("rounds of two threads that import", len(hung) * ROUNDS)
