"""Installs, reinstalls and uninstalls count at once while the kernel runs, with no restart and no refresh call."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.environments import Environment, library_of
from support.kernels import ERAS, Cell, Notebook, error_of, renamed_runtime
from support.stacked import arrival_cell, command_cell, install_cell, pip_cell
from support.workspaces import flat_project, src_project

SHAPES = {"path line": src_project, "setuptools' finder": flat_project}


@pytest.mark.parametrize("renamed", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("era", ERAS)
def test_installed_in_a_cell_imported_in_the_next(own_notebook: Notebook, era: str, shape: str, renamed: bool) -> None:
    project = SHAPES[shape](own_notebook.workspace.home / "proj", "acme")
    directory = renamed_runtime(era) if renamed else None
    report = own_notebook.run(
        "import acme",
        install_cell(own_notebook.environment, project),
        "import library; library.load('acme.deep.leaf')",
        "import acme.sub; acme.sub.PARENT",
        runtime=era,
        runtime_dir=directory,
    )
    assert error_of(report.cells[0]) == "ModuleNotFoundError: No module named 'acme'"
    assert [cell.value for cell in report.cells[2:]] == ["acme.deep.leaf", "editable"], report.cells


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("era", ERAS)
def test_reinstalled_at_another_place(own_notebook: Notebook, era: str, shape: str, tmp_path: Path) -> None:
    old = SHAPES[shape](own_notebook.workspace.home / "old", "acme", "old")
    new = SHAPES[shape](own_notebook.workspace.home / "new", "acme", "new")
    own_notebook.environment.install_editable(old)
    values = own_notebook.values(
        "1", install_cell(own_notebook.environment, new) + "1", "import acme; acme.VALUE", "acme.__file__", runtime=era
    )
    assert values[2:] == ["new", str(Path(values[3])).replace("/old/", "/new/")]
    kept = own_notebook.values(
        "import acme; acme.VALUE",
        arrival_cell(own_notebook.environment, old, tmp_path / "scratch") + "1",
        "import acme; acme.VALUE",
        runtime=era,
    )
    assert kept == ["new", 1, "new"], "what is imported stays"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("era", ERAS)
def test_uninstalled_names_stop_resolving(own_notebook: Notebook, era: str, shape: str) -> None:
    project = SHAPES[shape](own_notebook.workspace.home / "proj", "acme")
    own_notebook.environment.install_editable(project)
    report = own_notebook.run(
        "import acme",
        pip_cell(own_notebook.environment, "uninstall", "-q", "-y", "acme-project")
        + "import sys; del sys.modules['acme']",
        "import acme",
        runtime=era,
    )
    assert error_of(report.cells[2]) == "ModuleNotFoundError: No module named 'acme'"
    assert not [entry for entry in report.cells[1].sys_path if "my project" in entry]


UV = {
    "uv pip": ("pip", "install", "--python", "{python}", "--no-deps", "-e", "{project}"),
    "uv sync": ("sync", "--active", "--project", "{project}", "--inexact"),
}


def uv(environment: Environment, *words: str, project: Path | str = "") -> str:
    """A cell that runs uv for the kernel's environment, as `%sh` would."""
    found = pytest.importorskip("uv", reason="needs uv: pip install '.[real]'")
    library = library_of(environment.tools)
    command = [found.find_uv_bin(), *(word.format(python=environment.python, project=project) for word in words)]
    command += ["--offline", "--no-build-isolation"] if "uninstall" not in words else []
    cache, home = str(environment.folder.parent / "uv-cache"), str(environment.folder)
    env = {"PYTHONPATH": str(library), "UV_CACHE_DIR": cache, "UV_NO_CONFIG": "1", "VIRTUAL_ENV": home}
    return command_cell(command, env)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("how", UV)
@pytest.mark.parametrize("era", ERAS)
def test_installed_moved_and_uninstalled_by_uv(own_notebook: Notebook, era: str, how: str, shape: str) -> None:
    env, forget = own_notebook.environment, "import sys; [sys.modules.pop(m) for m in [*sys.modules] if 'acme' in m]\n"
    # Not of one length: uv leaves a finder's bytecode there, which Python takes for that of a source as old and long.
    old, new = (SHAPES[shape](own_notebook.workspace.home / place, "acme", place) for place in ("old", "newer"))
    report = own_notebook.run(
        "import acme",
        uv(env, *UV[how], project=old),
        "import library; library.load('acme.deep.leaf'), __import__('acme').VALUE",
        uv(env, *UV[how], project=new),
        forget + "import library; library.load('acme.deep.leaf'), __import__('acme').VALUE",
        uv(env, "pip", "uninstall", "-q", "--python", env.python, "acme-project"),
        forget + "import acme",
        runtime=era,
    )
    gone = "ModuleNotFoundError: No module named 'acme'"
    assert error_of(report.cells[0]) == error_of(report.cells[6]) == gone
    assert [report.cells[n].value for n in (2, 4)] == [["acme.deep.leaf", "old"], ["acme.deep.leaf", "newer"]], report
    assert not [entry for entry in report.cells[6].sys_path if "my project" in entry]


def test_a_submodule_written_after_the_install(own_notebook: Notebook) -> None:
    project = src_project(own_notebook.workspace.home / "proj", "acme")
    own_notebook.environment.install_editable(project)
    later = f"open({str(project / 'src/acme/later.py')!r}, 'w').close()\nimport time; time.sleep(0.05)"
    values = own_notebook.values("import acme", later, "import library; library.load('acme.later')")
    assert values[2] == "acme.later"


def test_a_new_notebook_keeps_what_was_installed_meanwhile(own_notebook: Notebook) -> None:
    project = src_project(own_notebook.workspace.home / "proj", "acme")
    elsewhere = str(own_notebook.workspace.folder / "Users/first.last@company.com/elsewhere/notebook")
    values = own_notebook.values(
        install_cell(own_notebook.environment, project) + "1", Cell("import acme; acme.VALUE", elsewhere)
    )
    assert values == [1, "editable"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("era", ERAS)
def test_a_project_behind_a_link(own_notebook: Notebook, era: str, shape: str) -> None:
    """Installed by the link's name, with its sources behind a further link that leads outside the project."""
    home = own_notebook.workspace.home
    project = SHAPES[shape](home / "proj", "acme")
    sources = project / "src" if shape == "path line" else project / "acme"
    elsewhere = sources.rename(home / "elsewhere")
    sources.symlink_to(elsewhere)
    (home / "link").symlink_to(project)
    asked = "from dbx_patch.patches.autoreload_hook_patch import is_editable_file; is_editable_file(acme.lazy.__file__)"
    cells = (
        install_cell(own_notebook.environment, home / "link"),
        "import acme.lazy, library; [acme.lazy.load(), library.load('acme.sub')]",
        asked,
    )
    assert own_notebook.values(*cells, runtime=era)[1:] == [["acme.deep.leaf", "acme.sub"], True]
