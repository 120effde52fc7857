"""The `.start` file arms a process as the `.pth` does: emulated on any Python, and for real where there is a 3.15.

The emulation stands in for ``site.addsitedir`` while ``site.main()`` runs, and follows the PEP's phases: path lines of
all ``.pth`` files first; then import lines, but of files with no ``.start`` of the same stem; then the entry points.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.environments import DATABRICKS, TARGET, Environment, clean_environ, make_venv, run
from support.kernels import LIBRARY
from support.workspaces import Workspace, src_project, write

EMULATION = r"""
import json, os, pkgutil, re, site, sys, traceback

AFTER_DEPRECATION = {after!r}  # Python 3.18 and 3.19: import lines are ignored
ENTRY_POINT = re.compile(r"^(?!\d)\w+(\.(?!\d)\w+)*:(?!\d)\w+(\.(?!\d)\w+)*$")
folders, executed, called, ignored = [], [], [], []

def lines_of(folder, name):
    try:
        with open(os.path.join(folder, name), encoding="utf-8-sig") as stream:
            lines = stream.read().splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]

def named(suffix):
    for folder in folders:
        for name in sorted(os.listdir(folder)):
            if name.endswith(suffix) and not name.startswith("."):
                yield folder, name

def collect(folder, known_paths=None):
    folder = os.path.abspath(folder)
    if folder not in sys.path:
        sys.path.append(folder)
    if os.path.isdir(folder):
        folders.append(folder)
    return known_paths

def start_up():
    imports = {{}}
    extensions = []
    for folder, name in named(".pth"):
        for line in lines_of(folder, name):
            if line.startswith(("import ", "import\t")):
                imports.setdefault((folder, name[:-4]), []).append(line)
            else:
                extensions.append(os.path.join(folder, line))
    for path in extensions:
        if path not in sys.path and os.path.exists(path):
            sys.path.append(path)
    points = []
    for folder, name in named(".start"):
        imports.pop((folder, name[:-6]), None)
        for line in lines_of(folder, name):
            (points if ENTRY_POINT.match(line) else ignored).append(line)
    for lines in [] if AFTER_DEPRECATION else imports.values():
        for line in lines:
            executed.append(line)
            exec(line)
    for point in points:
        called.append(point)
        try:
            pkgutil.resolve_name(point)()
        except Exception:
            traceback.print_exc()

site.addsitedir = collect
site.main()
start_up()
"""
REPORT = """
b = sys.modules.get("_dbx_patch_bootstrap")
ours = [type(f).__name__ for f in sys.meta_path if type(f).__module__ == "dbx_patch.hooks"]
print(json.dumps({"called": called, "executed": executed, "ignored": ignored, "ours": ours, "runs": b and b.runs}))
"""
BOTH = ["ImportTrigger", "EditableFallback"]
POINT = "_dbx_patch_bootstrap:init"
IMPORT = "import _dbx_patch_bootstrap; _dbx_patch_bootstrap.init()"


def emulated(
    environment: Environment, then: str = REPORT, *, after: bool = False, env: dict[str, str] | None = None
) -> dict[str, object]:
    """Start the environment's interpreter as PEP 829 says, run ``then``, and return what it printed as JSON."""
    if environment.run("import pkgutil; pkgutil.resolve_name").returncode:
        pytest.skip("pkgutil.resolve_name came with Python 3.9")
    code = EMULATION.format(after=after) + then
    found = environment.value(code, options=["-S"], env=DATABRICKS if env is None else env)
    assert isinstance(found, dict)
    return found


@pytest.fixture
def environment(tmp_path: Path, tools: Path, wheel: Path) -> Environment:
    """One whose start-up lines are dbx-patch's alone."""
    made = make_venv(tmp_path / "env", tools, watched=False)
    made.install(wheel)
    return made


def test_the_entry_point_is_called_and_the_import_line_of_the_same_stem_is_not_run(environment: Environment) -> None:
    report = emulated(environment)
    assert set(report["called"]) == {POINT}  # type: ignore[call-overload]
    assert (report["executed"], report["ignored"], report["ours"]) == ([], [], BOTH)
    assert report["runs"] == len(report["called"]), "called as often as site finds it, and armed once"  # type: ignore[arg-type]


