"""What `verify` says of projects, and what it leaves alone: nobody wants to hear of a project that needs nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.environments import Environment
from support.installed import distribution, leave_install
from support.sessions import as_json, copy_of, findings
from support.workspaces import Workspace, package, src_project, write

NAMED = '[project]\nname = "acme-project"\nversion = "1.0"\n'


def found_in(folder: Path, environment: Environment, status: int = 0, **env: str) -> dict[str, str]:
    """The kinds of findings, each with its cause, for a working directory."""
    write(environment.site_packages, {"_chdir.pth": f"import os; os.chdir({str(folder)!r})\n"})
    found = as_json(environment, "verify", status=status, **env)["findings"]
    return {finding["code"]: finding["cause"] for finding in found}


def test_a_project_of_the_workspaces_root_is_named(environment: Environment, workspace: Workspace) -> None:
    project = write(workspace.folder / "Users/me@company.com", {**package("acme"), "pyproject.toml": NAMED})
    leave_install(environment.site_packages, "acme_project", project, project)
    every = findings(environment, WSFS_TEST_DIR=str(workspace.folder.parent))
    assert [*every] == ["too-wide"]  # and no "unknown-kind", with a reinstall that changes nothing
    assert str(project) in every["too-wide"]["cause"] and "one folder down" in every["too-wide"]["cause"]
    assert every["too-wide"]["about"] == "acme_project"


@pytest.mark.parametrize("files", [{}, {"notes.txt": "", "scripts/run.sh": ""}])
def test_a_line_to_a_home_without_modules_is_nobodys(
    environment: Environment, workspace: Workspace, files: dict[str, str]
) -> None:
    home = write(workspace.folder / "Users/me@company.com", files)
    home.mkdir(exist_ok=True)
    write(environment.site_packages, {"mine.pth": f"{home}\n"})
    assert findings(environment, 0) == {}


def test_a_name_that_is_spelled_otherwise_is_the_same(environment: Environment, workspace: Workspace) -> None:
    project = src_project(workspace.home / "proj", "acme")
    config = project / "pyproject.toml"
    config.write_text(config.read_text().replace('"acme-project"', '"Acme.Project"  # ours'))
    leave_install(environment.site_packages, "acme_project", project, project / "src")
    assert findings(environment, 0) == {}
    config.write_text(config.read_text().replace('"Acme.Project"', '"churn"'))
    assert "now has the name churn" in findings(environment)["renamed"]["cause"]


@pytest.mark.parametrize("name", ["pyproject.toml", "setup.cfg"])
def test_a_folder_of_settings_is_no_project(environment: Environment, workspace: Workspace, name: str) -> None:
    files = {f"src/{file}": text for file, text in package("acme").items()}
    project = write(workspace.home / "repo", {**files, name: "[tool.ruff]\nline-length = 100\n"})
    assert found_in(project, environment) == {}
    (project / name).write_text("[build-system]\n" if name == "pyproject.toml" else "[options]\n")
    assert "`acme`" in found_in(project, environment, 1)["project-not-installed"]


def test_a_project_that_is_on_the_path_is_provided_for(environment: Environment, workspace: Workspace) -> None:
    """As the repository's root is in a Git folder."""
    project = write(workspace.home / "repo", {**package("acme"), "pyproject.toml": NAMED, "notebooks/a.txt": ""})
    assert "project-not-installed" in found_in(project / "notebooks", environment, 1)
    assert found_in(project / "notebooks", environment, PYTHONPATH=str(project)) == {}


def test_a_project_that_is_installed_as_a_wheel_is_provided_for(environment: Environment, workspace: Workspace) -> None:
    files = {f"src/{file}": text for file, text in {**package("acme_project"), **package("more")}.items()}
    project = write(workspace.home / "repo", {**files, "pyproject.toml": NAMED})
    write(environment.site_packages, package("acme_project"))
    distribution(environment.site_packages, "acme_project", ["acme_project/__init__.py"])
    assert found_in(project, environment) == {}


def test_another_python_is_named_with_its_projects_of_the_workspace_only(
    environment: Environment, bare: Environment, workspace: Workspace, tmp_path: Path
) -> None:
    for name, home in (("acme", workspace.home), ("other", tmp_path)):
        project = src_project(home / name, name)
        leave_install(bare.site_packages, f"{name}_project", project, project / "src")
    found = as_json(environment, "verify", status=1, VIRTUAL_ENV=str(bare.folder))["findings"]
    assert [(f["code"], f["about"]) for f in found] == [("other-python", "acme_project")]
    assert f"{bare.folder}/bin/python" in found[0]["cause"] and "--active" in found[0]["cause"]
    assert found[0]["remedy"].endswith(f"pip install -e '{workspace.home}/acme'")
    both = copy_of(environment, tmp_path / "both")
    leave_install(both.site_packages, "acme_project", workspace.home / "acme", workspace.home / "acme/src")
    assert findings(both, 0, VIRTUAL_ENV=str(bare.folder)) == {}


def test_a_project_that_moved_is_found(environment: Environment, workspace: Workspace) -> None:
    project = src_project(workspace.home / "before", "acme")
    leave_install(environment.site_packages, "acme_project", project, project / "src")
    project.rename(workspace.home / "after")
    found = findings(environment)["project-gone"]
    assert f"{workspace.home}/after. To install it from there:" in found["cause"]
    assert found["remedy"].endswith(f"pip install --no-deps -e '{workspace.home}/after'")
    src_project(workspace.home / "again", "acme")
    assert "uninstall it:" in findings(environment)["project-gone"]["cause"]  # which of the two cannot be told
