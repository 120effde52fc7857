"""What each backend's finder, stand-in or entry point says is read without running it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dbx_patch.index.snapshot import EDITABLE, NOBODY, Index
from support.installed import index_of
from support.workspaces import write

FINDER = "import sys\nMAPPING = {!r}\nNAMESPACES = {!r}\nPATH_PLACEHOLDER = '__editable__.x.finder.__path_hook__'\n"

LINE = "import __editable___x_finder; __editable___x_finder.install()"

LOADER = """\
class MesonpyMetaFinder: ...
def init():
    finder = MesonpyMetaFinder(
        'acme',
        {{'acme'}},
        {build!r},
        ['ninja'],
        False,
    )
"""


@pytest.mark.parametrize(
    "mapping, names",
    [({}, set()), ({"acme-stubs": "{}/src/acme"}, {"acme-stubs"}), ({"ns.deep.acme": "{}/src/acme"}, {"ns"})],
)
def test_what_setuptools_maps(site: Path, project: Path, mapping: dict[str, str], names: set[str]) -> None:
    """Stubs, dotted names, and nothing at all: a project of data files, or one that lists no package."""
    mapping = {name: path.format(project) for name, path in mapping.items()}
    (site / "__editable___x_finder.py").write_text(FINDER.format(mapping, {}))
    (site / "__editable__.x.pth").write_text(LINE)
    index = Index([str(site)])
    (install,) = index.installs
    assert (install.shape, install.modules, set(index.names_of(install))) == ("B", mapping, names)


@pytest.mark.parametrize("plan", [None, "", "[]", '{"python": {"/x/acme/__init__.py": {"destination": 3}}}'])
def test_a_build_folder_of_mesons_that_is_gone(site: Path, project: Path, plan: str | None) -> None:
    """meson-python's own finder would run ninja, or raise FileNotFoundError: the plan is read if there is one."""
    build = project / "build/cp312"
    if plan is not None:
        write(build, {"meson-info/intro-install_plan.json": plan})
    (site / "_acme_editable_loader.py").write_text(LOADER.format(build=str(build)))
    (site / "acme-editable.pth").write_text("import _acme_editable_loader; _acme_editable_loader.init()")
    (install,) = Index([str(site)]).installs
    assert (install.shape, install.modules, install.finder) == ("E", {}, "_acme_editable_loader")


@pytest.mark.parametrize("annotated", [True, False])
def test_setuptools_finder(site: Path, project: Path, annotated: bool) -> None:
    mapping = {"acme": f"{project}/src/acme", "single": f"{project}/single", "bad": 1, "relative": "x"}
    spaces = {"ns": [f"{project}/ns"], "empty": []}
    types = (": dict[str, str]", ": dict[str, list[str]]") if annotated else ("", "")
    source = f"import sys\nMAPPING{types[0]} = {mapping!r}\nNAMESPACES{types[1]} = {spaces!r}\nsys.exit(3)\n"
    (site / "__editable___acme_finder.py").write_text(source)
    line = "import __editable___acme_finder; __editable___acme_finder.install()"
    (install,) = index_of(site, {"__editable__.acme.pth": line}).installs
    assert install.shape == "B" and install.import_line == line and install.finder == "__editable___acme_finder"
    assert install.modules == {"acme": f"{project}/src/acme", "single": f"{project}/single"}
    assert install.namespaces == {"ns": [f"{project}/ns"], "empty": []}
    index = Index([str(site)])
    assert index.whose(f"{project}/single.py") == EDITABLE and index.whose(f"{project}/setup.py") == NOBODY


def test_pep829_start_file(site: Path, project: Path) -> None:
    (site / "_impl.py").write_text(f"F.map_module('acme', '{project}/src/acme/__init__.py')\n")
    (install,) = index_of(site, {"acme.start": "# comment\n_impl:init\n"}).installs
    line = "import _impl; _impl.init()" if sys.version_info >= (3, 15) else ""  # an older site would not run it
    assert (install.shape, install.import_line, install.finder) == ("C", line, "_impl")
