"""A project's folder may lie in many places; a whole machine, home or site folder is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dbx_patch.index import scan
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
