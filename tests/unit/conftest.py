"""An empty site folder and a project to install, for every unit test; none needs a wheel or an environment."""

from __future__ import annotations

import os
import site as site_module
import sys
from pathlib import Path

import pytest

from dbx_patch import hooks
from support.here import Here
from support.installed import site_folder
from support.solo import Solo
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


@pytest.fixture
def solo(site: Path, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, import_state: None) -> Solo:
    """A process whose only site folder is ``site``, that of its own environment; dbx-patch is not armed in it."""
    library = os.path.dirname(os.__file__)
    monkeypatch.setattr(sys, "path", [library, os.path.join(library, "lib-dynload"), str(site)])
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "env"))
    monkeypatch.setattr(site_module, "getsitepackages", lambda: [str(site)])
    monkeypatch.setattr(site_module, "USER_SITE", None)
    for name in ("DBX_PATCH_ENABLED", "DBX_PATCH_DISABLE", "DATABRICKS_RUNTIME_VERSION", "VIRTUAL_ENV"):
        monkeypatch.delenv(name, raising=False)
    for name in hooks.BEGINNINGS:  # what another test has loaded
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.chdir("/")
    return Solo(site, project)
