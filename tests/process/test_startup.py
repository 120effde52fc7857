"""Start-up arms dbx-patch on Databricks, loads one module elsewhere, prints nothing and raises nothing."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from support.environments import DATABRICKS, ROOT, Environment, build_wheel, make_venv, run
from support.workspaces import src_project, write

MODULES = "import sys, json; print(json.dumps(sorted(sys.modules)))"
BOTH = "['ImportTrigger', 'EditableFallback']\n"
FINDERS = "import sys; print([type(f).__name__ for f in sys.meta_path if type(f).__module__.startswith('dbx_patch')])"


def test_the_wheels_root_holds_the_startup_files(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name.split("/")[0] for name in archive.namelist()}
        pth, start = archive.read("zzz_dbx_patch.pth"), archive.read("zzz_dbx_patch.start")
        metadata = archive.read(next(n for n in archive.namelist() if n.endswith("METADATA"))).decode()
    version = wheel.name.split("-")[1]
    assert names == {
        *("_dbx_patch_bootstrap.py", "dbx_patch", f"dbx_patch-{version}.dist-info"),
        *("zzz_dbx_patch.pth", "zzz_dbx_patch.start"),
    }
    assert pth == b"import _dbx_patch_bootstrap; _dbx_patch_bootstrap.init()\n"
    assert start == b"_dbx_patch_bootstrap:init\n"
    assert wheel.name.endswith("-py3-none-any.whl")
    assert [line for line in metadata.splitlines() if line.startswith("Requires-Dist") and "extra ==" not in line] == []


def test_builds_are_reproducible(wheel: Path, tools: Path, tmp_path: Path) -> None:
    python = str(tools / "bin/python")
    sdists = []
    for name in ("one", "two"):
        code = "import sys; from hatchling.build import build_sdist; print(build_sdist(sys.argv[1]))"
        sdists.append(tmp_path / name / run([python, "-c", code, str(tmp_path / name)], cwd=ROOT).stdout.split()[-1])
    assert sdists[0].read_bytes() == sdists[1].read_bytes()
    run([python, "-m", "tarfile", "-e", str(sdists[0]), str(tmp_path)])
    source = next(tmp_path.glob("dbx_patch-*/pyproject.toml")).parent
    digests = {
        hashlib.sha256(file.read_bytes()).hexdigest()
        for file in (wheel, build_wheel(tmp_path / "a", tools), build_wheel(tmp_path / "b", tools, source))
    }
    assert len(digests) == 1


def modules_more(environment: Environment, bare: Environment, env: dict[str, str]) -> set[str]:
    # before Python 3.10 site itself imports _bootlocale to read any .pth at all
    (bare.site_packages / "any.pth").write_text("# a comment\n")
    with_it, without = (json.loads(e.run(MODULES, env=env).stdout) for e in (environment, bare))
    return set(with_it) - set(without)


@pytest.mark.core
def test_off_databricks_one_module_more(environment: Environment, bare: Environment) -> None:
    assert modules_more(environment, bare, {}) == {"_dbx_patch_bootstrap"}
    assert environment.run(FINDERS).stdout == "[]\n"


@pytest.mark.core
def test_on_databricks_three_modules_more_and_no_scan(environment: Environment, bare: Environment) -> None:
    more = modules_more(environment, bare, DATABRICKS)
    assert more == {"_dbx_patch_bootstrap", "dbx_patch", "dbx_patch.hooks"}
    assert environment.run(FINDERS, env=DATABRICKS).stdout == BOTH


@pytest.mark.parametrize("value", ["1", "true", "YES", "on"])
def test_switched_on_off_databricks(environment: Environment, value: str) -> None:
    assert environment.run(FINDERS, env={"DBX_PATCH_ENABLED": value}).stdout == BOTH


@pytest.mark.parametrize("value", ["0", "false", "No", " off "])
def test_switched_off_on_databricks(environment: Environment, value: str) -> None:
    assert environment.run(FINDERS, env={**DATABRICKS, "DBX_PATCH_ENABLED": value}).stdout == "[]\n"


@pytest.mark.parametrize("value", ["", "auto", "perhaps"])
def test_any_other_value_counts_as_unset(environment: Environment, value: str) -> None:
    assert environment.run(FINDERS, env={"DBX_PATCH_ENABLED": value}).stdout == "[]\n"
    on = environment.run(FINDERS, env={**DATABRICKS, "DBX_PATCH_ENABLED": value})
    assert on.stdout == BOTH


@pytest.mark.parametrize(
    "options", [[], ["-S"], ["-I"], ["-E"], ["-s"], ["-W", "error"], ["-X", "dev"], ["-O"], ["-B"]]
)
@pytest.mark.parametrize("env", [{}, DATABRICKS])
def test_a_start_prints_nothing(environment: Environment, options: list[str], env: dict[str, str]) -> None:
    done = environment.run("pass", env=env, options=options)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_broken_installation_prints_nothing_and_is_told(environment: Environment) -> None:
    file = environment.site_packages / "dbx_patch/hooks/__init__.py"
    file.write_text("raise RuntimeError('half an upgrade')\n")
    done = environment.run("import _dbx_patch_bootstrap as b; print(repr(b.fault))", env=DATABRICKS)
    assert (done.stdout, done.stderr) == ("RuntimeError('half an upgrade')\n", "")


@pytest.mark.core
def test_a_sitecustomize_stays_and_runs(environment: Environment) -> None:
    theirs = environment.site_packages / "sitecustomize.py"
    theirs.write_text("import builtins; builtins.THEIRS = 1\n")
    before = theirs.stat().st_mtime_ns
    assert environment.run("print(THEIRS)", env=DATABRICKS).stdout == "1\n"
    environment.run("import dbx_patch; dbx_patch.apply_all_patches(); dbx_patch.remove_all_patches()", env=DATABRICKS)
    assert theirs.read_text() == "import builtins; builtins.THEIRS = 1\n" and theirs.stat().st_mtime_ns == before


@pytest.mark.core
def test_uninstalling_leaves_nothing(environment: Environment) -> None:
    environment.run("import dbx_patch; dbx_patch.check_patch_status()", env=DATABRICKS)
    environment.pip("uninstall", "-q", "-y", "dbx-patch")
    assert [p for p in environment.folder.rglob("*") if "dbx" in p.name.replace("-", "_")] == []
    assert environment.run("pass", env=DATABRICKS).stderr == ""


def test_editable_installs_of_dbx_patch_itself_start_too(tmp_path: Path, tools: Path) -> None:
    environment = make_venv(tmp_path / "env", tools)
    environment.install_editable(ROOT)
    assert (environment.site_packages / "zzz_dbx_patch.pth").exists()
    assert environment.run(FINDERS, env=DATABRICKS).stdout == BOTH


def test_a_start_reads_no_project(environment: Environment, tmp_path: Path) -> None:
    environment.install_editable(src_project(tmp_path / "proj", "acme"))
    code = "import sys; print('dbx_patch.index.snapshot' in sys.modules, 'dbx_patch.hooks.fallback' in sys.modules)"
    assert environment.run(code, env=DATABRICKS).stdout == "False False\n"


# As if the file system's root had this folder: what is asked about /databricks is asked about one of the test's own.
ELSEWHERE = """
import os
_access = os.access
def access(path, *args, **kwargs):
    asked = {root!r} + path if str(path).startswith("/databricks") else path
    return _access(asked, *args, **kwargs)
