"""`verify` names a site folder that cannot be read, and says what that costs: its own installs, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.environments import DATABRICKS, Environment
from support.sessions import MAIN, findings, reported
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
