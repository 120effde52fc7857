"""`verify` finds what is wrong with a process, and its remedy works."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from support.environments import DATABRICKS, ROOT, Environment
from support.kernels import ERAS, Notebook, renamed_runtime
from support.sessions import MAIN, command, findings, fits, reported, shell
from support.workspaces import Workspace, src_project, write

VERIFY = "import dbx_patch; dbx_patch.verify_editable_installs(verbose=False).to_dict()"


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
    assert found["severity"] == "error" and found["remedy"].endswith("pip install 'dbx-patch>=1'")


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


def test_second_copy(environment: Environment, wheel: Path, tmp_path: Path) -> None:
    """No copy outside this environment is removed: another interpreter may use it."""
    other = tmp_path / "cluster/site-packages"
    environment.install("--target", str(other), wheel)
    found = findings(environment, PYTHONPATH=str(other))["second-copy"]
    assert found["severity"] == "warning" and found["about"] == str(other / "dbx_patch")
    chained = write(environment.site_packages, {"chain.pth": f"{other}\n"}) / "chain.pth"
    assert findings(environment, 0)["second-copy"]["severity"] == "note"
    chained.unlink()
    assert found["remedy"] == "" and str(other) in found["cause"] and "take the other folder off" in found["cause"]


def test_second_copy_in_this_environment(environment: Environment, tmp_path: Path) -> None:
    """The environment's site folder and the user's, which comes after it: the copy that does nothing can go."""
    config = environment.folder / "pyvenv.cfg"
    config.write_text(config.read_text().replace("system-site-packages = false", "system-site-packages = true"))
    base = tmp_path / "base"
    user = base / environment.site_packages.relative_to(environment.folder)
    shutil.copytree(environment.site_packages, user)
    found = findings(environment, PYTHONUSERBASE=str(base))["second-copy"]
    assert found["severity"] == "warning" and found["about"] == str(user / "dbx_patch")
    shell(found["remedy"])
    assert not list(user.glob("*dbx_patch*")) and len(list(environment.site_packages.glob("*dbx_patch*"))) > 3
    assert "second-copy" not in findings(environment, 0, PYTHONUSERBASE=str(base))


def test_leftovers_of_the_old_version(environment: Environment) -> None:
    mine = "MINE = True\n"
    old = (
        write(environment.site_packages, {"sitecustomize.py": "from dbx_patch import apply_patch\n"})
        / "sitecustomize.py"
    )
    backup = write(environment.site_packages, {"sitecustomize.py.backup": mine}) / "sitecustomize.py.backup"
    code = "import sys; sys.modules['sitecustomize'] = sys\n"  # the old one fails to import, and site says so
    text = environment.run(code + MAIN, env=DATABRICKS).stdout
    found = {f["code"]: f for f in json.loads(text)["findings"]}
    assert found["old-sitecustomize"]["about"] == str(old) and found["old-backup"]["about"] == str(backup)
    shell(found["old-sitecustomize"]["remedy"])
    shell(found["old-backup"]["remedy"])
    assert old.read_text() == mine and not backup.exists()
    assert findings(environment, 0) == {}


@pytest.mark.parametrize("era", ERAS)
def test_names_that_a_release_has_changed(notebook: Notebook, era: str, tmp_path: Path) -> None:
    [found] = notebook.values(VERIFY, runtime=era, runtime_dir=renamed_runtime(era))
    by_patch = {f["about"]: f for f in found["findings"] if f["code"] == "patch-not-applicable"}
    assert (
        by_patch["sys_path_init"]["severity"] == "note"
        and "has no patch_sys_path" in by_patch["sys_path_init"]["cause"]
    )
    assert (
        by_patch["autoreload"]["severity"] == "warning"
        and "--upgrade 'dbx-patch>=1'" in by_patch["autoreload"]["remedy"]
    )
    assert found["status"] == "warning"


def test_a_patch_that_failed(own_notebook: Notebook, tmp_path: Path) -> None:
    from dbx_patch.simulator import materialise, simulate  # not the tests' own, which takes a fault for a failure

    shell_folder = materialise(tmp_path / "broken", "modern")
    file = shell_folder / "dbruntime/autoreload/file_module_utils.py"
    file.write_text(file.read_text().replace("_CHECKS.append(check)", "_CHECKS.add(check)"))
    workspace, python = own_notebook.workspace, own_notebook.environment.python
    options = {"workspace": workspace.folder, "notebook": workspace.notebook, "python": python}
    [cell] = simulate([VERIFY], runtime="modern", runtime_dir=shell_folder, **options).cells
    found = cell.value
    failed = next(f for f in found["findings"] if f["code"] == "patch-failed")
    assert failed["severity"] == "error" and "'list' object has no attribute 'add'" in failed["cause"]
    assert "pip install --upgrade 'dbx-patch>=1'" in failed["remedy"]


def test_lost_path(notebook: Notebook) -> None:
    off = notebook.run(VERIFY, env={"DBX_PATCH_ENABLED": "0"}, runtime="modern").cells[0].value
    found = next(f for f in off["findings"] if f["code"] == "lost-path")
    assert found["severity"] == "error" and "sys.path.append(" in found["remedy"]
    assert found["cause"].count("To put it back now:") == 1
    assert notebook.run(found["remedy"] + "\nimport acme_src", env={"DBX_PATCH_ENABLED": "0"}).cells[0].ok


def test_settings_that_mean_nothing(installed: Environment) -> None:
    found = findings(installed, DBX_PATCH_DISABLE="zzz")["setting"]
    assert "zzz" in found["cause"] and found["remedy"] == "unset DBX_PATCH_DISABLE"


@pytest.mark.parametrize(
    "name, value, meant",
    [
        ("DBX_PATCH_DISABLE", "falback, autoreload", "autoreload,fallback"),
        ("DBX_PATCH_ENABLED", "ture", "true"),
        ("DBX_PATCH_LOG_LEVEL", "degub", "DEBUG"),
    ],
)
def test_a_misspelt_setting(installed: Environment, name: str, value: str, meant: str) -> None:
    found = findings(installed, **{name: value})["setting"]
    assert f"Did you mean {meant.rpartition(',')[2]}?" in found["cause"] and found["about"] == name
    assert found["remedy"] == f"export {name}={meant}"
    assert findings(installed, 0, **{name: meant}) == {}


@pytest.mark.parametrize("name, meant", [("DISABLED", "DISABLE"), ("ENABLE", "ENABLED"), ("LOGLEVEL", "LOG_LEVEL")])
def test_a_setting_with_a_misspelt_name(installed: Environment, name: str, meant: str) -> None:
    variable = f"DBX_PATCH_{name}"
    found = findings(installed, **{variable: "1"})["setting"]
    assert found["about"] == variable and found["cause"].endswith(f" Did you mean DBX_PATCH_{meant}?")
    assert found["remedy"] == f"unset {variable}"
    assert findings(installed, 0, DBX_PATCH_REQUIREMENT="dbx-patch>=1") == {}, "a script's own"


@pytest.mark.parametrize("name", ["DBX_PATCH_DEBUG", "DBX_PATCH_VERBOSE"])
def test_a_setting_of_the_old_version(installed: Environment, name: str) -> None:
    found = findings(installed, **{name: "1"})["setting"]
    assert found["about"] == name and "DBX_PATCH_LOG_LEVEL=DEBUG" in found["cause"]
    assert found["remedy"] == f"unset {name}"


def test_armed_by_hand_says_what_helps(bare: Environment, installed: Environment, environment: Environment) -> None:
    """pip would answer "already satisfied" in two of the three."""
    by_hand = f"import dbx_patch; dbx_patch.apply_all_patches(verbose=False)\n{MAIN}"
    no_site = reported(
        installed.run(by_hand, env={**DATABRICKS, "PYTHONPATH": str(installed.site_packages)}, options=("-S",))
    )["armed-by-hand"]
    assert no_site["remedy"] == "" and "without -S" in no_site["cause"]
    source = reported(bare.run(by_hand, env={**DATABRICKS, "PYTHONPATH": str(ROOT / "src")}))["armed-by-hand"]
    assert source["remedy"].endswith("pip install 'dbx-patch>=1'")
    (environment.site_packages / "zzz_dbx_patch.pth").unlink()
    deleted = reported(environment.run(by_hand, env=DATABRICKS))["armed-by-hand"]
    version = environment.value("import dbx_patch, json; print(json.dumps(dbx_patch.__version__))")
    assert deleted["remedy"].endswith(f"pip install --no-deps --force-reinstall dbx-patch=={version}")
    assert findings(environment)["not-installed"]["remedy"] == deleted["remedy"]


def test_a_changed_start_up_file_is_restored_from_this_version(environment: Environment) -> None:
    pth = environment.site_packages / "zzz_dbx_patch.pth"
    pth.write_text(pth.read_text() + "# more\n")
    found = findings(environment)["start-up-file-changed"]
    version = environment.value("import dbx_patch, json; print(json.dumps(dbx_patch.__version__))", env=DATABRICKS)
    assert found["remedy"].endswith(f"--force-reinstall dbx-patch=={version}")


def test_text_fits_a_terminal(environment: Environment, workspace: Workspace) -> None:
    environment.install_editable(src_project(workspace.home / "a project with a long name", "acme"))
    write(environment.site_packages, {"acme.py": "", "z.pth": f"{workspace.home}/{'long/' * 30}\n"})
    done = command(environment, "verify")
    assert done.returncode == 1 and done.stderr == ""
    assert fits(done.stdout) and "\033[" not in done.stdout
    assert "error: 2 errors" in done.stdout


def test_start_up_failed(environment: Environment) -> None:
    write(environment.site_packages, {"aaa.pth": "import sys; sys.modules['dbx_patch.hooks'] = None\n"})
    there_again = "import sys; del sys.modules['dbx_patch.hooks']\n"
    found = reported(environment.run(there_again + MAIN, env=DATABRICKS))["start-up-failed"]
    assert found["severity"] == "error" and "ModuleNotFoundError: " in found["cause"]
    by_hand = environment.run(f"{there_again}{found['remedy']}\nprint(sys.meta_path)", env=DATABRICKS)
    assert "EditableFallback" in by_hand.stdout


def test_a_fault_of_ours(installed: Environment) -> None:
    code = "import dbx_patch; dbx_patch.when_imported('colorsys')(lambda module: module.gone); import colorsys\n"
    found = reported(installed.run(code + MAIN, env=DATABRICKS))["fault"]
    assert found["severity"] == "warning"
    assert "AttributeError: " in found["cause"] and "has no attribute 'gone'" in found["cause"]


def test_a_check_that_cannot_be_made(installed: Environment) -> None:
    code = "from dbx_patch.diagnosis import verify\ndef broken(installs): raise OSError('the disk is gone')\n"
    code += "verify.CHECKS.insert(0, broken)\n"
    found = reported(installed.run(code + MAIN, env={**DATABRICKS, "DBX_PATCH_DISABLE": "autoreloading"}))
    assert found["check-failed"]["about"] == "broken" and "OSError: the disk is gone" in found["check-failed"]["cause"]
    assert "setting" in found  # the other checks' findings count
