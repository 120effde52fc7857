"""One pass over a site folder finds each install once, and waits for nothing."""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path

import pytest

from dbx_patch.index import pth_files, scan
from dbx_patch.index.snapshot import EDITABLE, LIBRARY, NOBODY, Index
from support.installed import distribution, index_of
from support.workspaces import write


def test_an_egg_info_beside_the_source_is_no_second_install(site: Path, project: Path) -> None:
    """setuptools leaves one: ``importlib.metadata`` then knows the project twice."""
    write(project / "src", {"acme.egg-info/PKG-INFO": "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n"})
    distribution(site, "acme", ["acme.pth"], project=project)
    (site / "acme.pth").write_text(f"{project}/src")
    index = Index([str(site)])
    assert [install.name for install in index.installs] == ["acme"] and list(index.providers) == ["acme"]


def test_an_egg_link_names_its_line(site: Path, project: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "ws/other", {"other.py": ""})
    (site / "acme.egg-link").write_text(f"{project}/src\n../")
    index = index_of(site, {"easy-install.pth": f"{project}/src\n{other}\n"})
    assert [(i.name, i.shape) for i in index.installs] == [("acme", "H"), ("easy-install.pth", "A")]


def test_a_gone_project_is_kept_in_mind(site: Path, project: Path) -> None:
    distribution(site, "acme", ["acme.pth"], project=project)
    (install,) = index_of(site, {"acme.pth": f"{project}/gone"}).installs
    assert (install.shape, install.paths, install.missing_paths) == ("A", [], [f"{project}/gone"])


def test_a_copy_is_told_from_an_unknown_backend(site: Path, project: Path) -> None:
    distribution(site, "copied", ["copied.py"], project=project)
    distribution(site, "unknown", ["unknown.pth"], project=project)
    index = index_of(site, {"unknown.pth": "import something_new"})
    assert {install.name: install.shape for install in index.installs} == {"copied": "J", "unknown": "?"}


def test_fifo_and_huge_files_are_passed_over(site: Path, project: Path) -> None:
    os.mkfifo(site / "a.pth")
    with open(site / "b.pth", "wb") as file:
        file.truncate(1 << 30)
    (site / "c.pth").symlink_to("c.pth")
    (site / "d.pth").mkdir()
    assert index_of(site, {"e.pth": str(project / "src")}).path_entries == [str(project / "src")]


def test_a_scan_imports_nothing_and_runs_nothing(site: Path, project: Path) -> None:
    (site / "_impl.py").write_text("raise SystemExit\n")
    before = set(sys.modules)
    index_of(site, {"a.pth": f"import _impl\nimport sys; sys.exit()\n{project}/src"})
    assert set(sys.modules) == before


def test_modules_of_a_root(site: Path, project: Path) -> None:
    write(
        project / "src",
        {"mod.py": "", "ext.cpython-312-x86_64-linux-gnu.so": "", "a.txt": "", "__pycache__/x": "", "bad-name/x": ""},
    )
    write(project / "src", {"namespace/x.py": "", "acme.egg-info/PKG-INFO": ""})
    index = index_of(site, {"a.pth": str(project / "src")})
    assert index.names_in[str(project / "src")] == {
        "acme",
        "mod",
        "ext",
        "namespace",
        "bad-name",
    }  # import_module() takes any
    assert scan.is_source_root(str(project))


def test_the_first_thing_that_is_read_of_an_install_gives_its_shape(site: Path, project: Path) -> None:
    text = json.dumps({"scheme": {"purelib": {f"{project}/src/acme/sub.py": "sub.py"}}})
    distribution(site, "acme", ["acme.pth"], project=project, texts={"editable.json": text})
    (install,) = index_of(site, {"acme.pth": f"{project}/src\n"}).installs
    assert (install.shape, install.paths, list(install.modules)) == ("A", [f"{project}/src"], ["sub"])


def test_hidden_files_say_nothing(site: Path, project: Path) -> None:
    """`site` passes over them."""
    index = index_of(site, {".hidden.pth": f"{project}/src\n", ".hidden.start": "_impl:init\n"})
    assert index.installs == () and index.path_entries == []


@pytest.mark.parametrize(
    "line, read",
    [
        ("_impl:init", True),
        ("  _impl:init  ", True),
        ("_impl", False),
        ("_impl:", False),
        ("_im-pl:init", False),
        ("_impl:in it", False),
        (":init", False),
    ],
)
def test_a_line_of_a_start_file_names_a_module_and_a_function(site: Path, project: Path, line: str, read: bool) -> None:
    (site / "_impl.py").write_text(f"F.map_module('acme', '{project}/src/acme/__init__.py')\n")
    index = index_of(site, {"acme.start": f"{line}\n"})
    assert list(index.providers) == (["acme"] if read else [])


def test_an_import_line_beside_a_start_file_stays(site: Path, project: Path) -> None:
    """Older interpreters run the `.pth`, newer ones the `.start`: it is one install."""
    (site / "_impl.py").write_text(f"F.map_module('acme', '{project}/src/acme/__init__.py')\n")
    distribution(site, "acme", ["acme.pth", "acme.start"], project=project)
    line = "import _impl; _impl.init()"
    (install,) = index_of(site, {"acme.pth": f"{line}\n", "acme.start": "_impl:init\n"}).installs
    assert (install.import_line, install.finder, install.shape) == (line, "_impl", "C")


def test_a_finder_says_more_than_the_path_lines_beside_it(site: Path, project: Path) -> None:
    (site / "_impl.py").write_text(f"F.map_module('more', '{project}/src/acme/sub.py')\n")
    distribution(site, "acme", ["acme.pth"], project=project)
    (install,) = index_of(site, {"acme.pth": f"{project}/src\nimport _impl\nimport nothing_of_ours\n"}).installs
    assert (install.shape, install.paths, install.finder) == ("C", [f"{project}/src"], "_impl")
    assert install.pth_files == [f"{site}/acme.pth"]


