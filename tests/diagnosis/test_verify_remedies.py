"""Remedies are safe to paste: they change this environment only, one per cause, and no file of a project."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.environments import DATABRICKS, Environment, make_venv
from support.installed import leave_install
from support.sessions import as_json, shell
from support.workspaces import Workspace, package, write


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder, less what an import leaves."""
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def project(workspace: Workspace, name: str, provides: str) -> Path:
    return write(workspace.home / name, {f"src/{file}": text for file, text in package(provides, name).items()})


def install(env: Environment, name: str, folder: Path) -> None:
    write(folder, {"pyproject.toml": f'[project]\nname = "{name}"\nversion = "1.0"\n'})
    leave_install(env.site_packages, name, folder, folder / "src")
    record = env.site_packages / f"{name}-1.0.dist-info/RECORD"
    record.write_text(
        record.read_text() + "".join(f"{path.parent.name}/{path.name},,\n" for path in record.parent.iterdir())
    )


def copy_in(env: Environment, name: str, provides: str) -> None:
    """What pip leaves of a wheel."""
    files = {path: text for path, text in package(provides, "copy").items() if path.endswith(".py")}
    info = f"{name}-0.1.dist-info"
    record = "".join(f"{path},,\n" for path in [*files, f"{info}/METADATA", f"{info}/INSTALLER", f"{info}/RECORD"])
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1\n"
    write(env.site_packages, {**files, f"{info}/RECORD": record, f"{info}/INSTALLER": "pip\n"})


@pytest.fixture
def lower(environment: Environment, tmp_path: Path, tools: Path) -> Environment:
    """A cluster's environment, whose packages the notebook's has on its path ahead of its own installs' roots."""
    lower = make_venv(tmp_path / "lower", tools)
    write(environment.site_packages, {"_a_lower.pth": f"{lower.site_packages}\n"})
    return lower


def reported(env: Environment, status: int) -> list[tuple[str, str, str]]:
    return [(f["severity"], f["code"], f["remedy"]) for f in as_json(env, "verify", status=status)["findings"]]


def pip_of(env: Environment, remedy: str, tools: Path) -> str:
    """A remedy's pip is the tools': the test's environments have none."""
    python = tools / "bin/python"
    words = remedy.split()
    assert "pip" in words, remedy
    return " ".join([str(python), "-m", "pip", "--python", env.python, *words[words.index("pip") + 1 :]])


@pytest.mark.parametrize("name", ["acme", "rival"])
def test_a_copy_in_a_lower_environment(
    environment: Environment, lower: Environment, workspace: Workspace, tools: Path, name: str
) -> None:
    """`pip uninstall` would remove the editable install, or refuse: so nothing is there to paste."""
    install(environment, "acme", project(workspace, "proj", "acme"))
    copy_in(lower, name, "acme")
    before = tree(lower.site_packages)
    for severity, code, remedy in reported(environment, 1):
        assert remedy == "", (severity, code)
    assert tree(lower.site_packages) == before


def test_a_copy_in_this_environment(environment: Environment, workspace: Workspace, tools: Path) -> None:
    folder = project(workspace, "proj", "acme")
    install(environment, "acme_editable", folder)
    copy_in(environment, "rival", "acme")
    before = tree(folder)
    [(severity, code, remedy)] = reported(environment, 1)
    assert (severity, code) == ("error", "shadowed") and remedy.endswith("pip uninstall -y rival")
    shell(pip_of(environment, remedy, tools))
    assert reported(environment, 0) == [] and tree(folder) == before
    assert environment.value("import acme, json; print(json.dumps(acme.VALUE))", env=DATABRICKS) == "proj"


def test_one_distribution_editable_in_two_environments(
    environment: Environment, lower: Environment, workspace: Workspace
) -> None:
    above, below = project(workspace, "above", "acme"), project(workspace, "below", "acme")
    install(environment, "acme", above)
    install(lower, "acme", below)
    found = reported(environment, 0)
    assert ("note", "provided-twice", "") in found and {code for _, code, _ in found} == {"provided-twice", "lost-path"}


def test_two_installs_of_one_name_have_one_remedy(environment: Environment, workspace: Workspace, tools: Path) -> None:
    folders = {name: project(workspace, name, "acme") for name in ("one", "two", "three")}
    for name, folder in folders.items():
        install(environment, name, folder)
    before = {name: tree(folder) for name, folder in folders.items()}
    [(severity, code, remedy)] = reported(environment, 1)
    assert (severity, code) == ("warning", "provided-twice")
    for line in remedy.splitlines():
        shell(pip_of(environment, line, tools))
    assert reported(environment, 0) == []
    assert {name: tree(folder) for name, folder in folders.items()} == before
    assert environment.value("import acme, json; print(json.dumps(acme.VALUE))", env=DATABRICKS) in folders


def test_a_file_of_the_users_that_shadows(environment: Environment, workspace: Workspace) -> None:
    install(environment, "acme", project(workspace, "proj", "acme"))
    write(workspace.home / "beside", {"acme.py": ""})
    found = as_json(environment, "verify", status=1, PYTHONPATH=str(workspace.home / "beside"))["findings"]
    assert [(f["code"], f["remedy"]) for f in found] == [("shadowed", "")]
    assert str(workspace.home / "beside/acme.py") in found[0]["cause"] and "rename the other" in found[0]["cause"]


def test_what_is_gone_in_a_lower_environment(
    environment: Environment, lower: Environment, workspace: Workspace
) -> None:
    folder = project(workspace, "proj", "acme")
    install(lower, "acme", folder)
    write(lower.site_packages, {"hand.pth": f"{workspace.home}/none\n"})
    shutil.rmtree(folder)
    found = reported(environment, 1)
    assert {code for _, code, _ in found} == {"project-gone", "path-gone"}
    assert [remedy for *_, remedy in found] == ["", ""]


def test_leftovers_in_a_lower_environment(environment: Environment, lower: Environment) -> None:
    write(lower.site_packages, {"sitecustomize.py": "import dbx_patch\n", "sitecustomize.py.backup": "MINE = 1\n"})
    assert reported(environment, 1) == [("warning", "old-sitecustomize", ""), ("warning", "old-backup", "")]


def test_a_users_own_backup_is_kept(environment: Environment) -> None:
    write(environment.site_packages, {"sitecustomize.py": "MINE = 1\n", "sitecustomize.py.backup": "MINE = 0\n"})
    assert reported(environment, 0) == [("note", "old-backup", "")]
