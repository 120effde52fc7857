"""An install in a namespace and one by redirection win over a lower copy, and cost other imports nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from dbx_patch.simulator import Variant
from dbx_patch.simulator.variant import HOOKS
from support.environments import library_of, once
from support.kernels import LIBRARY, Notebook
from support.stacked import make_stack, stack_in
from support.workspaces import HATCHLING, SETUPTOOLS, Workspace, package, write

NAMESPACE = '[project]\nname = "space-part"\nversion = "1.0"\n[tool.setuptools.packages.find]\ninclude = ["space*"]\n'
REDIRECTED = '[project]\nname = "directed"\nversion = "1.0"\n[tool.hatch.build]\ndev-mode-exact = true\n'
WAYS = {
    "cell": "import space.part, directed; [space.part.VALUE, directed.VALUE]",
    "library": "import sys; [library.load(name + '.deep.leaf') for name in ('space.part', 'directed')]\n"
    "[sys.modules[name].VALUE for name in ('space.part', 'directed')]",
}
NAMES = "[m for m in sys.modules if m.partition('.')[0] in ('space', 'directed')]"
PURGE = f"import library, sys; [sys.modules.pop(m) for m in {NAMES}]\n"
# What is below only, and what is nowhere, from cells and from libraries
OTHERS = (
    "import below.deep.leaf, below_module",
    "library.load('lower_library')",
    "library.load('below.sub')",
    "import lower_library; lower_library.load('below.lazy')",
    "for name in ('optional', 'below.optional'):\n    try: library.load(name)\n    except ImportError: pass",
)
FORGET = "[sys.modules.pop(m) for m in [*sys.modules] if m.startswith(('below', 'lower_'))] and None\n"


def notebook_in(folder: Path, tools: Path) -> Notebook:
    return Notebook(stack_in(folder, tools).upper, Workspace(folder))


@pytest.fixture
def made(shared: Path, tools: Path, wheel: Path) -> Notebook:
    """Both installs in the notebook's environment, copies of both packages and a library below."""

    def make(folder: Path) -> None:
        stack = make_stack(folder, tools).chain("path line")
        copies = {f"space/{path}": text for path, text in package("part", "lower copy").items()}
        below = {**copies, **package("directed", "lower copy"), **package("below")}
        write(stack.lower.site_packages, {**below, "below_module.py": "", "lower_library.py": LIBRARY})
        write(stack.upper.site_packages, {"library.py": LIBRARY})
        # what the redirecting finder needs when it runs
        shutil.copytree(library_of(tools) / "editables", stack.upper.site_packages / "editables")
        stack.upper.install(wheel)
        home = Workspace(folder).create().home
        one = {f"space/{path}": text for path, text in package("part").items()}
        write(home / "one", {**one, "pyproject.toml": SETUPTOOLS + NAMESPACE})
        write(home / "two", {**package("directed"), "pyproject.toml": HATCHLING + REDIRECTED})
        for name in ("one", "two"):
            stack.upper.install_editable(home / name)

    return notebook_in(once(shared / "lower copies and costs", make), tools)


@pytest.mark.parametrize("place", ["slot", "end"])
@pytest.mark.parametrize("hook", HOOKS)
def test_they_win_and_cost_nothing(made: Notebook, era: str, hook: str, place: str) -> None:
    """Before the installs were imported, and after."""
    for pattern in ("__editable___space_part_*finder.py", "_editable_impl_directed.py"):
        assert list(made.environment.site_packages.glob(pattern)), pattern
    repository = made.workspace.home if hook == "cache_outside_git" else None
    options: dict[str, Any] = {"runtime": era, "variant": Variant(hook, place, repository), "count_ops": True}
    # `nowhere` is missing: where the notebook's folder is asked at all, its listing is read by then
    start = "import library, sys\ntry: import nowhere\nexcept ImportError: pass"
    first, second = WAYS if place == "slot" else reversed(WAYS)
    others = [FORGET + cell for cell in OTHERS]
    cells = [start, *others, PURGE + WAYS[first], *others, PURGE + WAYS[second]]
    with_it = made.run(*cells, **options).cells
    without = made.run(*cells, env={"DBX_PATCH_ENABLED": "0"}, **options).cells
    for cell, on, off in list(zip(cells, with_it, without))[1:]:
        assert on.ok and off.ok, (cell, on.error)
        if cell.startswith(PURGE):
            assert on.value == ["editable", "editable"] and off.value == ["lower copy", "lower copy"]
            continue
        assert on.workspace_ops and off.workspace_ops
        assert on.workspace_ops.total <= off.workspace_ops.total, (cell, on.workspace_ops.paths)
