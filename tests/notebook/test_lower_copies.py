"""An editable install wins over an older copy of the package in a lower environment, as a wheel would."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from dbx_patch.simulator import Variant
from support.covering import covering
from support.environments import once
from support.kernels import ERAS, LIBRARY, Notebook, renamed_runtime
from support.settings import Setting
from support.stacked import CHAININGS, Stack, make_stack, pip_cell, stack_in
from support.workspaces import Workspace, flat_project, package, src_project, write

SHAPES = {"path line": src_project, "setuptools' finder": flat_project}
# Where no hook guards the repository, one chaining will do: it is the notebook's own environment that matters there
SETTINGS = [*itertools.product(CHAININGS, ("path_hooks", "cache")), ("path line", "cache_outside_git")]
PURGE = "import sys; [sys.modules.pop(m) for m in [*sys.modules] if m.partition('.')[0] == 'acme'] and None\n"
VALUE = "import acme; acme.VALUE"
BY_LIBRARY = "import {0}, sys; {0}.load('acme.deep.leaf'); sys.modules['acme'].VALUE"
WAYS = {
    "cell": VALUE,
    "submodule": "import acme.sub; acme.sub.PARENT",
    "library": BY_LIBRARY.format("library"),
    "lower library": BY_LIBRARY.format("lower_library"),
}
EDITABLE, COPY, BESIDE = "editable", "lower copy", "beside the notebook"


@pytest.fixture(params=SETTINGS, ids="-".join)
def setting(request: pytest.FixtureRequest) -> tuple[str, str]:
    chaining, hook = request.param
    return chaining, hook


@pytest.fixture
def by_pip(setting: tuple[str, str], era: str) -> bool:
    """Whether pip itself changes the session's environment: in one setting of each era."""
    return setting == (("path line", "path_hooks") if era == "legacy" else ("addsitedir", "cache"))


@pytest.fixture
def chaining(setting: tuple[str, str]) -> str:
    return setting[0]


@pytest.fixture
def hook(setting: tuple[str, str]) -> str:
    return setting[1]


class Layers(Notebook):
    """A notebook whose environment lies over another, in which there is a copy of the project's package."""

    def __init__(self, stack: Stack, workspace: Workspace) -> None:
        super().__init__(stack.upper, workspace)
        self.stack = stack

    @property
    def project(self) -> Path:
        return self.workspace.home / "proj"

    def options(self, era: str, hook: str, place: str = "slot") -> dict[str, Any]:
        """For a kernel."""
        repository = self.workspace.home if hook == "cache_outside_git" else None
        return {"runtime": era, "variant": Variant(hook, place, repository)}


def make_layers(folder: Path, tools: Path, wheel: Path, shape: str, chaining: str) -> Layers:
    """A copy below, a library in each environment, things that are below only; nothing editable yet."""
    layers = Layers(make_stack(folder, tools), Workspace(folder).create())
    upper, lower = layers.stack.upper, layers.stack.lower
    lower.install_project(SHAPES[shape](folder / "old", "acme", COPY))
    write(lower.site_packages, {"lower_library.py": LIBRARY, **package("below"), "below_module.py": ""})
    write(upper.site_packages, {"library.py": LIBRARY})
    upper.install(wheel)
    SHAPES[shape](layers.project, "acme", EDITABLE)
    layers.stack.chain(chaining)
    return layers


def layers_for(shared: Path, tools: Path, wheel: Path, shape: str, chaining: str, editable: bool) -> Layers:
    """One for all tests that do not change it."""

    def make(folder: Path) -> None:
        made = make_layers(folder, tools, wheel, shape, chaining)
        if editable:
            made.environment.install_editable(made.project)

    name = f"layers {list(SHAPES).index(shape)} {chaining} {editable}"
    folder = once(shared / name, make)
    return Layers(stack_in(folder, tools), Workspace(folder))


@pytest.fixture(params=SHAPES)
def installed_layers(request: pytest.FixtureRequest, shared: Path, tools: Path, wheel: Path, chaining: str) -> Layers:
    """With the editable install in the notebook's environment when the kernel starts."""
    return layers_for(shared, tools, wheel, request.param, chaining, editable=True)


@pytest.fixture(params=SHAPES)
def session_layers(
    request: pytest.FixtureRequest, shared: Path, tools: Path, wheel: Path, chaining: str, tmp_path: Path
) -> Layers:
    """With only the copy there, and an environment that the test may change."""
    made = layers_for(shared, tools, wheel, request.param, chaining, editable=False)
    return Layers(made.stack.copy(tmp_path / "upper"), made.workspace)


def test_the_editable_one_wins_after_start(installed_layers: Layers, era: str, hook: str) -> None:
    options = installed_layers.options(era, hook)
    for first in WAYS:  # each as the first import in a kernel of its own, and then the others
        order = {first: WAYS[first], **WAYS}
        cells = [PURGE + cell for cell in order.values()]
        assert dict(zip(order, installed_layers.values(*cells, **options))) == dict.fromkeys(WAYS, EDITABLE)


