"""A throw-away world in which a remedy of ``verify`` is pasted: real pip, stacked environments, projects, a shell."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Tuple

from dbx_patch.simulator import simulate  # not the tests' own: what dbx-patch records as a fault is a case
from support.environments import DATABRICKS, Environment, clean_environ, make_venv
from support.installed import distribution
from support.sessions import MAIN, copy_of
from support.stacked import CHAININGS
from support.workspaces import SETUPTOOLS, Workspace, package, write

_CELL = "# in a notebook cell:\n"
_RESTARTS = "dbutils.library.restartPython()"
_RESTARTED = 77
_DBUTILS = f"import os; from types import SimpleNamespace as _N; _restart = lambda: os._exit({_RESTARTED})\n"
_DBUTILS += "dbutils = _N(library=_N(restartPython=_restart))\n"
_IN_NOTEBOOK = "import sys, types; sys.modules['IPython'] = types.SimpleNamespace(get_ipython=object)\n"
_VERIFY = "import dbx_patch; dbx_patch.verify_editable_installs(verbose=False).to_dict()"
_VALUE = "\nimport json; print(json.dumps(_value))"


Findings = Dict[Tuple[str, str], Dict[str, str]]


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder, less what an import or a build leaves there."""
    left = ("__pycache__", "build")
    files = (path for path in folder.rglob("*") if path.is_file() and not {*left}.intersection(path.parts))
    kept = (path for path in files if not any(part.endswith(".egg-info") for part in path.parts))
    return {str(path.relative_to(folder)): path.read_bytes() for path in kept}


def make_template(folder: Path, tools: Path, wheel: Path) -> None:
    """An environment with pip and the build backends in it, as a notebook's has, and an empty one."""
    upper = make_venv(folder / "upper", tools, watched=False)
    library = next(tools.glob("lib/python3*/site-packages"))
    for path in library.iterdir():
        if path.name.startswith("editables"):  # a case uninstalls it
            shutil.copytree(path, upper.site_packages / path.name)
        elif path.name not in ("__pycache__", "README.txt"):
            (upper.site_packages / path.name).symlink_to(path)
    upper.install(wheel)
    make_venv(folder / "lower", tools, watched=False)


@dataclass
class Session:
    """The process in which ``verify`` is asked: its environment, and the code that it has run before."""

    env: dict[str, str] = field(default_factory=lambda: dict(DATABRICKS))
    options: tuple[str, ...] = ()
    before: str = ""
    runtime: str = ""  # a simulated one
    in_notebook: bool = False

    @property
    def start(self) -> str:
        """The code that the process has run so far."""
        return (_IN_NOTEBOOK if self.in_notebook else "") + self.before


