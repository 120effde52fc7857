"""A file that is gone stays an ImportError that code can handle; a fault of ours keeps nothing of the user's alive."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from dbx_patch.simulator import Variant, simulate
from dbx_patch.simulator.variant import HOOKS
from support.environments import Environment, once
from support.kernels import LIBRARY, Notebook
from support.sessions import copy_of
from support.stacked import make_stack, stack_in
from support.workspaces import HATCHLING, SETUPTOOLS, Workspace, package, src_project, write

MAPPED = '[project]\nname = "mapped"\nversion = "1.0"\n[tool.setuptools]\npy-modules = ["mapped_module"]\n'
MAPPED += 'packages = ["mapped_package", "mapped_package.deep"]\n'
REDIRECTED = '[project]\nname = "directed"\nversion = "1.0"\n[tool.hatch.build]\ndev-mode-exact = true\n'
TOPS = ("mapped_module", "mapped_package", "directed")
SOURCES = ("mapped/mapped_module.py", "mapped/mapped_package", "directed/directed")
# What handles an optional import in a cell, and in a library
TRIED = f"""
import importlib, library, os, sys
found = []
for name in {(*TOPS, "mapped_package.sub", "directed.deep.leaf")!r}:
    for load in (importlib.import_module, library.load):
        try:
            found.append(load(name) and "ok")
        except ImportError as error:
            found.append(type(error).__name__)
        for module in [m for m in sys.modules if m.partition(".")[0] in {TOPS!r}]:
            del sys.modules[module]
found
"""


class Served(Notebook):
    """Installs whose finders no start has put in place, so that dbx-patch answers: in an environment below."""

    def __init__(self, folder: Path, tools: Path) -> None:
        super().__init__(stack_in(folder, tools).upper, Workspace(folder))
        sources = [self.workspace.home / source for source in SOURCES]
        self.moves = [(str(source), str(source.with_name(f"away {source.name}"))) for source in sources]

    def make(self, folder: Path, tools: Path, wheel: Path) -> None:
        stack, home = make_stack(folder, tools).chain("path line"), self.workspace.create().home
        stack.upper.install(wheel)
        write(stack.upper.site_packages, {"library.py": LIBRARY})
        mapped = {**package("mapped_package"), "mapped_module.py": "", "pyproject.toml": SETUPTOOLS + MAPPED}
        stack.lower.install_editable(write(home / "mapped", mapped))
        directed = {**package("directed"), "pyproject.toml": HATCHLING + REDIRECTED}
        stack.lower.install_editable(write(home / "directed", directed))


def options(made: Notebook, era: str, hook: str) -> dict[str, Any]:
    repository = made.workspace.home if hook == "cache_outside_git" else None
    return {"runtime": era, "variant": Variant(hook=hook, repository=repository)}


@pytest.fixture
def served(shared: Path, tools: Path, wheel: Path) -> Served:
    """For each of xdist's workers one, since kernels move its sources."""
    folder = shared / f"served {os.environ.get('PYTEST_XDIST_WORKER', '')}"
    made = Served(folder, tools)
    once(folder, lambda _: made.make(folder, tools, wheel), changes=True)
    for source, away in made.moves:
        if os.path.exists(away):  # a test has failed
            os.rename(away, source)
    return made


@pytest.mark.parametrize("hook", HOOKS)
def test_a_mapped_file_that_is_gone(served: Served, era: str, hook: str) -> None:
    """Not a FileNotFoundError; and it is found again when it is back."""
    move = "import os\nfor source, away in {}: os.rename(source, away)\n"
    back = [(away, source) for source, away in served.moves]
    cells = [TRIED, move.format(served.moves) + TRIED, move.format(back) + TRIED]
    values = served.values(*cells, **options(served, era, hook))
    assert values == [["ok"] * 10, ["ModuleNotFoundError"] * 10, ["ok"] * 10]


# Each makes one of our own steps fail, in an import that a user's function does while it holds something
FAULTY = {
    "the front finder": ("dbx_patch.hooks.answers", "stays", "import acme_src"),
    "the fallback": ("dbx_patch.hooks.fallback", "_find", "import acme_src.no_such_module"),
    "learning": ("dbx_patch.hooks.sys_path", "learn", "import acme_src, nowhere_at_all"),
    "a callback": ("json", "no_such_attribute", "import acme_src"),
}
HOLDING = """
import dbx_patch, gc, importlib, sys, weakref
from dbx_patch import hooks
import acme_src
class Held: pass
told, alive = [], []

def fail(*args, **options):
    try: raise KeyError("inner")
    except KeyError as inner: raise RuntimeError("injected") from inner

def user(code):
    thing = Held()
    alive.append(weakref.ref(thing))
    try: exec(code, {})
    except ImportError: pass

for module, attribute, code in FAULTY:
    for name in [m for m in sys.modules if m.partition(".")[0] == "acme_src"]:
        del sys.modules[name]
    owner = importlib.import_module(module)
    real = getattr(owner, attribute, None)
    if real is None:
        dbx_patch.when_imported("acme_src")(fail)
    else:
        setattr(owner, attribute, fail)
    before = len(hooks.faults)
    try: user(code)
    finally:
        if real is not None: setattr(owner, attribute, real)
    told.append([module, "RuntimeError: injected" in str(hooks.faults[before:])])
gc.collect()
[told, [reference() is None for reference in alive]]
"""


@pytest.fixture
def unwatched(shared: Path, installed: Environment) -> Notebook:
    """An environment in which no other test looks for faults."""

    def make(folder: Path) -> None:
        environment = copy_of(installed, folder / "env")
        environment.install_editable(src_project(Workspace(folder).create().home / "sound", "acme_src"))

    folder = once(shared / "kept faults", make)
    return Notebook(Environment(folder / "env", installed.tools), Workspace(folder))


@pytest.mark.parametrize("hook", HOOKS)
def test_a_fault_keeps_no_frame_of_the_user(unwatched: Notebook, era: str, hook: str) -> None:
    """Recorded for `status`, its exception would hold the locals of all functions on the stack."""
    report = simulate(
        [HOLDING.replace("FAULTY", repr(tuple(FAULTY.values())))],
        workspace=unwatched.workspace.folder,
        notebook=unwatched.workspace.notebook,
        python=unwatched.environment.python,
        **options(unwatched, era, hook),
    )
    assert report.returncode == 0 and report.stderr == "" and report.cells[0].ok, report
    told, is_gone = report.cells[0].value
    assert told == [[module, True] for module, _, _ in FAULTY.values()]
    assert is_gone == [True] * len(FAULTY)
