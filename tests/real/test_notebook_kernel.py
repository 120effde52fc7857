"""A real ipykernel, started as Databricks starts it, imports editable packages in cells that a real client sends."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from real.houses import House
from real.jupyter import Kernel, kernel_in
from support.kernels import ERAS, LIBRARY
from support.workspaces import flat_project, src_project, write

SHAPES = {"path line": src_project, "setuptools' finder": flat_project}
OFF = {"DBX_PATCH_ENABLED": "0"}


def pip_install(project: Path) -> str:
    return f'%pip install -q --no-deps --no-build-isolation -e "{project}"'


@pytest.fixture
def own(kernel_base: House, tmp_path: Path) -> House:
    """A notebook's environment for one test, with a library in it."""
    house = kernel_base.clone(tmp_path)
    write(house.environment.site_packages, {"library.py": LIBRARY})
    return house


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("era", ERAS)
def test_installed_in_a_cell_imported_in_the_next_and_after_a_restart(
    own: House, tmp_path: Path, era: str, shape: str
) -> None:
    project = SHAPES[shape](own.workspace.home / "proj", "acme")
    with kernel_in(own, tmp_path, era) as kernel:
        assert kernel.run("import acme").error == "ModuleNotFoundError: No module named 'acme'"
        assert kernel.run(pip_install(project)).error == ""
        use = ("import acme; acme.VALUE", "import library; library.load('acme.deep.leaf')", "acme.__file__")
        first = kernel.values(*use)
        assert first[:2] == ["'editable'", "'acme.deep.leaf'"] and str(project) in first[2]
        kernel.restart()
        assert kernel.values(*use) == first


@pytest.mark.parametrize("era", ERAS)
def test_without_dbx_patch_neither_works(own: House, tmp_path: Path, era: str) -> None:
    project = src_project(own.workspace.home / "proj", "acme")
    with kernel_in(own, tmp_path, era, OFF) as kernel:
        assert kernel.run(pip_install(project)).error == ""
        for _ in range(2):
            assert kernel.run("import acme").error == "ModuleNotFoundError: No module named 'acme'"
            kernel.restart()


def edit(file: Path, text: str) -> None:
    """As an editor saves, with a later time stamp on a file system that counts in seconds too."""
    file.write_text(text)
    later = time.time() + 2
    os.utime(file, (later, later))


def reloaded(kernel: Kernel, file: Path) -> list[str]:
    kernel.run("%load_ext autoreload\n%autoreload 2\nimport acme.work")
    before = kernel.values("acme.work.answer()")
    edit(file, "def answer():\n    return 'new, and longer'\n")
    return before + kernel.values("acme.work.answer()")


@pytest.mark.parametrize("where", ["workspace", "elsewhere"])
@pytest.mark.parametrize("era", ERAS)
def test_an_edited_source_is_new_in_the_next_cell(own: House, tmp_path: Path, era: str, where: str) -> None:
    folder = own.workspace.home / "proj" if where == "workspace" else tmp_path / "elsewhere"
    project = src_project(folder, "acme", extra={"src/acme/work.py": "def answer():\n    return 'old'\n"})
    own.environment.install_editable(project)
    with kernel_in(own, tmp_path, era) as kernel:
        assert reloaded(kernel, project / "src/acme/work.py") == ["'old'", "'new, and longer'"]


@pytest.mark.parametrize("era", ERAS)
def test_what_lies_outside_the_workspace_reloads_by_our_check(own: House, tmp_path: Path, era: str) -> None:
    files = {"src/acme/work.py": "def answer():\n    return 'old'\n"}
    project = src_project(tmp_path / "elsewhere", "acme", extra=files)
    own.environment.install_editable(project)
    with kernel_in(own, tmp_path, era, {"DBX_PATCH_DISABLE": "autoreload"}) as kernel:
        assert reloaded(kernel, project / "src/acme/work.py") == ["'old'", "'old'"]


# A library's own imports and misses, counted; the user's own statement may look beside the notebook, as ever.
PANDAS = "import pandas; pandas.DataFrame({'a': [1, 2]}).sum()['a'].item()"


@pytest.mark.parametrize("era", ERAS)
def test_importing_pandas_costs_no_workspace_operation_more(own: House, tmp_path: Path, era: str) -> None:
    for name, make in (("one", src_project), ("two", flat_project), ("three", src_project)):
        own.environment.install_editable(make(own.workspace.home / name, f"acme_{name}"))
    counts = []
    for number, env in enumerate((OFF, {})):
        (tmp_path / str(number)).mkdir()
        with kernel_in(own, tmp_path / str(number), era, env) as kernel:
            kernel.run("1 + 1")
            assert kernel.values(PANDAS) == ["3"]
            counts.append(kernel.values("last_ops")[0])
    assert counts[1] == counts[0]


def test_dbx_patch_itself_from_an_editable_package_called_by_pandas(own: House, tmp_path: Path) -> None:
    """Lazy imports in editable code that a library's frames call: the case that the runtime refuses."""
    source = "def double(value):\n    from acme.deep import leaf\n    return f'{value} {leaf.NAME}'\n"
    own.environment.install_editable(
        src_project(own.workspace.home / "proj", "acme", extra={"src/acme/work.py": source})
    )
    cell = "import pandas, acme.work; list(pandas.Series([1]).apply(acme.work.double))"
    for number, (env, expected) in enumerate((({}, ""), (OFF, "ModuleNotFoundError: No module named 'acme'"))):
        (tmp_path / str(number)).mkdir()
        with kernel_in(own, tmp_path / str(number), "modern", env) as kernel:
            assert kernel.run(cell).error == expected
