"""An empty site folder and a project to install, for every unit test; none needs a wheel or an environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.installed import site_folder
from support.workspaces import write


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return site_folder(tmp_path)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write(tmp_path / "ws/first.last@company.com/my project", {"src/acme/__init__.py": "", "src/acme/sub.py": ""})
