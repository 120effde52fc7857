"""Projects as Databricks' templates make them: installed by `--editable ..`, a notebook in `src`, an entry point."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbx_patch.simulator import Variant
from support.environments import Environment, once
from support.kernels import ERAS, LIBRARY, Notebook
from support.sessions import copy_of
from support.tools import fetch
from support.workspaces import HATCHLING, Workspace, write

PYPROJECT = HATCHLING + '[project]\nname = "shop"\nversion = "0.0.1"\n[project.scripts]\nmain = "shop.main:main"\n'
# The conftest of a template still puts `src` on the path, as its notebook does.
CONFTEST = """
import pathlib, sys, pytest

def pytest_configure(config):
    sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "src"))

@pytest.fixture
def fixture_file():
    return pathlib.Path(__file__).parent.parent / "fixtures" / "orders.json"
"""
TEMPLATE = {
    "pyproject.toml": PYPROJECT,
    "fixtures/orders.json": "[1, 2]",
    "src/shop/__init__.py": "",
    "src/shop/orders.py": "def all_orders():\n    return ['an order']\n",
    "src/shop/main.py": "from shop import orders\n\ndef main():\n    print(orders.all_orders())\n",
    "src/shop_etl/transformations/daily.py": "VALUE = 'a transformation'\n",  # run by pipelines, imported by nobody
    "tests/conftest.py": CONFTEST,
    "tests/sample_orders_test.py": (
        "import json\nfrom shop import orders\n\ndef test_orders(fixture_file):\n"
        "    assert orders.all_orders() == ['an order'] and json.loads(fixture_file.read_text()) == [1, 2]\n"
    ),
}
CELLS = (
    'import sys\nsys.path.append("../src")\nfrom shop import orders\norders.all_orders()',
    "import library; library.load('shop.main'); sys.modules['shop.main'].__name__",
    (
        "import importlib.metadata as metadata\n"
        "[entry] = [e for e in metadata.distribution('shop').entry_points if e.name == 'main']\n"
        "import contextlib, io\n"
        "with contextlib.redirect_stdout(io.StringIO()) as said: library.call(entry.load())\nsaid.getvalue()"
    ),
    (
        "import subprocess\nprogram = sys.prefix + '/bin/main'\n"
        "done = subprocess.run([program], capture_output=True, text=True, check=True, timeout=60)\ndone.stdout"
    ),
    (
        "import os, pytest\nsys.dont_write_bytecode = True\n"
        "with contextlib.redirect_stdout(io.StringIO()) as said:\n"
        "    status = pytest.main(['-p', 'no:cacheprovider', '--import-mode={mode}', os.path.abspath('../tests')])\n"
        "'1 passed' in said.getvalue() or said.getvalue()"
    ),
)
EXPECTED = [["an order"], "shop.main", "['an order']\n", "['an order']\n", True]
VARIANTS = [
    ("path_hooks", "end", False, "prepend"),
    ("path_hooks", "slot", True, "importlib"),
    ("cache", "end", False, "importlib"),
    ("cache", "slot", True, "append"),
    ("cache_outside_git", "end", True, "prepend"),
    ("cache_outside_git", "slot", True, "append"),
]


@pytest.fixture
def template(shared: Path, tools: Path, wheel: Path, environment: Environment) -> Notebook:
    """A project of the templates' shape, installed as the notebook's `--editable ..` has it, beside a library."""

    def make(folder: Path) -> None:
        made = copy_of(environment, folder / "env")
        workspace = Workspace(folder).create()
        fetch(made.python, ["pytest"])
        write(made.site_packages, {"library.py": LIBRARY})
        made.install_editable(write(workspace.home / "shop", TEMPLATE))

    folder = once(shared / "project template", make)
    return Notebook(Environment(folder / "env", tools), Workspace(folder))


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
@pytest.mark.parametrize("era", ERAS)
def test_notebook_entry_point_and_tests_of_a_template(
    template: Notebook, era: str, variant: tuple[str, str, bool, str]
) -> None:
    hook, place, in_git, mode = variant
    project = template.workspace.home / "shop"
    options = Variant(hook=hook, notebook_folder=place, repository=project if in_git else None)
    cells = [cell.replace("{mode}", mode) for cell in CELLS]
    notebook = project / "src/sample_notebook"
    assert template.values(*cells, runtime=era, variant=options, notebook=notebook) == EXPECTED
