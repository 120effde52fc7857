"""Traps of EDITABLES.md that no other test is about, each over files as the installers leave them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dbx_patch.hooks import sys_path
from dbx_patch.index import snapshot
from dbx_patch.index.dist_info import recorded_files
from dbx_patch.index.snapshot import NOBODY, Index
from support.environments import Environment
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


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "env/lib/python3/site-packages"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write(tmp_path / "ws/first.last@company.com/my project", {"src/acme/__init__.py": "", "src/acme/sub.py": ""})


@pytest.mark.parametrize(
    "entry",
    ["__editable__.x-1.0.finder.__path_hook__", "_acme_editable_loader.py/acme", "/ws/x.zip", "", b"/bytes", None, 3],
)
def test_entries_that_are_no_folders(site: Path, project: Path, entry: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """``sys.path`` and ``__path__`` have the finders' own placeholders, and whatever users put there."""
    (site / "a.pth").write_text(f"{project}/src\n")
    index = Index([str(site)])
    assert index.whose(entry) == NOBODY  # type: ignore[arg-type]
    monkeypatch.setattr(sys, "path", [entry, str(site)])
    monkeypatch.setattr(sys_path, "_put_back", set())
    assert sys_path.restore(index, "test") == [f"{project}/src"]
    assert sys.path == [entry, str(site), f"{project}/src"]


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


def test_record_as_poetry_writes_it(site: Path, project: Path) -> None:
    """Absolute paths, other line ends, names in quotes: the ``.pth`` is found to be this distribution's."""
    info = site / "acme-1.0.dist-info"
    record = f'{site}/acme.pth,sha256=x,3\r\n{info}/METADATA,,\r\n"a,b ""c"".py",,\r\nplain.py,,\r\n'
    write(info, {"direct_url.json": f'{{"dir_info": {{"editable": true}}, "url": "{project.as_uri()}"}}'})
    (info / "RECORD").write_bytes(record.encode())
    assert {"acme.pth", 'a,b "c".py', "plain.py"} <= set(recorded_files(str(info)))
    (site / "acme.pth").write_bytes(f"{project}/src\r\n".encode())
    (install,) = Index([str(site)]).installs
    assert (install.name, install.paths) == ("acme", [f"{project}/src"])
    assert install.distribution and install.distribution.project == str(project)


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


CODECS = """
import sys
before = set(sys.modules)
sys.path.insert(0, {source!r})
from dbx_patch.index.snapshot import Index
known = set(sys.modules)
names = sorted(Index([{site!r}]).providers)
loaded = sorted(set(sys.modules) - known)
import json
print(json.dumps([names, sorted(known - before), loaded]))
"""


def test_reading_loads_no_codec(bare: Environment, site: Path, project: Path) -> None:
    """In an interpreter of its own: this one has loaded every codec by now."""
    (site / "bom.pth").write_bytes(b"\xef\xbb\xbf" + f"{project}/src\r\n".encode())
    (site / "latin.pth").write_bytes(b"# caf\xe9\n/ws/caf\xe9\n")
    (site / "utf16.pth").write_bytes(f"{project}/src\n".encode("utf-16"))
    source = os.path.dirname(os.path.dirname(os.path.dirname(snapshot.__file__)))
    names, needed, loaded = bare.value(CODECS.format(source=source, site=str(site)))  # type: ignore[misc]
    assert names == ["acme"] and loaded == []
    assert {name for name in needed if not name.startswith("dbx_patch")} <= {
        "_dbx_patch_bootstrap",
        "errno",
    }  # neither needs a file


def test_an_egg_info_beside_the_source_is_no_second_install(site: Path, project: Path) -> None:
    """setuptools leaves one: ``importlib.metadata`` then knows the project twice."""
    write(project / "src", {"acme.egg-info/PKG-INFO": "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n"})
    write(site / "acme-1.0.dist-info", {"RECORD": "acme.pth,,\n", "METADATA": "Name: acme\n"})
    write(
        site / "acme-1.0.dist-info",
        {"direct_url.json": f'{{"url": "{project.as_uri()}", "dir_info": {{"editable": true}}}}'},
    )
    (site / "acme.pth").write_text(f"{project}/src")
    index = Index([str(site)])
    assert [install.name for install in index.installs] == ["acme"] and list(index.providers) == ["acme"]
