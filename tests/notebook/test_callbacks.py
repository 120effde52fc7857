"""Callbacks of `when_imported` in a notebook: called once, in time, and as the code of who wrote them."""

from __future__ import annotations

import pytest

from dbx_patch.simulator import Variant
from dbx_patch.simulator.variant import HOOKS
from support.kernels import Furnish, Notebook
from support.workspaces import write

REGISTERS = """
import dbx_patch

calls = []

def register(who, name):
    @dbx_patch.when_imported(name)
    def callback(module):
        calls.append([who, module.__name__, hasattr(module, "LAST")])
        if who != "before a library":
            import of_callback, sys  # beside the notebook: refused where a frame of ours makes it a library's import
            del sys.modules["of_callback"]
"""
FILES = {
    "registers.py": REGISTERS,
    "of_callback.py": "",
    "with_body.py": "import registers\nregisters.register('its body', __name__)\nLAST = 1\n",
    "with_callback.py": "LAST = 1\n",
    "new.py": "LAST = 1\n",
}
CELLS = (
    "import registers, with_body; registers.calls",
    """
import dbx_patch
registers.calls.clear()
@dbx_patch.when_imported("with_callback")
def first(module):
    registers.register("a callback of it", "with_callback")
import with_callback
registers.calls
""",
    """
registers.calls.clear()
registers.register("at once", "with_callback"); registers.register("at once", "json")
[*registers.calls]
""",
    """
registers.calls.clear()
registers.register("before", "new"); registers.register("before a library", "acme_src")
import new, library
library.load("acme_src.sub")
[*registers.calls]
""",
    "import with_body, with_callback, new, acme_src.sub\n[*registers.calls]",
)
BEFORE = [["before", "new", True], ["before a library", "acme_src", False]]


@pytest.fixture(scope="module")
def furnish() -> Furnish:
    return lambda made: write(made.workspace.notebook_folder, FILES)


@pytest.mark.parametrize("hook", HOOKS)
def test_called_once_and_as_user_code(notebook: Notebook, era: str, hook: str) -> None:
    """Registered by the body, by another callback of the module, for a loaded module, and before a library's import."""
    repository = notebook.workspace.home if hook == "cache_outside_git" else None
    values = notebook.values(*CELLS, runtime=era, variant=Variant(hook=hook, repository=repository))
    assert values == [
        [["its body", "with_body", True]],
        [["a callback of it", "with_callback", True]],
        [["at once", "with_callback", True], ["at once", "json", False]],
        BEFORE,
        BEFORE,
    ]
