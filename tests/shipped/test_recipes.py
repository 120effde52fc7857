"""The recipes of ``docs/deploy.md`` that name no shell script: each is followed, and an editable package imports.

The init script and the bundle's ``requirements.txt`` are run in ``test_installing.py``.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
RECIPES = ROOT / "tests/real/recipes"
PROJECT = "Users/first.last@company.com/my project"
PYPROJECT = (RECIPES / "project/pyproject.toml").read_text()
PLAIN = PYPROJECT.replace('dependencies = ["dbx-patch>=1"]\n', "")
# In a simulated notebook, what the runtime refuses without dbx-patch: a library's import of an editable package
IMPORTS = """
import json, sys
from dbx_patch.simulator import simulate

workspace, notebook, cell, runtime, environ = sys.argv[1:]
faults = "import sys; list(getattr(sys.modules.get('dbx_patch.hooks'), 'faults', []))"
report = simulate([cell, faults], workspace=workspace, notebook=notebook, runtime=runtime, env=json.loads(environ))
print(json.dumps([[cell.ok, cell.value or cell.traceback] for cell in report.cells]))
"""
CELL = "{}\nimport library\nlibrary.load('my_package').__file__"


class Place:
    """An environment that finds dbx-patch's wheel where a registry would have it, and a project in a workspace."""

    def __init__(self, folder: Path, environment: Path, wheel: Path, pyproject: str) -> None:
        self.workspace, self.index = folder / "Workspace", wheel.parent
        self.project = self.workspace / PROJECT
        self.python = folder / "env/bin/python"
        shutil.copytree(environment, folder / "env", symlinks=True)
        (self.project / "src/my_package").mkdir(parents=True)
        (self.project / "src/my_package/__init__.py").touch()
        (self.project / "pyproject.toml").write_text(pyproject)
        (site,) = (folder / "env/lib").glob("python*/site-packages")
        (site / "library.py").write_text("import importlib\nload = importlib.import_module\n")

    def pip(self, *arguments: str) -> None:
        """``pip install`` with these arguments; the build backend is the tests' own, and nothing is downloaded."""
        flags = ["-q", "--no-build-isolation", "--no-index", "--find-links", str(self.index)]
        run([self.python, "-m", "pip", "install", *flags, *arguments], PYTHONPATH=str(self.index / "backend"))

    def install_listed(self, requirements: list[str]) -> None:
        """What a list of dependencies installs, as a ``requirements.txt``."""
        file = self.workspace / "requirements.txt"
        lines = [line.replace("${workspace.file_path}", f'"{self.project}"') for line in requirements]
        file.write_text("".join(line + "\n" for line in lines))
        self.pip("-r", str(file))

    def imports(self, statement: str, runtime: str, **environ: str) -> tuple[bool, str]:
        """Whether a cell with this statement and a library's import succeeds, and its value or traceback."""
        notebook = self.workspace / "Users/first.last@company.com/notebook"
        arguments = [self.workspace, notebook, CELL.format(statement), runtime, json.dumps(environ)]
        (succeeded, shown), (_, faults) = json.loads(run([self.python, "-c", IMPORTS, *arguments]))
        assert not faults, f"dbx-patch recorded faults: {faults}"
        return succeeded, shown

    def works(self, statement: str = "import my_package") -> None:
        """Assert that a cell and a library import the project, and no copy of it, under both runtimes."""
        for runtime in ("legacy", "modern"):
            assert self.imports(statement, runtime) == (True, str(self.project / "src/my_package/__init__.py"))


def run(command: list[str | Path], **environ: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DBX_PATCH_", "PYTHON", "COV"))}
    environ = {**kept, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **environ}
    done = subprocess.run([str(part) for part in command], env=environ, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An environment with pip; and the wheel, in a folder of its own with a build backend.

    That is setuptools alone: with all that the tests have on its path, pip would take dbx-patch for installed.
    """
    folder = tmp_path_factory.mktemp("parts")
    (folder / "index/backend").mkdir(parents=True)
    for part in Path(sysconfig.get_path("purelib")).glob("*"):
        if part.name == "_distutils_hack" or part.name.startswith(("setuptools", "wheel")):
            (folder / "index/backend" / part.name).symlink_to(part)
    run([sys.executable, "-m", "venv", folder / "env"])
    run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder / "index", ROOT])
    return folder / "env", next((folder / "index").glob("*.whl"))


@pytest.fixture
def place(parts: tuple[Path, Path], tmp_path: Path) -> Place:
    return Place(tmp_path, *parts, PLAIN)


def test_the_notebook(place: Place) -> None:
    lines = (RECIPES / "notebook.ipy").read_text().split("\n")
    installing, restarting, editable, *statements = [line for line in lines if line]
    assert installing == '%pip install "dbx-patch>=1"' and restarting == "%restart_python"
    place.pip(*shlex.split(installing)[2:])
    place.pip(*shlex.split(editable.replace(f"/Workspace/{PROJECT}", str(place.project)))[2:])
    place.works("\n".join(statements))


def test_cluster_libraries(place: Place) -> None:
    libraries = json.loads((RECIPES / "cluster_libraries.json").read_text())
    place.pip(*(library["pypi"]["package"] for library in libraries))
    place.pip("-e", str(place.project))
    place.works()


def test_serverless_dependencies(place: Place) -> None:
    text = (RECIPES / "serverless/databricks.yml").read_text()
    (block,) = re.findall(r"^ +dependencies:\n((?: +- .+\n)+)", text, re.MULTILINE)
    dependencies = re.findall(r"- (.+)", block)
    assert len(dependencies) == 2
    place.install_listed(dependencies)
    place.works()


def test_a_project_that_brings_dbx_patch(parts: tuple[Path, Path], tmp_path: Path) -> None:
    assert PLAIN != PYPROJECT
    place = Place(tmp_path, *parts, PYPROJECT)
    place.pip("-e", str(place.project))
    place.works()


LOAD_EXT = """
import dbx_patch

class Shell:
    def register_magic_function(self, *arguments): pass
    def set_hook(self, *arguments, **options): pass

dbx_patch.load_ipython_extension(Shell())
"""


@pytest.mark.parametrize("statement", [LOAD_EXT, ""], ids=["%load_ext", "nothing"])
def test_in_an_environment_on_top_of_the_one_with_dbx_patch(place: Place, tmp_path: Path, statement: str) -> None:
    """Joined by a path line, so that ``site`` does not read the lower environment's ``.pth`` files."""
    place.pip("dbx-patch>=1")
    run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "upper"])
    (upper,) = (tmp_path / "upper/lib").glob("python*/site-packages")
    (lower,) = (tmp_path / "env/lib").glob("python*/site-packages")
    (upper / "lower.pth").write_text(f"{lower}\n")
    place.python = tmp_path / "upper/bin/python"
    place.pip("-e", str(place.project))
    verify = [place.python, "-c", "from dbx_patch.commands import cli; cli.main(['verify'])"]
    shown = run(verify, DATABRICKS_RUNTIME_VERSION="17.3")
    assert "(unprocessed-folder)" in shown and "pip install" in shown
    if statement:
        place.works(statement)
    else:
        succeeded, shown = place.imports("", "modern")
        assert not succeeded and "ModuleNotFoundError" in shown


def test_without_dbx_patch_a_library_does_not_import_it(place: Place) -> None:
    """So the other tests here can fail."""
    place.install_listed(["dbx-patch>=1", "--editable ${workspace.file_path}"])
    succeeded, shown = place.imports("", "modern", DBX_PATCH_ENABLED="0")
    assert not succeeded and "ModuleNotFoundError" in shown
