"""`verify` names a site folder that cannot be read, with what that costs, and a lower one that alone has dbx-patch."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.environments import DATABRICKS, Environment
from support.sessions import MAIN, copy_of, findings, reported
from support.stacked import CHAININGS
from support.workspaces import Workspace, src_project, write

LOST_MOUNT = """
import errno, os
def failing(function):
    def look(path=".", *args, **options):
        if isinstance(path, (str, os.PathLike)) and os.fspath(path).startswith({folder!r}):
            raise OSError(errno.{error}, os.strerror(errno.{error}), path)
        return function(path, *args, **options)
    return look
for name in ("open", "stat", "lstat", "scandir", "listdir"):
    setattr(os, name, failing(getattr(os, name)))
"""
IMPORT = "import sys; sys.path[:] = [e for e in sys.path if 'my project' not in e]; import acme; acme.VALUE\n"


@pytest.fixture
def editable(environment: Environment, workspace: Workspace) -> Environment:
    environment.install_editable(src_project(workspace.home / "proj", "acme"))
    return environment


def linked_to_itself(tmp_path: Path) -> Path:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    return tmp_path / "loop/site-packages"


@pytest.mark.parametrize("kind", ["loop", "long"])
def test_a_folder_that_is_none(editable: Environment, tmp_path: Path, kind: str) -> None:
    folder = linked_to_itself(tmp_path) if kind == "loop" else tmp_path / ("x" * 300) / "site-packages"
    done = editable.run(IMPORT + MAIN, env={**DATABRICKS, "PYTHONPATH": str(folder)})
    found = reported(done)["unreadable-site-folder"]
    assert found["about"] == str(folder) and found["severity"] == "warning" and str(folder) in found["remedy"]
    assert "other site folders are not affected" in found["cause"]


@pytest.mark.parametrize("error", ["ENOTCONN", "ESTALE", "EIO"])
def test_a_mount_that_is_lost(editable: Environment, tmp_path: Path, error: str) -> None:
    folder = tmp_path / "mount/site-packages"
    folder.mkdir(parents=True)
    write(tmp_path / "first", {"sitecustomize.py": LOST_MOUNT.format(folder=str(folder), error=error)})
    last = f"import sys; sys.path.append({str(folder)!r})\n"  # behind, or plain imports fail as they do without us
    done = editable.run(IMPORT + last + MAIN, env={**DATABRICKS, "PYTHONPATH": str(tmp_path / "first")})
    found = reported(done)
    assert found["unreadable-site-folder"]["about"] == str(folder)
    assert "check-failed" not in found


def test_folders_that_are_merely_not_there_are_no_finding(editable: Environment, tmp_path: Path) -> None:
    gone = tmp_path / "gone/site-packages"
    assert "unreadable-site-folder" not in findings(editable, 0, PYTHONPATH=str(gone))


@pytest.mark.parametrize("chaining", CHAININGS)
def test_installed_in_a_lower_environment_only(
    bare: Environment, installed: Environment, tmp_path: Path, chaining: str
) -> None:
    """Where the lower environment comes in by path lines, nothing there is run at the start."""
    lower = copy_of(installed, tmp_path / "lower").site_packages
    write(bare.site_packages, {"lower.pth": CHAININGS[chaining].format(lower=str(lower))})
    if chaining == "addsitedir":
        assert findings(bare, 0) == {}
        return
    found = findings(bare)["unprocessed-folder"]
    assert f"in an environment below this one only: in {lower}" in found["cause"]
    assert found["remedy"].endswith("pip install --no-deps --force-reinstall 'dbx-patch>=1'")
    by_hand = f"import dbx_patch; dbx_patch.apply_all_patches(verbose=False)\n{MAIN}"
    assert reported(bare.run(by_hand, env=DATABRICKS))["armed-by-hand"]["remedy"] == found["remedy"]
