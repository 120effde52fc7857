"""The tests' build backends are the pinned ones, need no network, and leave the same when they are not asked again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Callable

import pytest

from support.environments import Environment, make_venv, run
from support.tools import CACHE, NAMES, NEWEST, PINS, make_tools
from support.workspaces import flat_project, src_project


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nothing be found but what was downloaded: no index answers, and pip has no configured folder."""
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    for name in ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:9")


def versions(tools: Path) -> dict[str, str]:
    listed = run([tools / "bin/python", "-m", "pip", "list", "--format", "json"]).stdout
    return {found["name"].lower(): found["version"] for found in json.loads(listed)}


@pytest.mark.skipif(NEWEST, reason="the newest backends are not the pinned ones")
def test_pinned_and_offline(no_network: None, tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_tools(tmp_path / "tools")
    found = versions(tmp_path / "tools")
    pins = [line.partition(";")[0].strip() for line in PINS.read_text().splitlines() if "==" in line]
    for name in NAMES.read_text().split():
        assert f"{name}=={found[name]}" in pins
    assert versions(tools) == found
    monkeypatch.setenv(CACHE, str(tmp_path / "empty"))
    with pytest.raises(AssertionError, match="uv"):
        make_tools(tmp_path / "others")


def left_by(environment: Environment) -> dict[str, str]:
    """What lies in a site folder, bytecode aside."""
    site = environment.site_packages
    files = [file for file in site.rglob("*") if file.is_file() and file.suffix != ".pyc"]
    return {str(file.relative_to(site)): file.read_text() for file in files}


@pytest.mark.parametrize("make", [flat_project, src_project])
def test_what_is_laid_out_again_is_what_pip_leaves(
    make: Callable[[Path, str], Path], wheel: Path, tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_venv(tmp_path / "first", tools)
    first.install(wheel)
    first.install_editable(make(tmp_path / "some one@somewhere/proj", "acme_again"))
    with monkeypatch.context() as context:
        context.setattr(Environment, "pip", None)
        again = make_venv(tmp_path / "again", tools)
        again.install(wheel)
        project = make(tmp_path / "other/project", "acme_again")
        again.install_editable(project)
    assert again.value("import acme_again.sub, json; print(json.dumps(acme_again.VALUE))") == "editable"
    found, sources = left_by(again), sorted(project.rglob("*.*"))
    shutil.rmtree(again.folder)
    shutil.rmtree(project)
    again = make_venv(tmp_path / "again", tools)
    again.pip("install", "-q", "--no-deps", wheel)
    make(project, "acme_again")
    again.pip("install", "-q", "--no-deps", "--no-build-isolation", "-e", project)
    assert found == left_by(again)
    assert [file for file in sources if file.suffix != ".pyc"] == sorted(project.rglob("*.*"))


def test_who_replaces_an_install_meets_pip(tools: Path, tmp_path: Path) -> None:
    environment = make_venv(tmp_path / "env", tools)
    environment.install_editable(flat_project(tmp_path / "old", "acme_again"))
    environment.install_editable(flat_project(tmp_path / "new", "acme_again"))
    place = environment.value("import acme_again, json; print(json.dumps(acme_again.__file__))")
    assert place == str(tmp_path / "new/acme_again/__init__.py")
    environment.pip("uninstall", "-q", "-y", "acme_again-project")
    assert not list(environment.folder.rglob("*acme_again*"))
