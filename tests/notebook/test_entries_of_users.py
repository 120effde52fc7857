"""What users put on `sys.path` stays where they put it, also when the install of that folder goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dbx_patch.simulator import Variant, materialise
from support.kernels import ERAS, Cell, Notebook
from support.sessions import copy_of

HOOKS = ("path_hooks", "cache", "cache_outside_git")
# `SITE` is the site folder, `root()` the install's path entry: an equal string, and another one each time.
PUTS = {
    "first": "sys.path.insert(0, root())",
    "last": "sys.path.append(root())",
    "right before its site folder": "sys.path.insert(sys.path.index(SITE), root())",
    "right behind it": "sys.path.insert(sys.path.index(SITE) + 1, root())",
    "twice": "sys.path.insert(0, root()); sys.path.append(root())",
    "with a slash": "sys.path.append(root() + '/')",
    "relative": "sys.path.append(os.path.relpath(root()))",
    "a new list": "sys.path = [root(), *sys.path]",
}
SETUP = """
import importlib, library, os, sys
from importlib import metadata
ROOT, SITE = {root!r}, {site!r}

def root():
    return "".join([*ROOT])

def switch(old, new):
    "Uninstall the project, or install it again: what pip does, by its record, in no time."
    for file in FILES:
        if os.path.exists(file + old):
            os.rename(file + old, file + new)
    os.utime(SITE)

def load():
    "From a cell, and from a library."
    found = []
    for load in (importlib.import_module, library.load):
        for name in [name for name in sys.modules if name.startswith("acme_src")]:
            del sys.modules[name]
        try:
            found.append(load("acme_src.sub") and sys.modules["acme_src.sub"].__file__)
        except ImportError as error:
            found.append(str(error))
    return found

FILES = [str(file.locate()) for file in metadata.distribution("acme_src-project").files if ".." not in file.parts]
PLAIN = [*sys.path]
"""


def cells(notebook: Notebook, put: str) -> list[str | Cell]:
    """A user's entry beside the install's, and the install goes; the same in a notebook in another folder."""
    elsewhere = notebook.workspace.folder / "Users/first.last@company.com/elsewhere/notebook"
    # in one cell: after each, the runtime takes away what a .pth file names, whoever put it there
    first = f"sys.path[:] = PLAIN; load()\n{put}\nload(); switch('', '.away'); [load(), [*sys.path]]"
    return [first, Cell("[load(), [*sys.path]]", str(elsewhere)), "switch('.away', ''); 1"]


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("era", ERAS)
def test_an_entry_of_the_users_stays(notebook: Notebook, era: str, hook: str, tmp_path: Path) -> None:
    """All is as it is without dbx-patch: `sys.path`, and what a cell and a library import by it."""
    own = Notebook(copy_of(notebook.environment, tmp_path / "env"), notebook.workspace)
    root = str(own.workspace.home / "proj/src")
    setup = SETUP.format(root=root, site=str(own.environment.site_packages))
    repository = own.workspace.home if hook == "cache_outside_git" else None
    options: dict[str, Any] = {"runtime": era, "variant": Variant(hook=hook, repository=repository)}
    options["runtime_dir"] = materialise(tmp_path, era)  # for both kernels one, whose paths are the same
    steps = [cell for put in ("1", *PUTS.values()) for cell in cells(own, put)]
    with_it = own.values(setup, *steps, **options)[1:]
    without = own.values(setup, *steps, env={"DBX_PATCH_ENABLED": "0"}, **options)[1:]
    for place, put in enumerate(("nowhere", *PUTS)):
        step = slice(3 * place, 3 * place + 2)
        assert with_it[step] == without[step], put
        assert without[3 * place][0][0].endswith("/acme_src/sub.py") is (put != "nowhere"), put
