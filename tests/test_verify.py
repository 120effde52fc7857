"""Each finding of ``verify``: the situation made with real files, the finding and its remedy read from ``--json``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from environments import DATABRICKS, ROOT, Environment, make_venv, once
from kernels import ERAS, Notebook, make_notebook, renamed_runtime
from sessions import as_json, command, copy_of, findings, fits, shell
from workspaces import Workspace, flat_project, package, src_project, write

VERIFY = "import dbx_patch; dbx_patch.verify_editable_installs(verbose=False).to_dict()"
MAIN = "import sys; from dbx_patch.cli import main; sys.exit(main(['verify', '--json']))"


@pytest.fixture(scope="module")
def installed(shared: Path, tools: Path, wheel: Path) -> Environment:
    """An environment with dbx-patch; tests that change one take a copy."""

    def make(folder: Path) -> None:
        make_venv(folder / "env", tools).install(wheel)

    return Environment(once(shared / "installed", make) / "env", tools)


@pytest.fixture
def env(installed: Environment, tmp_path: Path) -> Environment:
    return copy_of(installed, tmp_path / "env")


@pytest.fixture(scope="module")
def notebook(shared: Path, tools: Path, wheel: Path) -> Notebook:
    folder = once(shared / "notebook", lambda at: make_notebook(at, tools, wheel) and None)
    return Notebook(Environment(folder / "env", tools), Workspace(folder))


def leave_install(env: Environment, name: str, project: Path, root: Path | None) -> None:
    """What pip leaves of an editable install that is one path line, or (no root) of one that copied its files."""
    info, pth = f"{name}-1.0.dist-info", f"_{name}.pth"
    url = json.dumps({"url": project.as_uri(), "dir_info": {"editable": True}})
    record = f"{info}/RECORD,,\n" + (f"{pth},,\n" if root else f"{name}/__init__.py,,\n")
    files = {f"{info}/METADATA": f"Name: {name}\nVersion: 1.0\n", f"{info}/direct_url.json": url}
    files[f"{info}/RECORD"] = record
    if root:
        files[pth] = f"{root}\n"
    write(env.site_packages, files)


def reported(done: Any) -> dict[str, dict[str, str]]:
    assert done.stderr == "", done.stderr
    text = done.stdout[done.stdout.index("{") :]  # after what the code itself has printed
    return {found["code"]: found for found in json.loads(text)["findings"]}


@pytest.mark.parametrize("era", ERAS)
def test_a_healthy_notebook_has_no_finding(notebook: Notebook, era: str) -> None:
    [found] = notebook.values(VERIFY, runtime=era)
    assert found["status"] == "ok" and found["findings"] == []
    names = {name for install in found["installs"] for name in install["names"]}
    assert len(found["installs"]) == 2 and names >= {"acme_flat", "acme_src"}


def test_start_without_site(installed: Environment) -> None:
    path = {"PYTHONPATH": str(installed.site_packages)}
    found = findings(installed, options=("-S",), **path)["no-site"]
    assert found["severity"] == "error" and "-S" in found["cause"]
    by_hand = installed.run(f"{found['remedy']}\n{MAIN}", env={**DATABRICKS, **path}, options=("-S",))
    assert '"armed-by-hand"' in by_hand.stdout and by_hand.returncode == 0


def test_installed_where_site_does_not_look(bare: Environment, wheel: Path, tmp_path: Path) -> None:
    bare.install("--target", str(tmp_path / "elsewhere"), wheel)
    found = findings(bare, PYTHONPATH=str(tmp_path / "elsewhere"))["unprocessed-folder"]
    assert str(tmp_path / "elsewhere") in found["cause"]
    assert "pip install" in found["remedy"] and str(bare.site_packages) in found["remedy"]


def test_run_from_its_source(bare: Environment) -> None:
    found = findings(bare, PYTHONPATH=str(ROOT / "src"))["not-installed"]
    assert found["severity"] == "error" and found["remedy"].endswith("pip install dbx-patch")


def test_switched_off(installed: Environment) -> None:
    found = findings(installed, DBX_PATCH_ENABLED="0")["disabled"]
    assert found["severity"] == "warning" and "DBX_PATCH_ENABLED=0" in found["cause"]
    assert found["remedy"] == "unset DBX_PATCH_ENABLED"
    off = findings(installed, 0, DBX_PATCH_ENABLED="off", DATABRICKS_RUNTIME_VERSION="")["disabled"]
    assert off["severity"] == "note"


def test_not_on_databricks(installed: Environment) -> None:
    found = findings(installed, 0, DATABRICKS_RUNTIME_VERSION="")["not-databricks"]
    assert found["severity"] == "note" and "DBX_PATCH_ENABLED=1" in found["remedy"]


def test_installed_after_this_process_started(installed: Environment, bare: Environment) -> None:
    code = f"""
