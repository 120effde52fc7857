"""An empty site folder and a project to install, for every unit test; none needs a wheel or an environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbx_patch import hooks
from support.here import Here
from support.installed import site_folder
from support.workspaces import write


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return site_folder(tmp_path)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write(tmp_path / "ws/first.last@company.com/my project", {"src/acme/__init__.py": "", "src/acme/sub.py": ""})


@pytest.fixture
def here(tmp_path: Path, import_state: None, monkeypatch: pytest.MonkeyPatch) -> Here:
    """This process with a site folder and a workspace of its own; dbx-patch is off."""
    monkeypatch.setenv("DBX_PATCH_ENABLED", "0")
    return Here(tmp_path)


@pytest.fixture
def armed(here: Here, monkeypatch: pytest.MonkeyPatch) -> Here:
    """The same, with dbx-patch on."""
    monkeypatch.setenv("DBX_PATCH_ENABLED", "1")
    hooks.arm()
    return here
