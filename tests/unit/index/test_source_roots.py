"""A project's folder may lie in many places; a whole machine, home or site folder is none."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dbx_patch.index import scan, source_roots
from dbx_patch.index.snapshot import EDITABLE, NOBODY
from support.installed import distribution, index_of
from support.workspaces import write


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
    chained = write(tmp_path / "libraries", {"six.py": ""})
    distribution(chained, "six", ["six.py"])
    index = index_of(site, {"chain.pth": str(chained)})
    assert index.path_entries == [] and index.whose(str(chained / "six.py")) == NOBODY


def test_what_a_root_offers(site: Path, project: Path) -> None:
    """Modules and folders; neither a file without a module's suffix, nor what merely has a package's name in it."""
    files = {"LICENSE": "", "acme.txt": "", "single.py": "", "old.pyc": "", "fast.cpython-311.so": "", ".hidden.py": ""}
    write(project / "src", {**files, "folder/x.txt": "", "folder.d/x.py": "", "__pycache__/x.pyc": ""})
    index = index_of(site, {"a.pth": f"{project}/src"})
    (install,) = index.installs
    assert index.names_of(install) == {"acme", "single", "old", "fast", "folder"}


@pytest.mark.parametrize(
    "folder, is_source",
    [
        *(("/home", False), ("/home/me", False), ("/home/me/proj", True), ("/Users/me", False), ("/Users/me/x", True)),
        *(("/Volumes/cat", False), ("/Volumes/cat/schema", True), ("/opt", False), ("/opt/x", True), ("//", False)),
        *(("/databricks/driver", False), ("/databricks/driver/x", True), ("/databricks/spark/python", False)),
        *(("/etc/x", False), ("/dbfs", False), ("/dbfs/x", True), ("/local_disk0/x", True), ("/usr/lib/x", True)),
        *(("/x/site-packages", False), ("/x/site-packages/y", False), ("/x/dist-packages/y", False)),
        *(("/x/my-site-packages", True), ("//x/y/", True), ("/.fuse-mounts", False)),
    ],
)
def test_what_can_be_a_source_root(folder: str, is_source: bool) -> None:
    assert source_roots.is_source_root(folder) is is_source


def test_python_itself_is_no_source_root() -> None:
    library = os.path.dirname(os.__file__)
    for folder in (library, os.path.realpath(library), f"{library}/json", sys.prefix, sys.base_prefix):
        assert source_roots.is_source_root(folder) is False, folder


@pytest.mark.parametrize("file", ["pyproject.toml", "setup.py", "setup.cfg", ""])
def test_what_lies_beside_a_projects_packages(file: str) -> None:
    """In a folder that is a project's own; elsewhere a module is meant, whatever its name."""
    listed = {"acme", "tests", "test_acme.py", file}
    beside = {
        name for name in ("acme", "tests", "test_acme", "tester", "setup") if source_roots.lies_beside(name, listed)
    }
    assert beside == ({"tests", "test_acme", "setup"} if file else set())


@pytest.mark.parametrize(
    "name, of_tests",
    [
        *(("conftest", True), ("tests", True), ("testing", True), ("test_a", True), ("a_test", True)),
        *(("test", False), ("tester", False), ("a_tests", False), ("testing_tools", False)),
    ],
)
def test_names_that_pytest_has_for_tests(name: str, of_tests: bool) -> None:
    assert source_roots.is_of_tests(name) is of_tests


def test_of_what_a_finder_names_only_source_folders_count(site: Path, project: Path, tmp_path: Path) -> None:
    """Else the whole machine's code would be user code; a link can lead there as well."""
    (tmp_path / "ws/all").symlink_to("/")
    mapping = {"acme": f"{project}/src/acme", "all": "/", "linked": f"{tmp_path}/ws/all", "init": "/__init__.py"}
    spaces = {"ns": ["/", f"{project}/ns", f"{tmp_path}/ws/all"], "wide": ["/etc"]}
    text = f"import sys\nMAPPING = {mapping!r}\nNAMESPACES = {spaces!r}\n"
    line = "import __editable___x_finder; __editable___x_finder.install()\n"
    index = index_of(site, {"__editable___x_finder.py": text, "x.pth": line})
    (install,) = index.installs
    assert install.modules == {"acme": f"{project}/src/acme"}
    assert install.namespaces == {"ns": [f"{project}/ns"], "wide": []}
    assert index.whose("/etc/x.py") == index.whose(f"{tmp_path}/ws/all/x.py") == NOBODY


def test_a_file_that_names_nothing_is_no_install(site: Path, project: Path) -> None:
    files = {"gone.pth": f"{project}/gone\n", "wide.pth": "/\n", "void.pth": "# text\n", "code.pth": "import os\n"}
    assert index_of(site, files).installs == ()