class World:
    """A notebook's environment (``upper``) over the cluster's (``lower``), and a workspace with projects."""

    def __init__(self, folder: Path, template: Path, index: Path, tools: Path, chaining: str) -> None:
        self.folder = folder
        self.upper = copy_of(Environment(template / "upper", tools), folder / "upper")
        self.lower = copy_of(Environment(template / "lower", tools), folder / "lower")
        self.workspace = Workspace(folder).create()
        self.here = self.workspace.notebook_folder
        self.index = index
        self.session = Session()
        self.site = self.upper.site_packages
        self.leave("neighbour", where=self.lower)
        if chaining in CHAININGS:
            write(self.site, {"_a_lower.pth": CHAININGS[chaining].format(lower=str(self.lower.site_packages))})

    @property
    def home(self) -> Path:
        return self.workspace.home

    def project(self, name: str, provides: str = "", flat: bool = False) -> Path:
        """A project of setuptools; src layout unless ``flat``."""
        provides = provides or name
        where = "" if flat else "src/"
        files = {where + file: text for file, text in package(provides, name).items()}
        config = SETUPTOOLS + f'[project]\nname = "{name}"\nversion = "1.0"\n'
        if flat:
            config += f'[tool.setuptools]\npackages = ["{provides}", "{provides}.deep"]\n'
        return write(self.home / name, {**files, "pyproject.toml": config})

    def leave(self, name: str, provides: str = "", where: Environment | None = None) -> Path:
        """A project, and what pip leaves of its editable install: one path line. Cheaper than pip."""
        project = self.project(name, provides)
        self.leave_lines(name, project, f"{project}/src\n", where)
        return project

    def leave_lines(self, name: str, project: Path, lines: str, where: Environment | None = None) -> None:
        """What pip leaves of an editable install whose ``.pth`` has these lines."""
        site = (where or self.upper).site_packages
        write(site, {f"__editable__.{name}-1.0.pth": lines})
        distribution(site, name, [f"__editable__.{name}-1.0.pth"], project=project, texts={"INSTALLER": "pip\n"})

    def copy_in(self, environment: Environment, name: str, provides: str) -> None:
        """What pip leaves of a wheel."""
        files = {path: text for path, text in package(provides, "copy").items() if path.endswith(".py")}
        write(environment.site_packages, files)
        distribution(environment.site_packages, name, [*files], version="0.1", texts={"INSTALLER": "pip\n"})

    def pip(self, *args: str | Path) -> None:
        """Run the environment's own pip."""
        line = [self.upper.python, "-m", "pip", "-q", *map(str, args)]
        done = subprocess.run(line, env=self._environ(), capture_output=True, text=True, cwd=self.here, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr

    def _environ(self) -> dict[str, str]:
        pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.index), "PIP_NO_BUILD_ISOLATION": "0"}
        return clean_environ({**pip, **self.session.env})

    # Asking

    def verify(self) -> Findings:
        """What ``verify`` finds in a process of this session, by code and what it is about."""
        data = (
            self.value(_VERIFY)
            if self.session.runtime
            else json.loads("{" + self._output(MAIN, (0, 1)).partition("{")[2])
        )
        return {(found["code"], found["about"]): found for found in data["findings"]}

    def value(self, code: str) -> Any:
        """The value of the last line of ``code`` in a process of this session."""
        if self.session.runtime:
            return self._simulated(code)
        head, _, last = code.rpartition("; ")
        return json.loads(self._output(f"{head}\n_value = {last}{_VALUE}", (0,)).splitlines()[-1])  # less `before`'s

    def _output(self, code: str, statuses: tuple[int, ...]) -> str:
        options = self.session.options
        done = self.upper.run(self.session.start + code, env=self.session.env, options=options, cwd=self.here)
        assert done.returncode in statuses, done.stdout + done.stderr
        return done.stdout

    def _simulated(self, code: str) -> Any:
        session, python = self.session, self.upper.python
        cells = [*([session.start] if session.start else []), code]
        folder, notebook = self.workspace.folder, self.workspace.notebook
        report = simulate(
            cells, workspace=folder, notebook=notebook, runtime=session.runtime, python=python, env=session.env
        )
        assert report.returncode == 0 and all(cell.ok for cell in report.cells), report
        return report.cells[-1].value

    # Pasting

    def paste(self, remedy: str, must_work: bool = True) -> None:
        """Paste a remedy where it says that it belongs: into a cell of this process, or into the shell it came from."""
        assert "dbx-patch" not in remedy or "dbx-patch>=1" in remedy or "dbx-patch==" in remedy, remedy
        if self.session.in_notebook:
            lines = remedy.splitlines()
            pip = f"{shlex.quote(self.upper.python)} -m pip "
            outside = [line.replace("%pip ", pip, 1).lstrip("!") for line in lines if line[:1] in ("%", "!")]
            inside = [line for line in lines if line[:1] not in ("%", "!")]
            if outside:
                self._paste_into_shell("\n".join(outside), must_work)
            self._paste_into_cell("\n".join(inside))
        elif remedy.startswith(_CELL):
            self._paste_into_cell(remedy)
        else:
            self._paste_into_shell(remedy, must_work)

    def in_a_cell(self, remedy: str) -> str:
        """The same, as it is spelled for a notebook's cell."""
        if remedy.startswith(_CELL):
            return remedy[len(_CELL) :]
        pip = f"{shlex.quote(self.upper.python)} -m pip "
        lines = remedy.splitlines()
        return "\n".join("%pip " + line[len(pip) :] if line.startswith(pip) else "!" + line for line in lines)

    def _paste_into_cell(self, code: str) -> None:
        compile(code, "a cell", "exec")
        if _RESTARTS not in code:
            self.session.before += code + "\n"
        else:
            done = self.upper.run(self.session.start + _DBUTILS + code, env=self.session.env, cwd=self.here)
            assert done.returncode == _RESTARTED, done.stderr
            self.session.before = ""

    def _paste_into_shell(self, remedy: str, must_work: bool) -> None:
        environ, after = self._environ(), self.folder / "environ"
        script = f"{remedy}{'' if must_work else ' || true'}\nenv -0 > {str(after)!r}"
        done = subprocess.run(
            ["sh", "-e", "-c", script], env=environ, capture_output=True, text=True, cwd=self.here, timeout=120
        )
        assert done.returncode == 0, f"{remedy}\n{done.stdout}{done.stderr}"
        now = dict(line.split("=", 1) for line in after.read_text().split("\0") if line)
        own = {name: value for name, value in now.items() if environ.get(name) != value and name.startswith("DBX")}
        self.session.env = {**{k: v for k, v in self.session.env.items() if k in now}, **own}


__all__ = ["Findings", "Session", "World", "make_template", "tree"]