def test_when_import_lines_are_no_longer_read(environment: Environment) -> None:
    assert emulated(environment, after=True)["ours"] == BOTH
    (environment.site_packages / "zzz_dbx_patch.start").unlink()
    report = emulated(environment, after=True)
    assert (report["called"], report["executed"], report["ours"], report["runs"]) == ([], [], [], None)


def test_without_the_start_file_the_import_line_still_does_it(environment: Environment) -> None:
    (environment.site_packages / "zzz_dbx_patch.start").unlink()
    report = emulated(environment)
    assert (set(report["executed"]), report["called"], report["ours"]) == ({IMPORT}, [], BOTH)  # type: ignore[call-overload]


def test_the_stems_match_and_the_line_is_a_complete_entry_point(environment: Environment) -> None:
    stems = {file.stem for file in environment.site_packages.glob("*dbx_patch.*") if file.suffix in (".pth", ".start")}
    assert stems == {"zzz_dbx_patch"}
    renamed = environment.site_packages / "zzz_dbx_patch.start"
    renamed.rename(renamed.with_name("other.start"))
    report = emulated(environment)
    assert set(report["executed"]) == {IMPORT}, "the emulation itself: another stem suppresses nothing"  # type: ignore[call-overload]
    assert report["ours"] == BOTH


@pytest.mark.parametrize("env", [{}, {**DATABRICKS, "DBX_PATCH_ENABLED": "0"}])
def test_off_databricks_or_switched_off_one_module_and_nothing_else(
    environment: Environment, env: dict[str, str]
) -> None:
    then = "print(json.dumps({'names': [m for m in sys.modules if 'dbx_patch' in m], 'path': len(sys.meta_path)}))"
    report = emulated(environment, then, env=env)
    assert report["names"] == ["_dbx_patch_bootstrap"]


def test_a_broken_installation_prints_nothing(environment: Environment) -> None:
    (environment.site_packages / "dbx_patch/hooks/__init__.py").write_text("raise RuntimeError('half an upgrade')\n")
    then = "print(json.dumps({'fault': repr(sys.modules['_dbx_patch_bootstrap'].fault)}))"
    assert emulated(environment, then) == {"fault": "RuntimeError('half an upgrade')"}


def test_editable_installs_are_on_the_path_first_and_are_served(environment: Environment, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path).create()
    environment.install_editable(src_project(workspace.home / "proj", "acme"))
    write(environment.site_packages, {"library.py": LIBRARY})
    lost = "sys.path[:] = [p for p in sys.path if 'my project' not in p]\n"
    then = "import acme, library\nprint(json.dumps({'value': acme.VALUE, 'name': library.load('acme.deep.leaf')}))"
    assert emulated(environment, lost + then) == {"value": "editable", "name": "acme.deep.leaf"}
    off = environment.run(EMULATION.format(after=False) + lost + then, options=["-S"])
    assert "No module named 'acme'" in off.stderr


def python_3_15() -> str | None:
    """Return an interpreter that reads ``.start`` files itself."""
    root = Path(os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv")))
    newest = sys.executable if sys.version_info >= (3, 15) else None
    for candidate in (newest, TARGET, shutil.which("python3.15"), *root.glob("versions/3.1[5-9]*/bin/python")):
        code = "import sys; sys.exit(sys.version_info < (3, 15))"
        if candidate and subprocess.run([candidate, "-c", code], capture_output=True, timeout=120).returncode == 0:
            return str(candidate)
    return None


def test_for_real_on_python_3_15(tools: Path, wheel: Path, tmp_path: Path) -> None:
    found = python_3_15()
    if found is None:
        pytest.skip("no Python 3.15 here")
    run([found, "-m", "venv", "--without-pip", tmp_path / "env"])
    environment = Environment(tmp_path / "env", tools)
    environment.install(wheel)
    (environment.site_packages / "zzz_dbx_patch.pth").unlink()
    code = "import sys; print([type(f).__name__ for f in sys.meta_path if type(f).__module__ == 'dbx_patch.hooks'])"
    command = [environment.python, "-c", code]
    done = subprocess.run(command, env=clean_environ(DATABRICKS), capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == (f"{BOTH}\n", "")
