"""A namespace project that is installed anew from elsewhere is imported from there at once: its old finder is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.covering import covering
from support.kernels import ERAS, Notebook
from support.settings import SETTINGS, Setting
from support.workspaces import SETUPTOOLS, write

FORGET = "import sys; [sys.modules.pop(m) for m in [*sys.modules] if m.partition('.')[0] == 'space'] and None\n"
BOTH = "import space.part, library, sys; [space.part.VALUE, library.load('space.part.leaf'), [*space.__path__]]"
# What of setuptools' finders the process holds, and where it leads to
HELD = """
import sys
modules = [m for m in sys.modules if m.startswith('__editable__')]
finders = [f.__module__ for f in sys.meta_path if getattr(f, '__module__', '').startswith('__editable__')]
owners = [getattr(hook, '__self__', None) for hook in sys.path_hooks]
hooks = [o.__module__ for o in owners if getattr(o, '__module__', '').startswith('__editable__')]
cached = [type(f).__module__ if not isinstance(f, type) else f.__module__ for f in sys.path_importer_cache.values()]
entries = [e for e in sys.path if e.startswith('__editable__')]
places = [e for e in sys.path_importer_cache if e.startswith('__editable__')]
[modules, finders, hooks, [m for m in cached if m.startswith('__editable__')], entries, places]
"""


def project(folder: Path, version: str) -> Path:
    """A project with a namespace's package: setuptools leaves a finder with a placeholder on ``sys.path``."""
    config = f'[project]\nname = "space-part"\nversion = "{version}"\n'
    config += "[tool.setuptools.packages.find]\ninclude = ['space*']\n"
    files = {"__init__.py": f"VALUE = {folder.name!r}\n", "leaf.py": "", "pyproject.toml": ""}
    named = {f"space/part/{name}": text for name, text in files.items() if name.endswith(".py")}
    return write(folder, {**named, "pyproject.toml": SETUPTOOLS + config})


@pytest.mark.parametrize("era, setting, version", covering(ERAS, SETTINGS, ["1.0", "2.0"]), indirect=["era", "setting"])
def test_the_new_code_counts_at_once(own_notebook: Notebook, setting: Setting, version: str) -> None:
    """Under the same finder's name, and with a new version under another."""
    environment, home = own_notebook.environment, own_notebook.workspace.home
    old, new = project(home / "old", "1.0"), project(home / "new", version)
    environment.install_editable(old)
    assert list(environment.site_packages.glob("__editable___*_finder.py"))
    cells = (BOTH, FORGET + setting.installs(environment, new), BOTH, FORGET + BOTH)
    first, _, *later = own_notebook.values(*cells, **setting.options)
    assert first[:2] == ["old", "space.part.leaf"] and str(old / "space") in first[2]
    for found in later:
        assert found[:2] == ["new", "space.part.leaf"] and str(old / "space") not in found[2]


def test_the_old_finder_is_gone(own_notebook: Notebook, setting: Setting) -> None:
    """From ``sys.meta_path``, ``sys.path_hooks``, ``sys.path_importer_cache``, ``sys.path`` and ``sys.modules``."""
    environment, home = own_notebook.environment, own_notebook.workspace.home
    environment.install_editable(project(home / "old", "1.0"))
    assert list(environment.site_packages.glob("__editable___*_finder.py"))
    cells = (
        BOTH,
        HELD,
        FORGET + setting.uninstalls(environment, "space-part"),
        "import importlib.util; importlib.util.find_spec('space') is None",
        HELD,
    )
    values = own_notebook.values(*cells, **setting.options)
    assert all(values[1][:3]), values[1]  # it was there
    assert values[3] is True and values[4] == [[], [], [], [], [], []]
