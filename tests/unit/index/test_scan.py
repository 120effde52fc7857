"""One pass over a site folder finds each install once, and waits for nothing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from dbx_patch.index import scan
from dbx_patch.index.snapshot import Index
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
