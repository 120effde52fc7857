"""What ``verify`` finds of editable installs, made with real files; finding and remedy are read from ``--json``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from support.environments import DATABRICKS, Environment
from support.installed import leave_install
from support.sessions import MAIN, as_json, command, findings, reported, shell
from support.workspaces import Workspace, flat_project, package, src_project, write


def test_project_gone(environment: Environment, workspace: Workspace) -> None:
    for make, name in ((src_project, "acme_src"), (flat_project, "acme_flat")):
        project = make(workspace.home / name, name)
        environment.install_editable(project)
        shutil.rmtree(project)
    found = as_json(environment, "verify", status=1)["findings"]
    assert len(found) == 2 and found[0]["code"] == "project-gone", found
    # an old setuptools leaves an egg-link: nothing but a line in easy-install.pth
    assert found[1]["code"] == ("path-gone" if found[1]["about"].endswith("easy-install.pth") else "project-gone")
    for finding in found:
        assert str(workspace.home / "acme_") in finding["cause"] and finding["severity"] == "error"
    assert f"pip uninstall -y {found[0]['about']}" in found[0]["remedy"]


def test_source_gone(environment: Environment, workspace: Workspace) -> None:
    project = flat_project(workspace.home / "acme_flat", "acme_flat")
    environment.install_editable(project)
    shutil.rmtree(project / "acme_flat")
    assert list(environment.site_packages.glob("__editable___*_finder.py"))
    found = findings(environment)["source-gone"]
    assert found["severity"] == "error" and f"acme_flat ({project / 'acme_flat'})" in found["cause"]
    assert "pip install --no-deps -e " in found["remedy"] and str(project) in found["remedy"]


@pytest.mark.parametrize(
    "file, code", [("acme_flat*.pth", "pth-gone"), ("__editable___*finder.py", "finder-gone"), ("", "unknown-kind")]
)
def test_nothing_leads_to_it(environment: Environment, workspace: Workspace, file: str, code: str) -> None:
    """A start-up file or a finder that is gone, or one that was cut short."""
    project = flat_project(workspace.home / "acme_flat", "acme_flat")
    environment.install_editable(project)
    finders = list(environment.site_packages.glob("__editable___*finder.py"))
    assert finders
    for path in environment.site_packages.glob(file.replace("acme_flat*", "__editable__.*")) if file else ():
        path.unlink()
    if not file:
        finders[0].write_text("import sys\n")
    done = command(environment, "verify", "--json")
    found = {f["code"]: f for f in json.loads(done.stdout)["findings"]}[code]
    assert found["about"] == "acme_flat_project" and done.returncode == 1
    assert "pip install --no-deps -e " in found["remedy"] and str(project) in found["remedy"]
    assert "copied" not in done.stdout


def test_hand_written_lines(environment: Environment, workspace: Workspace) -> None:
    """No distribution can be uninstalled: the line is what goes."""
    one, two = (write(workspace.home / name, {"src/dupa/__init__.py": ""}) / "src" for name in ("one", "two"))
    (workspace.home / "empty").mkdir()
    write(
        environment.site_packages,
        {"d1.pth": f"{one}\n", "d2.pth": f"\ufeff{two}/ \r\n", "e.pth": f"{workspace.home}/empty\n"},
    )
    found = findings(environment)
    assert found["provided-twice"]["about"] == "dupa" and found["nothing-offered"]["about"] == "e.pth"
    shell(found["provided-twice"]["remedy"])
    shell(found["nothing-offered"]["remedy"])
    assert findings(environment, 0) == {} and str(one) in (environment.site_packages / "d1.pth").read_text()


def test_sources_that_moved_inside_the_project(environment: Environment, workspace: Workspace) -> None:
    project = src_project(workspace.home / "proj", "acme")
    environment.install_editable(project)
    (project / "src").rename(project / "lib")
    found = findings(environment)["path-gone"]
    assert "reinstall it:" in found["cause"] and str(project) in found["remedy"]


def test_a_file_that_names_nothing_is_no_install(environment: Environment, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/tmp")
    write(environment.site_packages, {"wide.pth": f"{tmp_path}/link\n/tmp\n"})
    assert as_json(environment, "paths")["installs"] == []


def test_a_stray_module_beside_the_packages_is_a_note(environment: Environment, workspace: Workspace) -> None:
    project = write(workspace.home / "flat", {"acme/__init__.py": "", "installed.py": "", "pyproject.toml": ""})
    leave_install(environment.site_packages, "flat", project, project)
    write(environment.site_packages, {"installed.py": "", "other-2.0.dist-info/RECORD": "installed.py,,\n"})
    assert findings(environment, 0)["shadowed"]["severity"] == "note"


def test_shadowed_by_an_installed_package(environment: Environment, workspace: Workspace, tmp_path: Path) -> None:
    environment.install_editable(src_project(workspace.home / "mine", "acme"))
    rival = write(
        environment.site_packages, {"acme/__init__.py": "", "rival-2.0.dist-info/RECORD": "acme/__init__.py,,\n"}
    )
    found = findings(environment)["shadowed"]
    assert found["severity"] == "error" and found["about"] == "acme_project"
    assert str(rival / "acme") in found["cause"] and "rival 2.0" in found["cause"]
    assert found["remedy"].endswith("pip uninstall -y rival")


def test_shadowed_by_the_standard_library(environment: Environment, workspace: Workspace) -> None:
    project = write(workspace.home / "mine", {"src/json/__init__.py": "", "src/fine.py": ""})
    leave_install(environment.site_packages, "mine", project, project / "src")
    every = findings(environment)
    assert [*every] == ["shadowed"]  # and not "loaded-elsewhere": the command itself has loaded json
    found = every["shadowed"]
    assert "standard library" in found["cause"] and "`import json`" in found["cause"]
    assert found["remedy"] == "" and "rename the package" in found["cause"]  # a user's source is not moved
    (project / "src/json").rename(project / "src/json_renamed")
    assert "shadowed" not in findings(environment, 0)


def test_a_folder_that_the_project_names_and_does_not_have(environment: Environment, workspace: Workspace) -> None:
    """As of hatchling's `dev-mode-dirs`: what there is works, and installing it again would change nothing."""
    config = '[tool.hatch.build]\ndev-mode-dirs = ["one", "two"]\n'
    project = write(workspace.home / "mine", {"one/acme/__init__.py": "", "pyproject.toml": config})
    leave_install(environment.site_packages, "mine", project, project / "one")
    write(environment.site_packages, {"_mine.pth": f"{project}/one\n{project}/two\n"})
    found = findings(environment, 0)["path-gone"]
    assert found["severity"] == "note" and found["remedy"] == "" and f"{project}/two" in found["cause"]
    (project / "one").rename(project / "three")
    assert findings(environment)["path-gone"]["severity"] == "error", "nothing of it can be imported"


