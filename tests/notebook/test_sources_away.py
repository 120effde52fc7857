"""Sources that are away for a while come back: another branch, a mount that fails, too many open files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Iterable, Iterator

import pytest

from dbx_patch.simulator import Variant
from support.away import MODULE
from support.environments import Environment, once
from support.kernels import ERAS, Notebook, make_notebook, renamed_runtime
from support.workspaces import Workspace, src_project, write

NAMES = ("acme_only.deep.leaf", "acme_src.sub", "acme_flat.deep.leaf")
LOAD = f"away.load({NAMES!r})"
SOUND = ["ok"] * 2 * len(NAMES)


class Fickle(Notebook):
    """Three projects, of two of which the source folder or the package can be away; `away.py` to have them so."""

    def __init__(self, folder: Path, tools: Path) -> None:
        super().__init__(Environment(folder / "env", tools), Workspace(folder))
        self.folder, home = folder, self.workspace.home
        self.sources = {"acme_src": home / "proj/src", "acme_flat": home / "flat/acme_flat"}
        self.sources["acme_only"] = home / "only/src/acme_only"  # the source folder itself stays
        self.entries = [str(home / "only/src"), str(home / "proj/src")]  # as `site` adds them

    def make(self, tools: Path, wheel: Path) -> None:
        make_notebook(self.folder, tools, wheel)
        self.environment.install_editable(src_project(self.workspace.home / "only", "acme_only"))
        write(self.folder / "first", {"away.py": MODULE, "sitecustomize.py": "import away\n"})
        (self.folder / "another branch").mkdir()

    def options(self, era: str, hook: str, folder: Path) -> dict[str, Any]:
        """For a kernel; where no hook guards the repository, its private names have changed as well."""
        repository = self.workspace.home if hook == "cache_outside_git" else None
        renamed = renamed_runtime(era) if repository else None
        options: dict[str, Any] = {"env": {"PYTHONPATH": str(self.folder / "first")}, "runtime": era}
        return {**options, "variant": Variant(hook=hook, repository=repository), "runtime_dir": renamed}

    def moves(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """What to rename, in the kernel or here, so that these sources are on another branch."""
        elsewhere = self.folder / "another branch"
        return [(str(self.sources[name]), str(elsewhere / name)) for name in names]

    def back(self, names: Iterable[str]) -> str:
        """A cell that brings them back, and asks."""
        moves = [(new, old) for old, new in self.moves(names)]
        return f"away.switch_branch({moves!r}); away.a_second_passes()\n{self.asked()}"

    def asked(self) -> str:
        """What is imported, what is then right behind the site folder, and what `verify` says."""
        place = f"sys.path[sys.path.index({str(self.environment.site_packages)!r}) + 1:][:{len(self.entries)}]"
        return f"[{LOAD}, {place}, [sys.path.count(e) for e in {self.entries!r}], away.codes()]"

    @property
    def touch(self) -> str:
        return f"away.something_is_installed({str(self.environment.site_packages)!r})\n"


@pytest.fixture
def fickle(shared: Path, tools: Path, wheel: Path) -> Fickle:
    """For each of xdist's workers one, since kernels move its sources."""
    folder = shared / f"fickle {os.environ.get('PYTEST_XDIST_WORKER', '')}"
    made = Fickle(folder, tools)
    once(folder, lambda _: made.make(tools, wheel), changes=True)
    return made


HOOKS = ("path_hooks", "cache", "cache_outside_git")
# What is away at the start, and what later, is told apart: one makes the other's site folder be read again.
WAYS = {"acme_src": "path-gone", "acme_only": "nothing-offered"}


@pytest.fixture(params=WAYS)
def first(request: pytest.FixtureRequest, fickle: Fickle) -> Iterator[str]:
    """A project that is on another branch at the kernel's start."""
    for old, new in fickle.moves([request.param]):
        os.rename(old, new)
    yield request.param
    for old, new in fickle.moves(fickle.sources):
        if os.path.exists(new):  # the test has failed
            os.rename(new, old)


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("era", ERAS)
def test_on_another_branch(fickle: Fickle, era: str, hook: str, first: str, tmp_path: Path) -> None:
    """At the kernel's start; and others later, while something is installed."""
    others = [name for name in fickle.sources if name != first]
    cells = [f"import away, sys; [away.load([{first + '.sub'!r}]), away.codes()]", fickle.back([first])]
    leave = f"{fickle.touch}away.switch_branch({fickle.moves(others)!r})\n"
    cells += [f"{leave}[away.load({[f'{name}.sub' for name in others]!r}), away.codes()]", fickle.back(others)]
    values = fickle.values(*cells, **fickle.options(era, hook, tmp_path))
    gone, sound = ["ModuleNotFoundError"] * 2, [SOUND, fickle.entries, [1, 1], []]
    codes = sorted({"source-gone", *(WAYS[name] for name in others if name in WAYS)})
    assert values == [[gone, [WAYS[first]]], sound, [gone * 2, codes], sound]


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("era", ERAS)
def test_a_mount_that_fails_and_too_many_open_files(fickle: Fickle, era: str, hook: str, tmp_path: Path) -> None:
    """A file of the site folder at the start, then more; what fails meanwhile fails in plain Python as well."""
    home, site = str(fickle.workspace.home), str(fickle.environment.site_packages)
    there = "away.mount_again(); away.a_second_passes()\n" + fickle.asked()
    start = "import away, sys; [away.load(['acme_src.sub']), 'check-failed' in away.codes()]"
    # what is not there for now is not reported as gone: the remedy would be to uninstall it
    sources = f"{fickle.touch}away.lose_mount({home!r}, 'EIO')\n['ok' in {LOAD}, away.codes()]"
    site_folder = f"{fickle.touch}away.lose_mount({site!r}, 'ESTALE')\n{LOAD}"
    files = f"{fickle.touch}away.with_no_more_files(lambda: {LOAD})"
    options = fickle.options(era, hook, tmp_path)
    (pth,) = fickle.environment.site_packages.glob("*acme_src*.pth")
    options["env"]["LOST_AT_START"] = str(pth)
    values = fickle.values(start, there, sources, there, site_folder, there, files, there, **options)
    sound, errors = [SOUND, fickle.entries, [1, 1], []], ["OSError"] * len(SOUND)
    assert values == [
        *([["ModuleNotFoundError"] * 2, False], sound),
        *([False, ["unreadable-sources"]], sound, errors, sound, errors, sound),
    ]
