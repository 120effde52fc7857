"""Installers' finders count in site folders whose files no start-up has run: a lower environment's, the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.environments import DATABRICKS, Environment, clean_environ, library_of, once, pip_for, run
from support.installers import Pip, base_interpreter
from support.kernels import LIBRARY, Notebook
from support.simulating import simulate
from support.stacked import CHAININGS, Stack, make_stack, stack_in
from support.workspaces import SETUPTOOLS, Workspace, flat_project, src_project, write

SPACE = """[project]
name = "space-project"
version = "1.0"
[tool.setuptools]
py-modules = ["acme_single"]
[tool.setuptools.packages.find]
include = ["acme_space*"]
"""
# Each is the first import of a fresh kernel as well: nothing that was imported before it helps.
CELLS = {
    "package": "import acme_flat; acme_flat.VALUE",
    "submodule": "import acme_flat.deep.leaf as leaf; leaf.NAME",
    "library": "import library; library.load('acme_flat.sub')",
    "namespace": "import acme_space.half; acme_space.half.VALUE",
    "namespace, library": "import library; library.load('acme_space.half')",
    "single module": "import acme_single; acme_single.VALUE",
    "path line": "import acme_src.sub; acme_src.sub.NAME",
}
VALUES = ["editable", "acme_flat.deep.leaf", "acme_flat.sub", "half", "acme_space.half", "single", "acme_src.sub"]


def install_projects(environment: Environment, home: Path) -> None:
    """Two projects that setuptools installs by finders (packages, a namespace's part, a module), one by a path line."""
    environment.install_editable(flat_project(home / "flat", "acme_flat"))
    files = {"acme_space/half/__init__.py": "VALUE = 'half'\n", "acme_single.py": "VALUE = 'single'\n"}
    environment.install_editable(write(home / "space", {**files, "pyproject.toml": SETUPTOOLS + SPACE}))
    environment.install_editable(src_project(home / "src", "acme_src"))
    assert len(list(environment.site_packages.glob("__editable___*_finder.py"))) == 2


@pytest.fixture(params=CHAININGS)
def below(request: pytest.FixtureRequest, shared: Path, tools: Path, wheel: Path) -> Notebook:
    """A notebook whose environment has dbx-patch, over one that has the editable installs."""

    def make(folder: Path) -> None:
        stack: Stack = make_stack(folder, tools)
        install_projects(stack.lower, Workspace(folder).create().home)
        stack.upper.install(wheel)
        write(stack.upper.site_packages, {"library.py": LIBRARY})
        stack.chain(request.param)
        Notebook(stack.upper, Workspace(folder)).run("1")  # what watches it is in there from now on

    folder = once(shared / f"elsewhere {request.param}", make)
    return Notebook(stack_in(folder, tools).upper, Workspace(folder))


def test_in_a_lower_environment(below: Notebook, runtime: dict[str, object]) -> None:
    assert below.values(*CELLS.values(), **runtime) == VALUES
    for cell, value in list(zip(CELLS.values(), VALUES))[2:6]:
        assert below.values(cell, **runtime) == [value]


def test_without_dbx_patch_a_finder_below_a_path_line_is_never_put_in_place(below: Notebook) -> None:
    """So the tests above show something: nobody but the index knows what that environment's finders have."""
    chained = (below.environment.site_packages / "lower_environments.pth").read_text()
    report = below.run(CELLS["package"], env={"DBX_PATCH_ENABLED": "0"})
    assert report.cells[0].ok is ("addsitedir" in chained)


SCRIPT = """
import {0}, library, sys
print({0}.VALUE, library.load("{0}.deep.leaf"), [m for m in ("IPython", "pyspark", "dbruntime") if m in sys.modules])
"""


@pytest.mark.parametrize("name", ["acme_flat", "acme_src"])
def test_in_a_lower_environment_of_a_script(below: Notebook, name: str) -> None:
    """Of which no start has made the names known: the first import misses, and the fallback answers it."""
    done = below.environment.run(SCRIPT.format(name), env=DATABRICKS)
    assert (done.stderr, done.stdout) == ("", f"editable {name}.deep.leaf []\n")


def test_in_the_user_site(tools: Path, wheel: Path, tmp_path: Path) -> None:
    """``pip install --user -e``, for an interpreter that is in no virtual environment."""
    python, base = base_interpreter(), str(tmp_path / "user")
    workspace = Workspace(tmp_path).create()
    env = {"PYTHONUSERBASE": base}
    Pip(tools)(python, "install", "--user", "--no-warn-script-location", "--break-system-packages", wheel, env=env)
    user_site = Path(run([python, "-m", "site", "--user-site"], env=clean_environ(env)).stdout.strip())
    command = [*pip_for(python, tools), "install", "-q", "--user", "--no-deps"]
    backends = {**env, "PIP_NO_INDEX": "1", "PYTHONPATH": str(library_of(tools))}
    for project in (
        flat_project(workspace.home / "flat", "acme_flat"),
        src_project(workspace.home / "src", "acme_src"),
    ):
        flags = ["--no-warn-script-location", "--break-system-packages", "--no-build-isolation"]
        run([*command, *flags, "-e", project], env=clean_environ(backends))
    write(user_site, {"library.py": LIBRARY})
    cells = [CELLS[name] for name in ("package", "submodule", "library", "path line")]
    options: dict[str, Any] = {"workspace": workspace.folder, "notebook": workspace.notebook, "python": python}
    options["watched"] = False  # that would write into the base interpreter
    for era in ("legacy", "modern"):
        report = simulate(cells, runtime=era, env=env, **options)
        assert [cell.value for cell in report.cells] == [*VALUES[:3], "acme_src.sub"], report
        off = simulate(cells, runtime=era, env={**env, "DBX_PATCH_ENABLED": "0"}, **options)
        assert not off.cells[2].ok and not off.cells[3].ok
