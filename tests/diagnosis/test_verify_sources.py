"""What `verify` says of an install's sources and of what is loaded from them, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.environments import DATABRICKS, Environment
from support.installed import distribution
from support.sessions import MAIN, findings, reported
from support.workspaces import Workspace, flat_project, src_project, write

EDIT = "\nimport pathlib; file = pathlib.Path({file!r}); file.write_text({text!r})\n"


def install(environment: Environment, project: Path, *requires: str) -> Path:
    """What pip leaves of an editable install with one path line; returns the project."""
    lines = "".join(f"Requires-Dist: {line}\n" for line in requires)
    metadata = f"Metadata-Version: 2.1\nName: acme-project\nVersion: 1.0\n{lines}"
    write(environment.site_packages, {"_acme.pth": f"{project}/src\n"})
    distribution(
        environment.site_packages, "acme_project", ["_acme.pth"], project=project, texts={"METADATA": metadata}
    )
    return project


def test_requirements(environment: Environment, workspace: Workspace) -> None:
    required = ("there>=1", "Not.There>=2", "old; python_version < '3'", "pytest; extra == 'test'", "json5")
    install(environment, src_project(workspace.home / "proj", "acme"), *required)
    distribution(environment.site_packages, "there")
    found = findings(environment)["requirement-missing"]
    assert found["severity"] == "warning" and found["about"] == "acme_project"
    assert found["remedy"].endswith("pip install 'Not.There>=2' json5")
    distribution(environment.site_packages, "not_there")
    write(environment.site_packages, {"json5/__init__.py": ""})  # as the runtime has pyspark: no distribution
    assert findings(environment, 0) == {}


def test_a_requirement_in_a_lower_environment_is_there(
    environment: Environment, workspace: Workspace, tmp_path: Path
) -> None:
    install(environment, src_project(workspace.home / "proj", "acme"), "there")
    lower = tmp_path / "lower/site-packages"
    distribution(lower, "there")
    assert "requirement-missing" in findings(environment)
    write(environment.site_packages, {"lower.pth": f"{lower}\n"})
    assert findings(environment, 0) == {}


def test_folders_without_init(environment: Environment, workspace: Workspace) -> None:
    files = {
        "src/acme/deep/parts/one.py": "",
        "src/helpers/two.py": "",
        "src/acme/data/rows.csv": "",
        "src/acme/templates/page.py": "",
        "src/acme/tests/test_it.py": "",
        "scripts/run.py": "",
    }
    project = install(environment, src_project(workspace.home / "proj", "acme", extra=files))
    found = findings(environment, 0)["no-init"]
    assert found["severity"] == "note" and found["remedy"] == ""
    for folder, is_meant in (("acme/deep/parts", True), ("helpers", True), ("acme/data", False), ("acme/te", False)):
        assert (f"{project}/src/{folder}" in found["cause"]) == is_meant, folder
    for folder in ("acme/deep/parts", "helpers"):
        write(project, {f"src/{folder}/__init__.py": ""})
    assert findings(environment, 0) == {}


def test_what_lies_beside_a_flat_projects_package_is_no_package(environment: Environment, workspace: Workspace) -> None:
    environment.install_editable(write(flat_project(workspace.home / "flat", "acme"), {"helpers/run.py": ""}))
    assert findings(environment, 0) == {}


@pytest.mark.parametrize(
    "file, text, kind",
    [
        ("__init__.py", "VALUE = 'another branch'\n", "acme (changed)"),
        ("lazy.py", "def load(): return 1\n", "acme.lazy (changed)"),
        ("lazy.py", None, "acme.lazy (gone)"),
    ],
)
def test_modules_that_changed_after_they_were_loaded(
    environment: Environment, workspace: Workspace, file: str, text: "str | None", kind: str
) -> None:
    path = str(install(environment, src_project(workspace.home / "proj", "acme")) / "src/acme" / file)
    edit = EDIT.format(file=path, text=text) if text else f"\nimport os; os.remove({path!r})\n"
    found = reported(environment.run(f"import acme.lazy{edit}{MAIN}", env=DATABRICKS))["loaded-changed"]
    assert f": {kind}." in found["cause"] and found["about"] == "acme" and "restartPython" in found["remedy"]


def test_modules_that_changed_before_they_were_loaded(environment: Environment, workspace: Workspace) -> None:
    """Or were loaded again since, or changed by nothing but their time."""
    project = install(environment, src_project(workspace.home / "proj", "acme"))
    path = str(project / "src/acme/lazy.py")
    edit = EDIT.format(file=path, text="def load(): return 1\n")
    assert reported(environment.run(f"{edit}import acme.lazy\n{MAIN}", env=DATABRICKS)) == {}
    again = "import importlib; importlib.invalidate_caches(); importlib.reload(acme.lazy)\n"
    edit = EDIT.format(file=path, text="def load(): return 22\n")
    assert reported(environment.run(f"import acme.lazy{edit}{again}{MAIN}", env=DATABRICKS)) == {}
    touch = f"import os; os.utime({path!r})\n"
    assert reported(environment.run(f"import acme.lazy\n{touch}{MAIN}", env=DATABRICKS)) == {}


def test_an_installed_librarys_files_are_not_looked_at(environment: Environment) -> None:
    write(environment.site_packages, {"library.py": "VALUE = 1\n"})
    edit = EDIT.format(file=str(environment.site_packages / "library.py"), text="VALUE = 2\n")
    assert reported(environment.run(f"import library{edit}{MAIN}", env=DATABRICKS)) == {}


def test_a_bare_folder_in_front_of_a_finders_package(
    environment: Environment, workspace: Workspace, bare: Environment
) -> None:
    """Of a finder that came after dbx-patch. An import in that process agrees, before and after the remedy."""
    project = flat_project(workspace.home / "acme", "acme")
    bare.install_editable(project)
    assert list(bare.site_packages.glob("__editable___*_finder.py"))
    there = (
        f"import site, sys; site.addsitedir({str(bare.site_packages)!r}); sys.path.insert(0, {str(workspace.home)!r})\n"
    )
    shown = "import acme; print(getattr(acme, '__file__', None))"
    found = reported(environment.run(there + MAIN, env=DATABRICKS))["bare-folder"]
    assert found["severity"] == "warning" and f"{workspace.home}/acme is a folder" in found["cause"]
    assert environment.run(there + shown, env=DATABRICKS).stdout == "None\n"
    mended = f"{there}{found['remedy']}\n"
    assert reported(environment.run(mended + MAIN, env=DATABRICKS)) == {}
    assert environment.run(mended + shown, env=DATABRICKS).stdout.endswith("acme/acme/__init__.py\n")
    for env in ({"DBX_PATCH_ENABLED": "0"}, {"DBX_PATCH_DISABLE": "fallback"}):
        off = reported(environment.run(there + MAIN, env={**DATABRICKS, **env}))["bare-folder"]
        assert off["severity"] == "error" and off["remedy"] == "" and next(iter(env)) in off["cause"]