def test_an_egg_link_names_no_distributions_install(site: Path, project: Path) -> None:
    distribution(site, "named", ["named.pth"], project=project)
    (site / "void.egg-link").write_text("")
    files = {"other.egg-link": f"{project}/src\n", "named.pth": f"{project}/src\n"}
    assert [(i.name, i.shape) for i in index_of(site, files).installs] == [("named", "A")]


def test_links_in_the_site_folder_are_installs_of_what_they_lead_to(site: Path, project: Path, tmp_path: Path) -> None:
    """As flit makes them: a package, a module, and the last part of a dotted name."""
    write(project, {"src/one.py": "", "src/deep/leaf.py": "", "src/deep/pack/__init__.py": ""})
    (site / "ns").mkdir()
    for link, to in {"acme": "acme", "one.py": "one.py", "ns/leaf.py": "deep/leaf.py", "ns/pack": "deep/pack"}.items():
        (site / link).symlink_to(project / "src" / to)
    (site / "stray").symlink_to(project)
    (site / "wide").symlink_to("/")
    names = ["acme/__init__.py", "acme/sub.py", "one.py", "ns/leaf.py", "ns/pack", "wide", "real/x.py", "gone.py"]
    write(site, {"real/x.py": ""})
    distribution(site, "acme", names, project=project)
    index = index_of(site, {})
    (install,) = index.installs
    source = f"{project}/src"
    expected = {"acme": "acme", "one": "one.py", "ns.leaf": "deep/leaf.py", "ns.pack": "deep/pack"}
    assert install.modules == {name: f"{source}/{place}" for name, place in expected.items()}
    assert install.shape == "G" and set(install.links) == {f"{site}/{name}" for name in ("acme", "one.py", "wide")} | {
        f"{site}/ns/leaf.py",
        f"{site}/ns/pack",
    }
    for link, verdict in (
        ("acme/sub.py", EDITABLE),
        ("ns/leaf.py", EDITABLE),
        ("wide/x.py", LIBRARY),
        ("x.py", LIBRARY),
    ):
        assert index.whose(f"{site}/{link}") == verdict, link
    assert index.whose(f"{source}/acme/sub.py") == EDITABLE and index.whose(f"{project}/setup.py") == NOBODY


def test_a_link_to_the_installers_finder_is_no_module_of_the_install(site: Path, project: Path, tmp_path: Path) -> None:
    """Package caches link each file of an environment."""
    cache = write(tmp_path / "cache", {"_impl.py": f"F.map_module('acme', '{project}/src/acme/__init__.py')\n"})
    (site / "_impl.py").symlink_to(cache / "_impl.py")
    distribution(site, "acme", ["acme.pth", "_impl.py"], project=project)
    (install,) = index_of(site, {"acme.pth": "import _impl\n"}).installs
    assert install.links == [] and list(install.modules) == ["acme"]


@pytest.mark.parametrize("what", ["gone", "a link", "deep", "unreadable"])
def test_a_tree_of_links_that_is_none(
    site: Path, project: Path, tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch, import_state: None
) -> None:
    tree = project / "build/__editable__.acme-1.0"
    tree.parent.mkdir()
    if what == "a link":
        tree.symlink_to(project / "src")
    elif what != "gone":
        (tree / "acme").mkdir(parents=True)
        (tree / "acme/sub.py").symlink_to(project / "src/acme/sub.py")
        (tree / "top.py").symlink_to("../../src/acme/__init__.py")
    if what == "deep":
        monkeypatch.setattr(scan, "_MAX_FOLDERS", 1)
    if what == "unreadable":
        scandir = os.scandir

        def fails(path: object) -> object:
            if str(path).endswith("/acme"):
                raise OSError(errno.EIO, "no answer")
            return scandir(path)  # type: ignore[call-overload]

        monkeypatch.setattr(os, "scandir", fails)
    expected = [f"{project}/src/acme/__init__.py"] if what in ("deep", "unreadable") else []
    assert scan._link_targets(str(tree)) == expected
    assert pth_files.doubts == (what == "unreadable")


def test_a_tree_of_links_names_the_folders_of_its_files_and_the_files_at_its_top(
    project: Path, import_state: None
) -> None:
    tree = project / "build/__editable__.acme-1.0"
    (tree / "acme/deep").mkdir(parents=True)
    for link, to in {"top.py": "src/acme/__init__.py", "two.py": "two.py", "acme/sub.py": "src/acme/sub.py"}.items():
        (tree / link).symlink_to(project / to)
    (tree / "acme/deep/x.py").symlink_to(project / "src/deep/x.py")
    (tree / "acme/deep/y.py").symlink_to(project / "elsewhere/y.py")
    found = scan._link_targets(str(tree))
    assert set(found[:2]) == {f"{project}/src/acme/__init__.py", f"{project}/two.py"}
    assert (
        found[2] == f"{project}/src/acme"
        and len(found) == 4
        and found[3]
        in (
            f"{project}/src/deep",
            f"{project}/elsewhere",
        )
    ), "one listing a folder: its first link tells"


def test_stand_ins_are_looked_for_in_so_many_files(site: Path, project: Path) -> None:
    text = "import sys\nimport_from_path(__name__, '{}')\n"
    files = {f"m{number:03}.py": text.format(f"{project}/src/acme/sub.py") for number in range(105)}
    files["a.txt"] = files["m000.py"]  # and in no file of another kind
    write(site, files)
    distribution(site, "acme", ["a.txt", *files], project=project)
    assert set(Index([str(site)]).installs[0].modules) == {f"m{number:03}" for number in range(100)}
