"""What is no fault is no finding: folders that merely have a library's name, and files that a project has besides."""

from __future__ import annotations

import pytest

from support.environments import Environment
from support.installed import distribution
from support.sessions import as_json
from support.workspaces import HATCHLING, Workspace, write

HELPERS = {
    "mlflow/start-server.sh": "",
    "mlflow/register.py": "print('a script')\n",
    "hydra/config.yaml": "",
    "hydra/db/mysql.yaml": "",
    "acme/__init__.py": "",
    "tests/test_acme.py": "",
    "pyproject.toml": HATCHLING + '[project]\nname = "acme"\nversion = "1.0"\n',
}


@pytest.fixture
def environment_with_libraries(environment: Environment) -> Environment:
    for name in ("mlflow", "hydra"):
        write(environment.site_packages, {f"{name}/__init__.py": "", f"{name}/part.py": ""})
        distribution(environment.site_packages, name, [f"{name}/__init__.py", f"{name}/part.py"])
    return environment


@pytest.mark.parametrize("how", ["hatchling", "by hand"])
@pytest.mark.parametrize("place", ["workspace", "elsewhere"])
def test_helper_folders_are_no_rivals(
    environment_with_libraries: Environment, workspace: Workspace, how: str, place: str
) -> None:
    environment = environment_with_libraries
    home = workspace.home if place == "workspace" else workspace.folder.parent / "elsewhere"
    project = write(home / "proj", HELPERS)
    if how == "hatchling":
        environment.install_editable(project)
    else:
        write(environment.site_packages, {"by_hand.pth": f"{project}\n"})
    found = as_json(environment, "verify")
    assert [f for f in found["findings"] if f["severity"] != "note" or "mlflow" in f["cause"]] == []
    for name in ("mlflow", "hydra", "mlflow.part"):
        said = as_json(environment, "explain", name)["verdict"]
        assert f"import {name} works: it comes from {name.partition('.')[0]} 1.0" in said and "shadow" not in said


def test_a_namespace_with_a_package_in_it_is_one(environment_with_libraries: Environment, workspace: Workspace) -> None:
    """That is what an installed package of the name really hides."""
    project = write(workspace.home / "proj", {**HELPERS, "mlflow/plugin/__init__.py": ""})
    environment_with_libraries.install_editable(project)
    found = as_json(environment_with_libraries, "verify", status=1)["findings"]
    assert [(f["code"], "`import mlflow`" in f["cause"]) for f in found if f["severity"] == "error"] == [
        ("shadowed", True)
    ]


def test_a_helper_folder_with_another_installs_name(environment: Environment, workspace: Workspace) -> None:
    environment.install_editable(write(workspace.home / "proj", HELPERS))
    files = {"mlflow/__init__.py": "", "pyproject.toml": HELPERS["pyproject.toml"].replace("acme", "mlflow")}
    environment.install_editable(write(workspace.home / "mine", files))
    assert [f["code"] for f in as_json(environment, "verify")["findings"] if f["severity"] != "note"] == []
