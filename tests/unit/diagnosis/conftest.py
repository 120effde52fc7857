"""An environment made of files, which this process takes for its own."""

from __future__ import annotations

import site as site_module
import sys
from pathlib import Path

import pytest

from support.checked import Mine


@pytest.fixture
def mine(tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch, import_state: None) -> Mine:
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "env"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "env/bin/python"))
    monkeypatch.setattr(site_module, "getsitepackages", lambda *prefixes: [str(site)])
    monkeypatch.setattr(site_module, "ENABLE_USER_SITE", False)
    kept = [entry for entry in sys.path if not entry.endswith(("site-packages", "dist-packages"))]
    monkeypatch.setattr(sys, "path", [*kept, str(site)])
    made = Mine(tmp_path, site)
    monkeypatch.chdir(made.home)
    return made