def test_path_line_whose_folder_offers_nothing(environment: Environment, workspace: Workspace) -> None:
    project = write(workspace.home / "hollow", {"src/readme.md": "", "pyproject.toml": ""})
    leave_install(environment.site_packages, "hollow", project, project / "src")
    found = findings(environment)["nothing-offered"]
    assert found["severity"] == "warning" and str(project / "src") in found["cause"]
    assert "pip install --no-deps -e " in found["remedy"] and str(project) in found["remedy"]


def test_path_line_whose_folder_is_gone(environment: Environment, workspace: Workspace) -> None:
    there = write(workspace.home / "there", {"module.py": ""})
    pth = (
        write(environment.site_packages, {"easy-install.pth": f"{workspace.home}/old project\n{there}\n"})
        / "easy-install.pth"
    )
    found = findings(environment)["path-gone"]
    assert found["about"] == str(pth) and f"{workspace.home}/old project" in found["cause"]
    shell(found["remedy"])
    assert pth.read_text() == f"{there}\n" and findings(environment, 0) == {}


def test_marked_editable_but_copied(environment: Environment, workspace: Workspace) -> None:
    project = write(workspace.home / "rusty", {"rusty/__init__.py": ""})
    write(environment.site_packages, {"rusty/__init__.py": ""})
    leave_install(environment.site_packages, "rusty", project, None)
    found = findings(environment)["copied"]
    assert found["severity"] == "warning" and found["about"] == "rusty"
    assert "--force-reinstall" in found["remedy"] and str(project) in found["remedy"]


