"""`dbx-patch demo` needs no network and no pip, and notices when dbx-patch does not do its work."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from support.environments import ROOT, Environment
from support.sessions import as_json, command, copy_of, fits


def test_demo_shows_both_outcomes(environment: Environment) -> None:
    started = time.monotonic()
    found = as_json(environment, "demo", PATH="/nowhere", DATABRICKS_RUNTIME_VERSION="")
    assert time.monotonic() - started < 20 and found["installed"]
    assert {step["runtime"] for step in found["steps"]} == {"legacy", "modern"}
    assert all(step["expected"] for step in found["steps"]) and len(found["steps"]) == 12
    by_layer = {step["layer"]: (step["without"], step["with_patch"]) for step in found["steps"][:4]}
    assert by_layer == dict.fromkeys(("sys_path_init", "workspace hook", "pythonPathHook", "autoreload"), (False, True))
    assert "No module named 'demo_project'" in found["steps"][0]["error"]
    text = command(environment, "demo", DBX_PATCH_ENABLED="0").stdout
    assert fits(text) and "Everything is as expected" in text


@pytest.mark.parametrize("broken", ["hooks/sys_path.py", "hooks/__init__.py"])
def test_demo_notices_a_broken_dbx_patch(environment: Environment, tmp_path: Path, broken: str) -> None:
    env = copy_of(environment, tmp_path / "copy")
    pth = env.site_packages / "zzz_dbx_patch.pth"
    if broken == "hooks/__init__.py":
        pth.write_text("# nothing runs\n")
    else:
        file = env.site_packages / "dbx_patch" / broken
        file.write_text(file.read_text().replace("sys.path.insert(place, mine)", "pass"))
    done = command(env, "demo")
    assert done.returncode == 1 and "NOT as expected" in done.stdout and "missed" in done.stdout


def test_demo_from_the_source_says_so(bare: Environment) -> None:
    done = command(bare, "demo", PYTHONPATH=str(ROOT / "src"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "is not installed" in " ".join(done.stdout.split())