import importlib, shutil
for name in ("dbx_patch", "_dbx_patch_bootstrap.py", "zzz_dbx_patch.pth"):
    source, target = {str(installed.site_packages)!r} + "/" + name, {str(bare.site_packages)!r} + "/" + name
    (shutil.copy if "." in name else shutil.copytree)(source, target)
importlib.invalidate_caches()
"""
    found = reported(bare.run(code + MAIN, env=DATABRICKS))["started-before-install"]
    assert found["severity"] == "error" and "dbutils.library.restartPython()" in found["remedy"]


def test_finders_taken_away(installed: Environment) -> None:
    code = "import sys; sys.meta_path[:] = [f for f in sys.meta_path if isinstance(f, type)]\n"
    found = reported(installed.run(code + MAIN, env=DATABRICKS))["disarmed"]
    again = installed.run(f"{code}{found['remedy']}\n{MAIN}", env=DATABRICKS)
    assert reported(again) == {} and again.stdout.startswith("dbx-patch 1")


def test_second_copy(env: Environment, wheel: Path, tmp_path: Path) -> None:
    other = tmp_path / "cluster/site-packages"
    env.install("--target", str(other), wheel)
    found = findings(env, PYTHONPATH=str(other))["second-copy"]
    assert found["severity"] == "warning" and found["about"] == str(env.site_packages / "dbx_patch")
    shell(found["remedy"])
    assert not list(env.site_packages.glob("*dbx_patch*")) and list(other.glob("zzz_dbx_patch.pth"))


def test_leftovers_of_the_old_version(env: Environment) -> None:
    mine = "MINE = True\n"
    old = write(env.site_packages, {"sitecustomize.py": "from dbx_patch import apply_patch\n"}) / "sitecustomize.py"
    backup = write(env.site_packages, {"sitecustomize.py.backup": mine}) / "sitecustomize.py.backup"
    code = "import sys; sys.modules['sitecustomize'] = sys\n"  # the old one fails to import, and site says so
    text = env.run(code + MAIN, env=DATABRICKS).stdout
    found = {f["code"]: f for f in json.loads(text)["findings"]}
    assert found["old-sitecustomize"]["about"] == str(old) and found["old-backup"]["about"] == str(backup)
    shell(found["old-sitecustomize"]["remedy"])
    shell(found["old-backup"]["remedy"])
    assert old.read_text() == mine and not backup.exists()
    assert findings(env, 0) == {}


@pytest.mark.parametrize("era", ERAS)
def test_names_that_a_release_has_changed(notebook: Notebook, era: str, tmp_path: Path) -> None:
    [found] = notebook.values(VERIFY, runtime=era, runtime_dir=renamed_runtime(tmp_path / "renamed", era))
    by_patch = {f["about"]: f for f in found["findings"] if f["code"] == "patch-not-applicable"}
    assert (
        by_patch["sys_path_init"]["severity"] == "note"
        and "has no patch_sys_path" in by_patch["sys_path_init"]["cause"]
    )
    assert by_patch["autoreload"]["severity"] == "warning" and "--upgrade dbx-patch" in by_patch["autoreload"]["remedy"]
    assert found["status"] == "warning"


def test_a_patch_that_failed(notebook: Notebook, tmp_path: Path) -> None:
    from dbx_patch.simulator import materialise

    shell_folder = materialise(tmp_path / "broken", "modern")
    file = shell_folder / "dbruntime/autoreload/file_module_utils.py"
    file.write_text(file.read_text().replace("_CHECKS.append(check)", "_CHECKS.add(check)"))
    [found] = notebook.values(VERIFY, runtime="modern", runtime_dir=shell_folder)
    failed = next(f for f in found["findings"] if f["code"] == "patch-failed")
    assert failed["severity"] == "error" and "'list' object has no attribute 'add'" in failed["cause"]
    assert "pip install --upgrade dbx-patch" in failed["remedy"]


def test_project_gone(env: Environment, workspace: Workspace) -> None:
    for make, name in ((src_project, "acme_src"), (flat_project, "acme_flat")):
        project = make(workspace.home / name, name)
        env.install_editable(project)
        shutil.rmtree(project)
    found = as_json(env, "verify", status=1)["findings"]
    assert len(found) == 2 and found[0]["code"] == "project-gone", found
    # an old setuptools leaves an egg-link: nothing but a line in easy-install.pth
    assert found[1]["code"] == ("path-gone" if found[1]["about"].endswith("easy-install.pth") else "project-gone")
    for finding in found:
        assert str(workspace.home / "acme_") in finding["cause"] and finding["severity"] == "error"
    assert f"pip uninstall -y {found[0]['about']}" in found[0]["remedy"]


def test_shadowed_by_an_installed_package(env: Environment, workspace: Workspace, tmp_path: Path) -> None:
    env.install_editable(src_project(workspace.home / "mine", "acme"))
    rival = write(env.site_packages, {"acme/__init__.py": "", "rival-2.0.dist-info/RECORD": "acme/__init__.py,,\n"})
    found = findings(env)["shadowed"]
    assert found["severity"] == "error" and found["about"] == "acme_project"
    assert str(rival / "acme") in found["cause"] and "rival 2.0" in found["cause"]
    assert found["remedy"].endswith("pip uninstall -y rival")


def test_shadowed_by_the_standard_library(env: Environment, workspace: Workspace) -> None:
    project = write(workspace.home / "mine", {"src/json/__init__.py": "", "src/fine.py": ""})
    leave_install(env, "mine", project, project / "src")
    found = findings(env)["shadowed"]
    assert "standard library" in found["cause"] and "`import json`" in found["cause"]
    shell(found["remedy"].replace("git mv", "mv"))
    assert "shadowed" not in findings(env, 0)


def test_path_line_whose_folder_offers_nothing(env: Environment, workspace: Workspace) -> None:
    project = write(workspace.home / "hollow", {"src/readme.md": "", "pyproject.toml": ""})
    leave_install(env, "hollow", project, project / "src")
    found = findings(env)["nothing-offered"]
    assert found["severity"] == "warning" and str(project / "src") in found["cause"]
    assert "pip install --no-deps -e " in found["remedy"] and str(project) in found["remedy"]


def test_path_line_whose_folder_is_gone(env: Environment, workspace: Workspace) -> None:
    there = write(workspace.home / "there", {"module.py": ""})
    pth = (
        write(env.site_packages, {"easy-install.pth": f"{workspace.home}/old project\n{there}\n"}) / "easy-install.pth"
    )
    found = findings(env)["path-gone"]
    assert found["about"] == str(pth) and f"{workspace.home}/old project" in found["cause"]
    shell(found["remedy"])
    assert pth.read_text() == f"{there}\n" and findings(env, 0) == {}


def test_marked_editable_but_copied(env: Environment, workspace: Workspace) -> None:
    project = write(workspace.home / "rusty", {"rusty/__init__.py": ""})
    write(env.site_packages, {"rusty/__init__.py": ""})
    leave_install(env, "rusty", project, None)
    found = findings(env)["copied"]
    assert found["severity"] == "warning" and found["about"] == "rusty"
    assert "--force-reinstall" in found["remedy"] and str(project) in found["remedy"]


def test_dev_mode_exact_without_editables(env: Environment, workspace: Workspace) -> None:
    project = src_project(workspace.home / "exact", "acme_exact")
    file = project / "pyproject.toml"
    file.write_text(file.read_text() + "[tool.hatch.build]\ndev-mode-exact = true\n")
    env.install_editable(project)
    done = command(env, "verify", "--json")  # site complains of the .pth at every start
    found = {f["code"]: f for f in json.loads(done.stdout)["findings"]}["editables-missing"]
    assert done.returncode == 1 and found["severity"] == "error"
    assert found["remedy"].endswith("pip install editables")
    library = next(env.tools.glob("lib/*/site-packages"))
    shutil.copytree(library / "editables", env.site_packages / "editables")
    assert "editables-missing" not in findings(env, 0)


def test_notebook_in_an_editable_package(env: Environment, workspace: Workspace) -> None:
    source = "# Databricks notebook source\nVALUE = 1\n"
    files = {"src/acme/explore.py": source, "exploration.py": source, "src/acme/sub/__init__.py": "# License\n"}
    env.install_editable(src_project(workspace.home / "proj", "acme", extra=files))
    found = findings(env)
    assert found["notebook"]["severity"] == "warning"
    assert found["notebook"]["about"] == str(workspace.home / "proj/src/acme/explore.py")
    assert found["leading-comment"]["severity"] == "note" and "sub/__init__.py" in found["leading-comment"]["cause"]
    shell(found["notebook"]["remedy"])
    shell(found["leading-comment"]["remedy"])
    assert findings(env, 0) == {}
    assert (workspace.home / "proj/src/acme/explore.py").read_text() == "VALUE = 1\n"


def test_a_finder_ahead_of_ours(installed: Environment) -> None:
    code = "import sys\nclass Greedy:\n    def find_spec(self, *args): return None\nsys.meta_path.insert(0, Greedy())\n"
    found = reported(installed.run(code + MAIN, env=DATABRICKS))["ahead-of-us"]
    assert found["severity"] == "note" and found["about"] == "__main__.Greedy"
    after = installed.run(f"{code}{found['remedy']}\nprint()\n{MAIN}", env=DATABRICKS).stdout
    assert '"status": "ok"' in after and "ahead-of-us" not in after


def test_two_installs_provide_a_name(env: Environment, workspace: Workspace) -> None:
    for name in ("one", "two"):
        files = {"src/acme/__init__.py": "", "src/shared/" + name + ".py": "", "tests/__init__.py": ""}
        project = write(workspace.home / name, files)
        leave_install(env, name, project, project / "src")
    found = [f for f in as_json(env, "verify", status=1)["findings"] if f["code"] == "provided-twice"]
    assert [f["about"] for f in found] == ["acme"]  # not `shared`, whose halves make one namespace
    assert all(str(workspace.home / name) in found[0]["cause"] for name in ("one", "two"))
    assert found[0]["remedy"].endswith("pip uninstall -y two")


def test_lost_path(notebook: Notebook) -> None:
    off = notebook.run(VERIFY, env={"DBX_PATCH_ENABLED": "0"}, runtime="modern").cells[0].value
    found = next(f for f in off["findings"] if f["code"] == "lost-path")
    assert found["severity"] == "error" and "sys.path.append(" in found["remedy"]
    assert notebook.run(found["remedy"] + "\nimport acme_src", env={"DBX_PATCH_ENABLED": "0"}).cells[0].ok


def test_loaded_from_elsewhere(env: Environment, workspace: Workspace, tmp_path: Path) -> None:
    write(tmp_path / "before", package("acme"))
    env.install_editable(src_project(workspace.home / "proj", "acme"))
    code = f"import sys; sys.path.insert(0, {str(tmp_path / 'before')!r}); import acme; del sys.path[0]\n"
    found = reported(env.run(code + MAIN, env=DATABRICKS))["loaded-elsewhere"]
    assert str(tmp_path / "before") in found["cause"] and "restartPython" in found["remedy"]


def test_pth_that_is_not_read(env: Environment) -> None:
    write(env.site_packages, {"huge.pth": "# comment\n" * 500_000})
    found = findings(env)["unreadable-pth"]
    assert found["about"].endswith("huge.pth") and "bytes" in found["cause"] and found["remedy"].startswith("ls -l ")


def test_settings_that_mean_nothing(installed: Environment) -> None:
    found = findings(installed, DBX_PATCH_DISABLE="autoreloading")["setting"]
    assert "autoreloading" in found["cause"] and found["remedy"] == "unset DBX_PATCH_DISABLE"


def test_text_fits_a_terminal(env: Environment, workspace: Workspace) -> None:
    env.install_editable(src_project(workspace.home / "a project with a long name", "acme"))
    write(env.site_packages, {"acme.py": "", "z.pth": f"{workspace.home}/{'long/' * 30}\n"})
    done = command(env, "verify")
    assert done.returncode == 1 and done.stderr == ""
    assert fits(done.stdout) and "\033[" not in done.stdout
    assert "error: 2 errors" in done.stdout