def test_without_dbx_patch_the_copy_wins(installed_layers: Layers, era: str, hook: str) -> None:
    options = installed_layers.options(era, hook)
    assert installed_layers.values(VALUE, env={"DBX_PATCH_ENABLED": "0"}, **options) == [COPY]


def test_installed_in_a_session_it_wins_from_the_next_cell_on(
    session_layers: Layers, era: str, hook: str, chaining: str, by_pip: bool, tmp_path: Path
) -> None:
    way = "cell" if (chaining == "path line") == (hook == "cache") else "library"  # each meets each hook and chaining
    options = session_layers.options(era, hook)
    installing = Setting(options, by_pip, tmp_path / "scratch")
    install = installing.installs(session_layers.environment, session_layers.project)
    cells = [PURGE + WAYS[way], PURGE + install, WAYS[way], PURGE + "import acme.deep.leaf, acme; acme.VALUE"]
    assert session_layers.values(*cells, **options) == [COPY, 1, EDITABLE, EDITABLE]


def test_uninstalled_it_gives_the_copy_back(
    session_layers: Layers, era: str, hook: str, by_pip: bool, tmp_path: Path
) -> None:
    session_layers.environment.install_editable(session_layers.project)
    options = session_layers.options(era, hook)
    uninstall = Setting(options, by_pip, tmp_path).uninstalls(session_layers.environment, "acme-project")
    cells = [VALUE, f"{uninstall}\n{PURGE}{VALUE}", PURGE + VALUE, PURGE + WAYS["library"]]
    assert session_layers.values(*cells, **options) == [EDITABLE, COPY, COPY, COPY]
    assert session_layers.values(VALUE, **options) == [COPY]


def test_uninstalled_where_a_release_has_renamed_everything(
    shared: Path, tools: Path, wheel: Path, era: str, tmp_path: Path
) -> None:
    """Nothing that the runtime does between two cells is needed."""
    made = layers_for(shared, tools, wheel, "path line", "path line", editable=True)
    layers = Layers(made.stack.copy(tmp_path / "upper"), made.workspace)
    uninstall = f"{VALUE}\n" + pip_cell(layers.environment, "uninstall", "-q", "-y", "acme-project") + PURGE + VALUE
    options: dict[str, Any] = {"runtime": era, "runtime_dir": renamed_runtime(era)}
    values = layers.values(PURGE + VALUE, PURGE + uninstall, PURGE + WAYS["library"], PURGE + VALUE, **options)
    assert values == [EDITABLE, COPY, COPY, COPY]


@pytest.mark.parametrize(
    "setting, installed_layers, era, place",
    covering(SETTINGS, [*SHAPES], ERAS, ["slot", "end"], strength=3),
    indirect=["setting", "installed_layers", "era"],
)
def test_what_stands_before_its_site_folder_wins(installed_layers: Layers, era: str, hook: str, place: str) -> None:
    """A package beside the notebook where that comes before site-packages, and a folder that the user put first."""
    folder = installed_layers.workspace.folder / "Users/first.last@company.com/with its own"
    write(folder, package("acme", BESIDE))
    options = {**installed_layers.options(era, hook, place), "notebook": folder / "notebook"}
    assert installed_layers.values(VALUE, **options) == [BESIDE if place == "slot" else EDITABLE]
    outside = write(installed_layers.environment.folder.parent / "first", package("acme", "first"))
    cells = [f"import sys; sys.path.insert(0, {str(outside)!r})", VALUE, PURGE + WAYS["library"]]
    assert installed_layers.values(*cells, **options)[1:] == ["first", "first"]


OTHERS = (
    "import below.deep.leaf",
    "import below_module",
    "library.load('lower_library')",
    "library.load('below.sub')",
    "lower_library = __import__('lower_library'); lower_library.load('below.lazy')",
)
FORGET = "[sys.modules.pop(m) for m in [*sys.modules] if m.startswith(('below', 'lower_'))] and None\n"


@pytest.mark.parametrize(
    "setting, installed_layers, era, place, first",
    covering(SETTINGS, [*SHAPES], ERAS, ["slot", "end"], ["acme", "others"], strength=3),
    indirect=["setting", "installed_layers", "era"],
)
def test_imports_of_other_things_below_cost_the_workspace_nothing(
    installed_layers: Layers, era: str, hook: str, place: str, first: str
) -> None:
    """Whether the editable package was imported already, or comes only later."""
    options = {**installed_layers.options(era, hook, place), "count_ops": True}
    start = "import acme.sub, library, sys" if first == "acme" else "import library, sys"
    # `nowhere` is missing: where the notebook's folder is asked at all, its listing is read by then
    cells = ["try: import nowhere\nexcept ImportError: pass", start, *[FORGET + cell for cell in OTHERS]]
    with_it = installed_layers.run(*cells, **options).cells
    without = installed_layers.run(*cells, env={"DBX_PATCH_ENABLED": "0"}, **options).cells
    for cell, on, off in list(zip(cells, with_it, without))[2:]:
        assert on.ok and off.ok, (cell, on.error)
        assert on.workspace_ops and off.workspace_ops
        assert on.workspace_ops.total <= (off.workspace_ops.total if place == "slot" else 0), (
            cell,
            on.workspace_ops.paths,
        )
