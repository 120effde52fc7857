"""Real projects of the registry, installed editable: `verify` has nothing to say of them, and `explain` is right.

A project whose source cannot be had is skipped by name. Sources are kept in ``DBX_PATCH_TEST_CACHE``.
"""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from support.environments import Environment, clean_environ, make_venv, once
from support.generated import LOAD
from support.kernels import ERAS, Notebook
from support.outcomes_of_imports import TRIED
from support.workspaces import Workspace, write

PROJECTS = (
    *("anyio", "attrs", "cachetools", "certifi", "click", "filelock", "flask", "h11", "httpx", "idna"),
    *("itsdangerous", "jinja2", "marshmallow", "more-itertools", "packaging", "pathspec", "platformdirs", "pluggy"),
    *("pyparsing", "requests", "rich", "sqlparse", "starlette", "structlog", "tabulate", "tenacity", "tomli", "toolz"),
    *("typer", "werkzeug"),
)
# Later releases need a build hook that is not in every index.
REQUIREMENTS = {"filelock": "filelock<3.20", "platformdirs": "platformdirs<4.5"}
CACHE = Path(os.environ.get("DBX_PATCH_TEST_CACHE", Path.home() / ".cache/dbx-patch-tests"))
# fewer of them, for a quick look
PROJECTS = tuple(filter(None, os.environ.get("DBX_PATCH_TEST_PROJECTS", "").split(","))) or PROJECTS


BACKENDS = ("hatchling", "hatch-vcs", "hatch-fancy-pypi-readme", "setuptools", "setuptools-scm", "wheel", "flit-core")
BACKENDS += ("poetry-core", "pdm-backend", "editables")


class Registry:
    """Fetches sources, and installs them; the build backends are installed once, since each build needs one."""

    def __init__(self, folder: Path, environment: Environment) -> None:
        self.environment = environment
        self.builder = Environment(folder / "builder", environment.tools)
        self.python = str(environment.tools / "bin/python")

    def make_builder(self) -> None:
        make_venv(self.builder.folder, self.builder.tools, watched=False)
        self._pip("--python", self.builder.python, "install", "-q", *BACKENDS)

    def _pip(self, *args: str) -> str:
        """Run pip; return the end of what it says if it fails, else ""."""
        env = clean_environ({"PYTHONPATH": str(self.builder.site_packages)}) if "--no-build-isolation" in args else None
        command = [self.python, "-m", "pip", *args]
        try:
            done = subprocess.run(command, env=env or clean_environ(), capture_output=True, text=True, timeout=300)
        except subprocess.TimeoutExpired:
            return "pip took too long"
        return "" if done.returncode == 0 else done.stderr.strip()[-300:] or "pip failed"

    def add(self, name: str, project: Path) -> str:
        """Fetch a project's source to ``project`` and install it editable; return why that could not be done, or ""."""
        at = project.parent / ".unpacked" / name
        kept = CACHE / "registry" / name
        without = ("--no-deps", "--no-build-isolation")
        if not list(kept.glob("*.tar.gz")):
            why = self._pip(
                "download", "-q", *without, "--no-binary", ":all:", "-d", str(kept), REQUIREMENTS.get(name, name)
            )
            if why:
                return why
        found = list(kept.glob("*.tar.gz"))
        if not found:
            return "its source is no .tar.gz"
        with tarfile.open(found[0]) as archive:
            members = [m for m in archive.getmembers() if m.isfile() and ".." not in m.name and m.name[0] != "/"]
            archive.extractall(at, members)
        next(path for path in at.iterdir() if path.is_dir()).rename(project)
        return self._pip(
            "--python", self.environment.python, "install", "-q", "--use-pep517", *without, "-e", str(project)
        )

    def add_requirements(self, names: list[str]) -> str:
        """Install what those projects require."""
        return self._pip("--python", self.environment.python, "install", "-q", *names)


@pytest.fixture(scope="module")
def registry(shared: Path, tools: Path, wheel: Path) -> tuple[Notebook, dict[str, str]]:
    """A notebook whose environment has all the projects that could be had; and why others could not."""
    folder = shared / "real" / "registry"
    environment, workspace = Environment(folder / "env", tools), Workspace(folder)

    def make(at: Path) -> None:
        make_venv(at / "env", tools).install(wheel)
        workspace.create()
        write(environment.site_packages, {"library.py": LOAD})
        registry = Registry(at, environment)
        registry.make_builder()
        missing = {name: registry.add(name, workspace.home / name) for name in PROJECTS}
        registry.add_requirements([name for name in PROJECTS if not missing[name]])
        (at / "missing.json").write_text(json.dumps(missing))

    once(folder, make)
    return Notebook(environment, workspace), json.loads((folder / "missing.json").read_text())


VERIFIED = """
import dbx_patch
result = dbx_patch.verify_editable_installs(verbose=False)
[[vars(f) for f in result.findings if f.severity != "note"], sorted(i.project for i in result.installs)]
"""
EXPLAINED = """
import dbx_patch
from dbx_patch.index.source_roots import NOT_MEANT
names = sorted({n for i in dbx_patch.editable_installs() for n in i.names if n not in NOT_MEANT})
told = {}
for name in names:
    found = dbx_patch.explain(name, verbose=False)
    told[name] = {i.who: [i.works, os.path.realpath(i.location) if i.location else ""] for i in found.importers}
told
"""
IMPORTED = "{who: outcomes(who, names) for who in ('a cell', 'a library')}"


@pytest.mark.parametrize("project", PROJECTS)
def test_it_can_be_had(registry: tuple[Notebook, dict[str, str]], project: str) -> None:
    """A skip says which project the two tests below are without."""
    why = registry[1][project]
    if why:
        pytest.skip(why)
    assert (registry[0].workspace.home / project).is_dir()


@pytest.mark.parametrize("era", ERAS)
def test_nothing_is_wrong_with_them(registry: tuple[Notebook, dict[str, str]], era: str) -> None:
    notebook, missing = registry
    there = [str(notebook.workspace.home / name) for name in PROJECTS if not missing[name]]
    if not there:
        pytest.skip("no project could be had")
    findings, projects = notebook.values(VERIFIED, runtime=era)[0]
    assert projects == sorted(there)
    assert findings == []


@pytest.mark.parametrize("era", ERAS)
def test_explain_says_what_their_imports_do(
    registry: tuple[Notebook, dict[str, str]], era: str, record_property: Any
) -> None:
    notebook, missing = registry
    if all(missing.values()):
        pytest.skip("no project could be had")
    _, told, real = notebook.values(TRIED.strip() + "\n0", EXPLAINED, IMPORTED, runtime=era)
    wrong = [
        f"{who} {name}: said {says}, really {real[who][name]}"
        for name, by_who in told.items()
        for who, says in by_who.items()
        if who in real and not _agree(name, says, real[who][name])
    ]
    assert len(told) >= sum(not why for why in missing.values()) and wrong == []
    record_property("names of registry projects explained", len(told))


# toolz puts another module in the place of this one while it loads
SWAPPED = ("tlz",)


def _agree(name: str, says: list[Any], real: list[Any]) -> bool:
    place = real[1] if isinstance(real[1], list) else [real[1]]
    same_place = not real[0] or name in SWAPPED or says[1] in (place or [""])
    return bool(says[0] == real[0] and same_place)
