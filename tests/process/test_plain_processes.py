"""A script, in a process that loads nothing of the runtime's, IPython's or Spark's: the names of installs are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.environments import DATABRICKS, Environment, library_of, make_venv, once
from support.workspaces import flat_project, write

SETTINGS = {"all": {}, "fallback-only": {"DBX_PATCH_DISABLE": "sys_path_init,wsfs_import_hook,python_path_hook"}}
# What is loaded when an installed package is first imported, and what a start has loaded of ours before that
CODE = """
import sys
ours = len([name for name in sys.modules if name.startswith("dbx_patch")])
import {name}, {name}.deep.leaf
print({name}.VALUE, ours, "dbx_patch.index.snapshot" in sys.modules)
"""


@pytest.fixture(scope="module")
def scripts(shared: Path, tools: Path, wheel: Path) -> Path:
    """An environment with finders of setuptools and of editables, and a folder with bare folders of their names."""

    def make(folder: Path) -> None:
        environment = make_venv(folder / "env", tools)
        environment.install(wheel)
        library = library_of(tools)
        files = {f"editables/{file.name}": file.read_text() for file in (library / "editables").glob("*.py")}
        write(environment.site_packages, files)
        environment.install_editable(flat_project(folder / "flat", "acme_flat"))
        project = flat_project(folder / "mapped", "acme_mapped")
        build = "[tool.hatch.build.targets.wheel]\ndev-mode-exact = true\npackages = ['acme_mapped']\n"
        head = "[build-system]\nrequires = ['hatchling']\nbuild-backend = 'hatchling.build'\n"
        named = "[project]\nname = 'acme-mapped'\nversion = '1'\n"
        (project / "pyproject.toml").write_text(head + named + build)
        environment.install_editable(project)
        write(folder / "cwd", {"acme_flat/pyproject.toml": "", "acme_mapped/pyproject.toml": "", "bare/part.py": ""})

    return once(shared / "plain processes", make)


@pytest.mark.core
@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("name", ["acme_flat", "acme_mapped"])
def test_a_bare_folder_in_the_working_directory(scripts: Path, tools: Path, name: str, setting: str) -> None:
    environment = Environment(scripts / "env", tools)
    done = environment.run(CODE.format(name=name), cwd=scripts / "cwd", env={**DATABRICKS, **SETTINGS[setting]})
    assert (done.stderr, done.stdout) == ("", "editable 2 True\n")  # `dbx_patch` and `dbx_patch.hooks`


def test_a_folder_that_nothing_is_installed_from_stays_a_namespace(scripts: Path, tools: Path) -> None:
    environment = Environment(scripts / "env", tools)
    code = "import sys, bare.part; print(list(bare.__path__), 'dbx_patch.index.snapshot' in sys.modules)"
    done = environment.run(code, cwd=scripts / "cwd", env=DATABRICKS)
    assert (done.stderr, done.stdout) == ("", f"{[str(scripts / 'cwd/bare')]} False\n")


def test_without_the_fallback_nothing_is_answered(scripts: Path, tools: Path) -> None:
    environment = Environment(scripts / "env", tools)
    code = "import acme_flat; print(acme_flat.__file__ if hasattr(acme_flat, '__file__') else None)"
    done = environment.run(code, cwd=scripts / "cwd", env={**DATABRICKS, "DBX_PATCH_DISABLE": "fallback"})
    assert (done.stderr, done.stdout) == ("", "None\n")
