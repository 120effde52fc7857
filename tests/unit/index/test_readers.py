"""What each backend's finder, stand-in or entry point says is read without running it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from dbx_patch.index import readers
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
    assert index.whose(f"{project}/ns/part.py") == EDITABLE
    assert index.whose(f"{project}/single.py") == EDITABLE and index.whose(f"{project}/setup.py") == NOBODY


def test_pep829_start_file(site: Path, project: Path) -> None:
    (site / "_impl.py").write_text(f"F.map_module('acme', '{project}/src/acme/__init__.py')\n")
    (install,) = index_of(site, {"acme.start": "# comment\n_impl:init\n"}).installs
    line = "import _impl; _impl.init()" if sys.version_info >= (3, 15) else ""  # an older site would not run it
    assert (install.shape, install.import_line, install.finder) == ("C", line, "_impl")


@pytest.mark.parametrize(
    "line, module",
    [
        ("import _impl; _impl.init()", "_impl"),
        ("import\t_impl", "_impl"),
        ("import _impl,os", "_impl"),
        ("import ", ""),
        ("import 3x", ""),
        ("import a.b", ""),
        ("import ;;", ""),
    ],
)
def test_the_module_that_an_import_line_names(line: str, module: str) -> None:
    assert readers.module_of_line(line) == module


def modules(found: readers.Sources | None) -> dict[str, str] | None:
    return None if found is None else found.modules


@pytest.mark.parametrize(
    "source, found",
    [
        (
            "install({'a': '/p/a.py'}, {'a.ext': 'a/ext.so', 'bad': 3}, None)\n",
            {"a": "/p/a.py", "a.ext": "/site/a/ext.so"},
        ),
        ("install({'a': '/p/a.py'}, {'a': 'a.py'})", {"a": "/p/a.py"}),
        ("install_inplace(['a', 'b.c', 3], ['/p', 'relative'], x)", {"a": "/p/a", "b.c": "/p/b/c"}),
        ("install({'a': '/p/a.py'})", None),
        ("install({'a': '/p/a.py'}, [])", None),
        ("install([], {})", None),
        ("install()", None),
        ("uninstall({}, {})", None),
        ("install({}, {})\nmore = 1", None),
        ("", None),
    ],
)
def test_scikit_build_cores_last_line(source: str, found: dict[str, str] | None) -> None:
    assert modules(readers.read_scikit_build_core("import x\n" + source, "/site")) == found


@pytest.mark.parametrize(
    "source, found",
    [
        ("F.map_module('a', '/p/a.py')\n  F.map_module('b', '/p/b.py')\n", {"a": "/p/a.py"}),
        ("F.map_module('a', '/p/a.py', 3)\nF.map_module('b')\nF.map_module(3, '/p')\n", None),
        ("F.map_module('a', 'relative')\n", {}),
        ("F.install()\n", None),
    ],
)
def test_editables_calls(source: str, found: dict[str, str] | None) -> None:
    assert modules(readers.read_editables(source, "/site")) == found


@pytest.mark.parametrize(
    "source",
    [
        "\nMAPPING = {}\n",
        "\nNAMESPACES = {}\n",
        "\nMAPPING = f()\nNAMESPACES = {}\n",
        "\nMAPPING = []\nNAMESPACES = {}\n",
        "\nMAPPING = {}\nNAMESPACES = []\n",
    ],
)
def test_what_is_no_finder_of_setuptools(source: str) -> None:
    assert readers.read_setuptools(source, "/site") is None


def test_a_namespace_of_setuptools_is_no_module_and_may_have_its_folder_in_the_mapping() -> None:
    source = (
        "\nMAPPING = {'ns': '/p/ns', 'ns.a': '/p/ns/a'}\nNAMESPACES = {'ns': [], 'x': ['/p/x', '', 'x'], 3: ['/p']}\n"
    )
    found = readers.read_setuptools(source, "/site")
    assert found and found.modules == {"ns.a": "/p/ns/a"} and found.namespaces == {"ns": ["/p/ns"], "x": ["/p/x"]}
    found = readers.read_setuptools(source.replace("'/p/ns',", "['/p/ns'],"), "/site")
    assert found and found.namespaces["ns"] == []


PLAN = {
    "python": {
        "/p/acme/__init__.py": {"destination": "{py_purelib}/acme/__init__.py"},
        "/b/acme/fast.so": {"destination": "{py_platlib}/acme/fast.cpython-312.so"},
        "/p/data.txt": {"destination": "{py_purelib}/acme/data.txt"},
        "/p/x.py": {"destination": "{bindir}/x.py"},
        "/p/y.py": [],
    },
    "install_subdirs": {"/p/sub": {"destination": "{py_purelib}/acme/sub"}},
    "other": [],
}


def test_mesons_install_plan(tmp_path: Path) -> None:
    build = write(tmp_path, {"meson-info/intro-install_plan.json": json.dumps(PLAN)})
    source = LOADER.format(build=str(build))
    expected = {"acme": "/p/acme/__init__.py", "acme.fast": "/b/acme/fast.so", "acme.sub": "/p/sub"}
    assert modules(readers.read_meson_python(source, "/site")) == expected
    older = f"class MesonpyMetaFinder: ...\ninstall({{'acme'}}, {str(build)!r}, [], False)\n"
    assert modules(readers.read_meson_python(older, "/site")) == expected
    for text in (source.replace("Mesonpy", "Other"), "", "class MesonpyMetaFinder: ...", source.replace("/", "")):
        assert readers.read_meson_python(text, "/site") is None
    (build / "meson-info/intro-install_plan.json").write_text("half {")
    assert modules(readers.read_meson_python(source, "/site")) == {}


@pytest.mark.parametrize(
    "name, source, found",
    [
        ("mod.py", "import sys\nimport_from_path(__name__, '/p/mod.py')\n", {"mod": "/p/mod.py"}),
        ("mod.py", "import_from_path(__name__, '/p/mod.py')\n", None),
        ("mod.py", "\nimport_from_path(__name__, path)\n", None),
        ("a/b/__init__.py", "__path__ = ['/p/b', 'x']\n", {"a.b": ["/p/b"]}),
        ("a/b/__init__.py", "__path__ = ['x']\n", None),
        ("a/b/__init__.py", "__path__ = [\n'/p/b']\n", None),
        ("a/b.py", "__path__ = ['/p/b']\n", None),
        ("a/__init__.py", "x = 1\n__path__ = ['/p/b']\n", None),
    ],
)
def test_stand_in_modules(name: str, source: str, found: object) -> None:
    sources = readers.read_stand_in(name, source)
    assert (sources and (sources.modules or sources.namespaces)) == found and (sources is None or sources.shape == "I")


NSPKG = "import sys, types, os;p = os.path.join({}, *({}));m = 1"


@pytest.mark.parametrize(
    "line, found",
    [
        (NSPKG.format("'/p'", "'a', 'b',"), {"a.b": ["/p/a/b"]}),
        (NSPKG.format("'/p'", "'a',"), {"a": ["/p/a"]}),
        (NSPKG.format("'p'", "'a',"), None),
        (NSPKG.format("sys._getframe(1).f_locals['sitedir']", "'a',"), None),
        (NSPKG.format("'/p'", "'a', 3,"), None),
        (NSPKG.format("'/p'", ""), None),
        ("import os; os.path.join('/p', *('a',))", None),
        ("import sys, types, os;x", None),
    ],
)
def test_the_line_that_makes_a_namespace(line: str, found: dict[str, list[str]] | None) -> None:
    sources = readers.read_namespace_line(line)
    assert (sources and sources.namespaces) == found


def test_a_path_is_one_that_a_file_can_have() -> None:
    assert readers._is_path("/p/\udce9") and readers._is_path("/é")
    for path in ("p", "/p\0", "/\ud800", 3, None, b"/p"):
        assert not readers._is_path(path)


def test_editable_json_maps_what_has_a_modules_suffix_and_folders() -> None:
    scheme = {"purelib": {"src/a": "a", "b.py": "b.py", "/x/c": "c/d/", "e": "not a name", "f": 3}, "data": {"g": "g"}}
    scheme["platlib"] = {"h.so": "h.cpython-312.so"}
    found = readers.read_editable_json(json.dumps({"scheme": scheme}), "/p").modules
    assert found == {"a": "/p/src/a", "b": "/p/b.py", "c.d": "/x/c", "h": "/p/h.so"}
    assert readers.read_editable_json(json.dumps({"scheme": scheme}), None).modules == {"c.d": "/x/c"}
    for odd in ("", "[]", "{}", '{"scheme": []}', '{"scheme": {"purelib": []}}'):
        assert readers.read_editable_json(odd, "/p").modules == {}
