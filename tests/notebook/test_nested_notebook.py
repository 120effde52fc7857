"""Where a notebook lies in an editable project's folder, libraries import what they did without dbx-patch."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.kernels import ERAS, Furnish, Notebook, error_of, renamed_runtime
from support.workspaces import HATCHLING, package, write

PROJECT = (
    HATCHLING + '[project]\nname = "repo"\nversion = "1.0"\n[tool.hatch.build.targets.wheel]\npackages = ["repo_pkg"]\n'
)
# In the standard library, and installed: names that a stray file beside the notebook has as well
STRAY = {"colorsys.py": "VALUE = 'stray'\n", "installed.py": "VALUE = 'stray'\n"}


@pytest.fixture(scope="module")
def furnish() -> Furnish:
    def add(made: Notebook) -> None:
        files = {**package("repo_pkg"), **STRAY, **{f"notebooks/{name}": text for name, text in STRAY.items()}}
        files["notebooks/side.py"] = "VALUE = 'side'\n"
        project = write(made.workspace.home / "repo", {**files, "pyproject.toml": PROJECT})
        made.environment.install_editable(project)
        write(made.environment.site_packages, {"installed.py": "VALUE = 'installed'\n"})

    return add


def place(notebook: Notebook, inner: str) -> Path:
    return notebook.workspace.home / "repo" / inner / "notebook"


@pytest.mark.parametrize("inner", ["", "notebooks", "repo_pkg"])
@pytest.mark.parametrize("renamed", [False, True])
@pytest.mark.parametrize("era", ERAS)
def test_libraries_get_what_they_got(notebook: Notebook, tmp_path: Path, era: str, renamed: bool, inner: str) -> None:
    cells = (
        "import library, sys; library.load('colorsys'); hasattr(sys.modules['colorsys'], 'VALUE')",
        "library.load('installed'); sys.modules['installed'].VALUE",
        "library.load('repo_pkg.deep.leaf')",
        "library.load('no_such_module')",
    )
    options = {"runtime": era, "runtime_dir": renamed_runtime(era) if renamed else None}
    options.update(notebook=place(notebook, inner), count_ops=True)
    report = notebook.run(*cells, **options)
    assert [cell.value for cell in report.cells[:3]] == [False, "installed", "repo_pkg.deep.leaf"], report
    off = notebook.run(*cells, env={"DBX_PATCH_ENABLED": "0"}, **options)
    for number in (0, 1, 3):
        with_it, without = report.cells[number].workspace_ops, off.cells[number].workspace_ops
        assert with_it and without and with_it.total == without.total, with_it.paths


@pytest.mark.parametrize("era", ERAS)
def test_a_module_beside_the_notebook_is_for_cells(notebook: Notebook, era: str) -> None:
    options = {"runtime": era, "notebook": place(notebook, "notebooks")}
    assert notebook.values("import side; side.VALUE", **options) == ["side"]
    assert error_of(notebook.run("import library; library.load('side')", **options).cells[0]) == (
        "ModuleNotFoundError: No module named 'side'"
    )


@pytest.mark.parametrize("inner", ["", "notebooks"])
@pytest.mark.parametrize("era", ERAS)
def test_what_pythons_own_modules_import_for_a_cell_is_the_cells(notebook: Notebook, era: str, inner: str) -> None:
    """Modules that were written beside the notebook just now: no index knows of them."""
    folder = place(notebook, inner).parent
    cell = f"""
import importlib, pathlib, runpy, sys, threading
new = "new_{era}_{inner}"
for number in range(3):
    pathlib.Path({str(folder)!r}, new + str(number) + ".py").write_text("VALUE = 1")
importlib.invalidate_caches()
thread = threading.Thread(target=importlib.import_module, args=(new + "0",))
thread.start(); thread.join()
[(new + "0") in sys.modules, runpy.run_module(new + "1")["VALUE"], __import__(new + "2").VALUE]
"""
    assert notebook.values(cell, runtime=era, notebook=folder / "notebook") == [[True, 1, 1]]