def test_dev_mode_exact_without_editables(environment: Environment, workspace: Workspace) -> None:
    project = src_project(workspace.home / "exact", "acme_exact")
    file = project / "pyproject.toml"
    file.write_text(file.read_text() + "[tool.hatch.build]\ndev-mode-exact = true\n")
    environment.install_editable(project)
    done = command(environment, "verify", "--json")  # site complains of the .pth at every start
    found = {f["code"]: f for f in json.loads(done.stdout)["findings"]}["editables-missing"]
    assert done.returncode == 1 and found["severity"] == "error"
    assert found["remedy"].endswith("pip install editables")
    library = next(environment.tools.glob("lib/*/site-packages"))
    shutil.copytree(library / "editables", environment.site_packages / "editables")
    assert "editables-missing" not in findings(environment, 0)


def test_notebook_in_an_editable_package(environment: Environment, workspace: Workspace) -> None:
    source = "# Databricks notebook source\nVALUE = 1\n"
    files = {"src/acme/explore.py": source, "exploration.py": source, "src/acme/sub/__init__.py": "# License\n"}
    environment.install_editable(src_project(workspace.home / "proj", "acme", extra=files))
    found = findings(environment)
    assert found["notebook"]["severity"] == "warning"
    assert found["notebook"]["about"] == str(workspace.home / "proj/src/acme/explore.py")
    assert found["leading-comment"]["severity"] == "note" and "sub/__init__.py" in found["leading-comment"]["cause"]
    assert found["notebook"]["remedy"] == found["leading-comment"]["remedy"] == ""  # a user's source is not edited
    assert "Without that line" in found["notebook"]["cause"] and "empty line" in found["leading-comment"]["cause"]
    (workspace.home / "proj/src/acme/explore.py").write_text("VALUE = 1\n")
    (workspace.home / "proj/src/acme/sub/__init__.py").write_text("\n# License\n")
    assert findings(environment, 0) == {}


def test_two_installs_provide_a_name(environment: Environment, workspace: Workspace) -> None:
    for name in ("one", "two"):
        files = {"src/acme/__init__.py": "", "src/shared/" + name + ".py": "", "tests/__init__.py": ""}
        project = write(workspace.home / name, files)
        leave_install(environment.site_packages, name, project, project / "src")
    found = [f for f in as_json(environment, "verify", status=1)["findings"] if f["code"] == "provided-twice"]
    assert [f["about"] for f in found] == ["acme"]  # not `shared`, whose halves make one namespace
    assert all(str(workspace.home / name) in found[0]["cause"] for name in ("one", "two"))
    assert found[0]["remedy"].endswith("pip uninstall -y two")


def test_loaded_from_elsewhere(environment: Environment, workspace: Workspace, tmp_path: Path) -> None:
    write(tmp_path / "before", package("acme"))
    environment.install_editable(src_project(workspace.home / "proj", "acme"))
    code = f"import sys; sys.path.insert(0, {str(tmp_path / 'before')!r}); import acme; del sys.path[0]\n"
    found = reported(environment.run(code + MAIN, env=DATABRICKS))["loaded-elsewhere"]
    assert str(tmp_path / "before") in found["cause"] and "restartPython" in found["remedy"]


def test_pth_that_is_not_read(environment: Environment) -> None:
    write(environment.site_packages, {"huge.pth": "# comment\n" * 500_000})
    found = findings(environment)["unreadable-pth"]
    assert found["about"].endswith("huge.pth") and "bytes" in found["cause"] and found["remedy"].startswith("ls -l ")
