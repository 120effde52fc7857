"""A site folder that cannot be read costs what is installed in it and nothing else, and `verify` names it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dbx_patch.simulator import Variant
from dbx_patch.simulator.variant import HOOKS
from support.away import MODULE
from support.environments import once
from support.kernels import LIBRARY, Notebook
from support.stacked import make_stack, stack_in
from support.workspaces import Workspace, flat_project, src_project, write

ERRORS = ("ELOOP", "ENAMETOOLONG", "ENOTCONN", "ESTALE", "EIO")
NAMES = ("acme_src.deep.leaf", "acme_flat.deep.leaf")
LOW = ("acme_low.sub", "low_flat.sub")
SOUND = ["ok"] * 4
# What a library gets and what a cell does, of the other folder's installs; and what `verify` says of which folder
ASKED = """
import away, dbx_patch
found = dbx_patch.verify_editable_installs(verbose=False).findings
told = [[f.about, f.code, error in f.cause] for f in found if f.code in ("unreadable-site-folder", "check-failed")]
[away.load(NAMES), told]
"""


class Stacked(Notebook):
    """Two installs in the notebook's environment and two in the one below it, all from the workspace."""

    def __init__(self, folder: Path, tools: Path) -> None:
        self.stack = stack_in(folder, tools)
        super().__init__(self.stack.upper, Workspace(folder))
        self.first = folder / "first"

    def make(self, folder: Path, tools: Path, wheel: Path) -> None:
        make_stack(folder, tools)
        home = self.workspace.create().home
        self.stack.upper.install(wheel)
        write(self.stack.upper.site_packages, {"library.py": LIBRARY})
        self.stack.upper.install_editable(src_project(home / "src", "acme_src"))
        self.stack.upper.install_editable(flat_project(home / "flat", "acme_flat"))
        self.stack.lower.install_editable(src_project(home / "low", "acme_low"))
        self.stack.lower.install_editable(flat_project(home / "low flat", "low_flat"))
        write(self.first, {"away.py": MODULE, "sitecustomize.py": "import away\n"})

    def options(self, era: str, hook: str, **env: str) -> dict[str, Any]:
        repository = self.workspace.home if hook == "cache_outside_git" else None
        env["PYTHONPATH"] = str(self.first)
        return {"runtime": era, "variant": Variant(hook=hook, repository=repository), "env": env}


@pytest.fixture
def stacked(shared: Path, tools: Path, wheel: Path) -> Stacked:
    folder = shared / "two site folders"
    made = Stacked(folder, tools)
    # a kernel tells the index of an install by the folder's time
    once(folder, lambda _: made.make(folder, tools, wheel), changes=True)
    return made


@pytest.mark.parametrize("hook", HOOKS)
def test_before_it_was_ever_read_and_later(stacked: Stacked, era: str, hook: str) -> None:
    """With one error when the folder joins ``sys.path``, and with each while something is installed.

    It is the last entry: as in plain Python, what stands behind it fails.
    """
    lower = str(stacked.stack.lower.site_packages)
    first = ERRORS[(2 * HOOKS.index(hook) + (era == "legacy")) % len(ERRORS)]
    joins = f"import away, sys; away.lose_mount({lower!r}, {first!r}); sys.path.append({lower!r})"
    cells = [f"error, NAMES = {first!r}, {NAMES!r}; {joins}\n{ASKED}"]
    for error in ERRORS:
        cells.append(f"away.mount_again(); away.a_second_passes()\naway.load({LOW!r})")
        change = f"away.something_is_installed({lower!r}); away.lose_mount({lower!r}, {error!r})"
        cells.append(f"error, NAMES = {error!r}, {NAMES!r}; {change}\n{ASKED}")
    values = stacked.values(*cells, **stacked.options(era, hook))
    told = [SOUND, [[lower, "unreadable-site-folder", True]]]
    assert values == [told, *[SOUND, told] * len(ERRORS)]
