"""The tests' build backends are the pinned ones, and are installed with no network once they are downloaded."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from support.environments import run
from support.tools import CACHE, NAMES, NEWEST, PINS, cache, make_tools


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have pip find nothing but what it is told: no index that answers, no configured folder, no cache of its own."""
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    settings = {"CONFIG_FILE": "/dev/null", "INDEX_URL": "http://127.0.0.1:9/simple", "RETRIES": "0"}
    for name, value in {**settings, "NO_CACHE_DIR": "1"}.items():
        monkeypatch.setenv(f"PIP_{name}", value)


def versions(tools: Path) -> dict[str, str]:
    listed = run([tools / "bin/python", "-m", "pip", "list", "--format", "json"]).stdout
    return {found["name"].lower(): found["version"] for found in json.loads(listed)}


@pytest.mark.skipif(NEWEST, reason="the newest backends are not the pinned ones")
def test_pinned_and_offline(no_network: None, tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(cache() / "backends", tmp_path / "cache/backends")
    monkeypatch.setenv(CACHE, str(tmp_path / "cache"))
    make_tools(tmp_path / "tools")
    found = versions(tmp_path / "tools")
    pins = [line.partition(";")[0].strip() for line in PINS.read_text().splitlines() if "==" in line]
    for name in NAMES.read_text().split():
        assert f"{name}=={found[name]}" in pins
    assert versions(tools) == found
    monkeypatch.setenv(CACHE, str(tmp_path / "empty"))
    with pytest.raises(AssertionError, match="download"):
        make_tools(tmp_path / "others")
