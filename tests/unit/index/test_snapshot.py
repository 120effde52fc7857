"""The index in-process, over site folders written by hand: the rules of EDITABLES.md, one after the other."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dbx_patch.index import pth_files, scan, snapshot
from dbx_patch.index.snapshot import EDITABLE, LIBRARY, NOBODY, Index
from support.workspaces import write


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "env/lib/python3/site-packages"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write(tmp_path / "ws/first.last@company.com/my project", {"src/acme/__init__.py": "", "src/acme/sub.py": ""})


def index_of(site: Path, pth: dict[str, str | bytes]) -> Index:
    for name, content in pth.items():
        (site / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return Index([str(site)])


def dist_info(site: Path, name: str, project: Path, files: list[str], editable: str = "true") -> None:
    url = project.as_uri().replace("@", "%40")
    write(
        site / f"{name}-1.0.dist-info",
        {
            "direct_url.json": f'{{"url": "{url}", "dir_info": {{"editable": {editable}}}}}',
            "RECORD": "".join(f"{file},,\n" for file in files),
            "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        },
    )


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "/", "/\n", "  \n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_a_path_line_however_it_ends(site: Path, project: Path, ending: str, bom: bytes) -> None:
    source = str(project / "src")
    index = index_of(site, {"a.pth": bom + (source + ending).encode()})
    assert index.path_entries == [source] and index.names_in[source] == {"acme"} and list(index.providers) == ["acme"]


@pytest.mark.parametrize(
    "name", ["späce and ünïcode", "cafe\u0301", "café", "a#b", "100%", "it's", 'quo"te', "x;y", "日本"]
)
def test_folders_with_any_name(site: Path, tmp_path: Path, name: str) -> None:
    source = write(tmp_path / "ws/p" / name, {"acme.py": ""})
    index = index_of(site, {"a.pth": f"{source}\n"})
    assert index.path_entries == [str(source)] and index.whose(str(source / "acme.py")) == EDITABLE


def test_bytes_that_are_no_utf8(site: Path, tmp_path: Path) -> None:
    source = os.path.join(os.fsencode(tmp_path), b"caf\xe9")
    os.mkdir(source)
    index = index_of(site, {"a.pth": b"# \xff\xfe\n" + source + b"\n"})
    assert index.path_entries == [os.fsdecode(source)]


def test_sites_order_and_once_each(site: Path, tmp_path: Path) -> None:
    folders = {name: str(write(tmp_path / "ws" / name, {f"{name}.py": ""})) for name in "abcd"}
    pth = {"z.pth": folders["a"], "B.pth": f"{folders['c']}\n{folders['b']}\n{folders['c']}/\n", "a.pth": folders["d"]}
    assert index_of(site, pth).path_entries == [folders[name] for name in "cbda"]  # by file name, upper case first


def test_comments_imports_and_missing_folders_are_no_path_entries(site: Path, project: Path) -> None:
    lines = f"# {project}\n\nimport os\nimport\tsys\n{project}/gone\n{project}/src\n{project}/pyproject.toml\0\n"
    assert index_of(site, {"a.pth": lines}).path_entries == [str(project / "src")]


@pytest.mark.parametrize(
    "wide", ["/", "/Workspace", "/Workspace/Users/me@corp.com", "/databricks/x", "~", "lib", "site"]
)
def test_too_wide_folders_are_no_editable_installs(site: Path, wide: str) -> None:
    folder = {"~": os.path.expanduser("~"), "lib": os.path.dirname(os.__file__), "site": str(site)}.get(wide, wide)
    index = index_of(site, {"a.pth": folder + "\n"})
    assert index.installs == () and index.path_entries == []
    assert index.whose(os.path.join(folder, "anything/at_all.py")) != EDITABLE


@pytest.mark.parametrize("folder", ["/databricks/driver/project", "/tmp/project", "/Workspace/Shared/x", "/srv/x"])
def test_a_projects_folder_may_lie_in_many_places(folder: str) -> None:
    assert scan.is_source_root(folder) and scan.is_source_root(folder + "/src")


def test_a_chained_folder_of_installed_packages_is_none(site: Path, tmp_path: Path) -> None:
    chained = write(tmp_path / "libraries", {"six.py": "", "six-1.0.dist-info/METADATA": ""})
    index = index_of(site, {"chain.pth": str(chained)})
    assert index.path_entries == [] and index.whose(str(chained / "six.py")) == NOBODY


def test_the_most_specific_folder_decides(site: Path, project: Path, tmp_path: Path) -> None:
    inside = project / ".venv/lib/python3/site-packages"
    inside.mkdir(parents=True)
    own_source = write(tmp_path / "env/src/x", {"x.py": ""})
    for name, folder in {"a": project, "b": own_source}.items():
        (inside / f"{name}.pth").write_text(str(folder))
    index = Index([str(inside)])
    assert index.whose(str(project / "src/acme/sub.py")) == EDITABLE
    assert index.whose(str(inside / "six.py")) == LIBRARY
    assert index.whose(str(project / ".other/lib/python3/dist-packages/six.py")) == LIBRARY
    assert index.whose(str(own_source / "x.py")) == EDITABLE
    assert index.whose(str(site / "six.py")) == LIBRARY
    assert index.whose(str(tmp_path / "elsewhere.py")) == NOBODY


@pytest.mark.parametrize("near", ["src2/acme.py", "sr", "src", "src/../setup.py", "src/..", ""])
def test_neighbours_of_a_source_folder(site: Path, project: Path, near: str) -> None:
    index = index_of(site, {"a.pth": str(project / "src")})
    path = f"{project}/{near}" if near else ""
    assert index.whose(path) == (EDITABLE if near == "src" else NOBODY)


def test_given_spelling_and_real_path_both_count(site: Path, project: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(project)
    outside = write(tmp_path / "ws/outside", {"acme2/__init__.py": ""})
    (tmp_path / "ws/linked").mkdir()
    (tmp_path / "ws/linked/src").symlink_to(outside)
    index = index_of(site, {"a.pth": f"{link}/src\n", "b.pth": f"{tmp_path}/ws/linked/src\n"})
    for path in (link / "src/acme/sub.py", project / "src/acme/sub.py", outside / "acme2/__init__.py"):
        assert index.whose(str(path)) == EDITABLE
    assert index.whose(str(project / "setup.py")) == NOBODY


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


def test_a_distribution_is_told_by_record_not_by_name(site: Path, project: Path) -> None:
    dist_info(site, "other_name", project, ["acme.pth", "other_name-1.0.dist-info/METADATA"])
    (install,) = index_of(site, {"acme.pth": f"{project}/src"}).installs
    assert (install.name, install.shape) == ("other_name", "A")
    assert install.distribution and install.distribution.project == str(project)


@pytest.mark.parametrize("editable", ["false", "null", '"true"', "{}", "]"])
def test_what_is_not_marked_editable_is_no_distribution_of_ours(site: Path, project: Path, editable: str) -> None:
    dist_info(site, "acme", project, ["acme.py"], editable)
    assert index_of(site, {}).installs == ()


def test_an_egg_link_names_its_line(site: Path, project: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "ws/other", {"other.py": ""})
    (site / "acme.egg-link").write_text(f"{project}/src\n../")
    index = index_of(site, {"easy-install.pth": f"{project}/src\n{other}\n"})
    assert [(i.name, i.shape) for i in index.installs] == [("acme", "H"), ("easy-install.pth", "A")]


def test_a_gone_project_is_kept_in_mind(site: Path, project: Path) -> None:
    dist_info(site, "acme", project, ["acme.pth"])
    (install,) = index_of(site, {"acme.pth": f"{project}/gone"}).installs
    assert (install.shape, install.paths, install.missing_paths) == ("A", [], [f"{project}/gone"])


def test_a_copy_is_told_from_an_unknown_backend(site: Path, project: Path) -> None:
    dist_info(site, "copied", project, ["copied.py"])
    dist_info(site, "unknown", project, ["unknown.pth"])
    index = index_of(site, {"unknown.pth": "import something_new"})
    assert {install.name: install.shape for install in index.installs} == {"copied": "J", "unknown": "?"}


def test_editable_json(site: Path, project: Path) -> None:
    dist_info(site, "acme", project, ["acme-1.0.dist-info/editable.json"])
    scheme = {"purelib": {f"{project}/src/acme/__init__.py": "acme/__init__.py", "src/acme": "acme2"}, "scripts": {}}
    text = str({"version": "1.0", "scheme": scheme}).replace("'", '"')
    (site / "acme-1.0.dist-info/editable.json").write_text(text)
    (install,) = index_of(site, {}).installs
    assert install.modules == {"acme": f"{project}/src/acme/__init__.py", "acme2": f"{project}/src/acme"}
    (site / "acme-1.0.dist-info/RECORD").write_text("acme.py,,\n")
    assert index_of(site, {}).installs[0].shape == "J", "a file that RECORD does not list says nothing"


def test_pep829_start_file(site: Path, project: Path) -> None:
    (site / "_impl.py").write_text(f"F.map_module('acme', '{project}/src/acme/__init__.py')\n")
    (install,) = index_of(site, {"acme.start": "# comment\n_impl:init\n"}).installs
    line = "import _impl; _impl.init()" if sys.version_info >= (3, 15) else ""  # an older site would not run it
    assert (install.shape, install.import_line, install.finder) == ("C", line, "_impl")


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


def test_the_index_knows_when_it_is_stale(site: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(site)])
    monkeypatch.setattr(snapshot, "_index", None)
    monkeypatch.setattr(pth_files, "get_site_packages_dirs", lambda: [str(site)])
    os.utime(site, (1, 1))
    first = snapshot.current()
    assert snapshot.current() is first and first.path_entries == []
    (site / "a.pth").write_text(str(project / "src"))
    os.utime(site, (2, 2))
    second = snapshot.current()
    assert second.path_entries == [str(project / "src")] and snapshot.current() is second
    assert snapshot.current(force=True) is not second


def test_a_young_mtime_is_not_trusted(site: Path) -> None:
    (site / "touched").touch()
    assert Index([str(site)]).is_stale()
    os.utime(site, (1, 1))
    assert not Index([str(site)]).is_stale()


def test_unquoted_once() -> None:
    from dbx_patch.index.dist_info import path_of_url

    assert path_of_url("file:///a/first.last%40x.com/my%20p/%2541") == "/a/first.last@x.com/my p/%41"
    assert path_of_url("file://localhost/a%zz") == "/a%zz"
    for odd in ("https://x/y", "file://host/x", None, 3, "file:relative", "file:///a%00b"):
        assert path_of_url(odd) is None


def test_modules_of_a_root(site: Path, project: Path) -> None:
    write(
        project / "src",
        {
            "mod.py": "",
            "ext.cpython-312-x86_64-linux-gnu.so": "",
            "a.txt": "",
            "__pycache__/x": "",
            "bad-name/x": "",
        },  # importlib.import_module takes any name
    )
    write(project / "src", {"namespace/x.py": "", "acme.egg-info/PKG-INFO": ""})
    index = index_of(site, {"a.pth": str(project / "src")})
    assert index.names_in[str(project / "src")] == {"acme", "mod", "ext", "namespace", "bad-name"}
    assert scan.is_source_root(str(project))


def test_only_what_changed_is_read_again(site: Path, project: Path, tmp_path: Path) -> None:
    other = write(
        tmp_path / "other/lib/python3/site-packages", {"b.pth": str(write(tmp_path / "ws/more", {"m.py": ""}))}
    )
    before = index_of(site, {"a.pth": f"{project}/src\n"})
    for folder in (site, other):
        os.utime(folder, (1_700_000_000,) * 2)
    before = Index([str(site), str(other)], before)
    after = Index([str(other), str(site)], before)
    assert after.readings == before.readings[::-1] and after.path_entries == before.path_entries[::-1] != []
    (other / "b.pth").unlink()
    later = Index([str(other), str(site)], after)
    assert later.readings[1] is after.readings[1] and later.path_entries == after.path_entries[1:]