os.access = access
"""


@pytest.mark.parametrize("there", ["folder", "file", "link to a folder", "nothing"])
def test_a_process_whose_environment_was_cleaned_is_told_by_the_folder(
    environment: Environment, tmp_path: Path, there: str
) -> None:
    """``/databricks`` says that this is Databricks, where no variable does; a file of that name does not."""
    root = tmp_path / "root"
    root.mkdir()
    if there == "folder":
        (root / "databricks").mkdir()
    elif there == "file":
        (root / "databricks").touch()
    elif there == "link to a folder":
        (root / "databricks").symlink_to(tmp_path)
    (environment.site_packages / "_elsewhere.py").write_text(ELSEWHERE.format(root=str(root)))
    (environment.site_packages / "_elsewhere.pth").write_text("import _elsewhere\n")
    armed = there in ("folder", "link to a folder")
    assert environment.run(FINDERS).stdout == (BOTH if armed else "[]\n")
    assert environment.run(FINDERS, env={"DBX_PATCH_ENABLED": "0"}).stdout == "[]\n"
    code = "import dbx_patch; print(dbx_patch.check_patch_status(verbose=False).reason)"
    said = "the folder /databricks exists" if armed else "this is not Databricks"
    assert environment.run(code).stdout == said + "\n"


IN_FRONT = """import sys
class InFront:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return None
sys.meta_path.insert(0, InFront())
"""


def test_the_trigger_is_asked_first_also_of_finders_that_other_lines_put_there(environment: Environment) -> None:
    """meson-python's line does, and `site` runs each line twice in a virtual environment."""
    line = "import sys; exec(open(os.path.join(sitedir, 'in_front.txt')).read())\n"
    files = {"_a_finder.pth": line, "in_front.txt": IN_FRONT, "IPython.py": ""}
    write(environment.site_packages, files)
    order = "import IPython, sys; print([type(f).__name__ for f in sys.meta_path if type(f) is not type][:3])"
    done = environment.run(order, env=DATABRICKS)  # where a kernel begins, names are learnt
    assert (done.stderr, done.stdout) == ("", "['ImportTrigger', 'InFront', 'InFront']\n")
