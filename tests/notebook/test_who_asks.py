"""What editable code asks for it gets, whoever called it; what a library asks for itself is refused as before."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.environments import Environment, once
from support.kernels import Notebook, error_of, make_notebook
from support.simulating import simulate_executor
from support.workspaces import Workspace, write

# Each imports a module beside the notebook: by a statement, by a function of importlib's, and deep in a package
ASKS = {
    "acme_src/asks.py": (
        "def load():\n    import beside\n    return beside.VALUE\ndef through(load):\n    return load('beside')\n"
    ),
    "acme_src/asks_importlib.py": (
        "import importlib\ndef load():\n    return importlib.import_module('beside').VALUE\n"
    ),
    "acme_src/deep/asks.py": "def load():\n    from beside import VALUE\n    return VALUE\n",
}
FLAT_ASKS = {"acme_flat/deep/asks.py": ASKS["acme_src/deep/asks.py"]}
ASKING = ("acme_src.asks", "acme_src.asks_importlib", "acme_src.deep.asks", "acme_flat.deep.asks")
BESIDE = "beside the notebook"
REFUSED = "ModuleNotFoundError: No module named 'beside'"
UDF = """
def called_back(name):
    import importlib, library
    return library.call(importlib.import_module(name).load)
"""


@pytest.fixture
def asking(shared: Path, tools: Path, wheel: Path) -> Notebook:
    """The notebook with editable code in it that imports what lies beside the notebook."""

    def make(folder: Path) -> None:
        home = make_notebook(folder, tools, wheel).workspace.home
        write(home / "proj/src", ASKS)
        write(home / "flat", FLAT_ASKS)

    folder = once(shared / "asking", make)
    return Notebook(Environment(folder / "env", tools), Workspace(folder))


@pytest.mark.parametrize("module", ASKING)
def test_called_by_a_library_editable_code_imports_what_lies_beside_the_notebook(
    asking: Notebook, era: str, module: str
) -> None:
    cells = (f"import library, {module} as asks; library.call(asks.load)", "library.load('beside')")
    assert asking.values(*cells, runtime=era) == [BESIDE, "beside"]


def test_a_library_itself_does_not(asking: Notebook, era: str) -> None:
    """Nor by way of editable code: the innermost code decides, and that is the library's."""
    by_way_of_it = "import library, acme_src.asks; acme_src.asks.through(library.load)"
    for cell in ("import library; library.load('beside')", by_way_of_it):
        assert error_of(asking.run(cell, runtime=era).cells[0]) == REFUSED


def test_on_an_executor(asking: Notebook) -> None:
    options = {"workspace": asking.workspace.folder, "python": asking.environment.python}
    for module in ASKING:
        report = simulate_executor(
            "udf:called_back", source=UDF, args=[module], notebook=asking.workspace.notebook, **options
        )
        assert report.value == BESIDE, report.traceback
