"""What the index lists: each folder of a strict tree once until it changes, and each site folder once."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from dbx_patch.index import source_roots
from dbx_patch.index.snapshot import EDITABLE, Index
from support.workspaces import write

PACKAGES = 41


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each folder was listed."""
    counted: Counter[str] = Counter()
    for name in ("scandir", "listdir"):
        function = getattr(os, name)

        def look(path: Any = ".", function: Any = function) -> Any:
            at = os.readlink(f"/proc/self/fd/{path}") if isinstance(path, int) else os.fspath(path)
            counted[at] += 1
            return function(path)

        monkeypatch.setattr(os, name, look)
    return counted


@pytest.fixture
def tree(site: Path, project: Path) -> Path:
    """What setuptools' strict mode leaves: folders like the packages', with links to their files."""
    made = project / "build/__editable__.acme-1.0"
    for number in range(PACKAGES):
        folder = f"acme/part{number}"
        write(project / "src", {f"{folder}/__init__.py": "", f"{folder}/module.py": ""})
        (made / folder).mkdir(parents=True)
        for file in ("__init__.py", "module.py"):
            (made / folder / file).symlink_to(project / "src" / folder / file)
    (made / "acme/__init__.py").symlink_to(project / "src/acme/__init__.py")
    (site / "__editable__.acme-1.0.pth").write_text(f"{made}\n")
    return made


def below(tree: Path, listed: Counter[str]) -> dict[str, int]:
    return {path: times for path, times in listed.items() if path.startswith(f"{tree}/")}


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc to tell which folder a number is")
def test_a_strict_tree_is_walked_once_until_it_changes(
    site: Path, project: Path, tree: Path, listed: Counter[str], import_state: None
) -> None:
    first = Index([str(site)])
    assert first.whose(f"{project}/src/acme/part40/module.py") == EDITABLE
    folders = {f"{tree}/acme", *(f"{tree}/acme/part{number}" for number in range(PACKAGES))}
    assert below(tree, listed) == dict.fromkeys(folders, 1) and listed[str(tree)] <= 2
    listed.clear()
    (site / "another.pth").write_text(f"{project}/src\n")  # something else is installed
    os.utime(site, (1, 1))
    second = Index([str(site)], first)
    assert len(second.installs) == 2 and below(tree, listed) == {} and listed[str(tree)] <= 1
    listed.clear()
    (tree / "acme_more").mkdir()  # a new tree, as each install makes one
    (tree / "acme_more/module.py").symlink_to(project / "src/acme/sub.py")
    os.utime(site, (2, 2))
    Index([str(site)], second)
    assert below(tree, listed) == dict.fromkeys({*folders, f"{tree}/acme_more"}, 1)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc to tell which folder a number is")
def test_a_site_folder_that_is_spelt_twice_is_listed_once(site: Path, project: Path, listed: Counter[str]) -> None:
    """A virtual environment's `lib64` is a link to its `lib`, and both can be on ``sys.path``."""
    (site / "a.pth").write_text(f"{project}/src\n")
    os.utime(site, (1, 1))
    lib = site.parent.parent
    (lib.parent / "lib64").symlink_to(lib)
    other = str(site).replace("/lib/", "/lib64/")
    assert os.path.samefile(site, other)
    for folders in ([str(site), other], [other, str(site)]):
        listed.clear()
        index = Index(folders)
        assert len(index.installs) == 1 and index.path_entries == [f"{project}/src"]
        assert listed == {str(site): 1, f"{project}/src": 1}
        for folder in folders:
            assert index.whose(f"{folder}/six.py") == "library"
        listed.clear()
        assert Index(folders, index).installs == index.installs and listed == {}


@pytest.mark.parametrize("folder", ["Workspace/proj", "Workspace/proj/src", "work/Workspace/proj"])
def test_a_project_in_a_folder_that_is_called_workspace(site: Path, tmp_path: Path, folder: str) -> None:
    """Of a home: there it is no workspace of Databricks', whose root holds the projects of many."""
    project = write(tmp_path / "home/me" / folder, {"acme/__init__.py": ""})
    (site / "a.pth").write_text(f"{project}\n")
    index = Index([str(site)])
    assert index.path_entries == [str(project)] and list(index.providers) == ["acme"]
    assert index.whose(f"{project}/acme/__init__.py") == EDITABLE


def test_the_workspaces_own_folders_are_no_projects(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is a folder of a home that is called so, with the projects of its owner in it."""
    monkeypatch.delenv("WSFS_TEST_DIR", raising=False)
    for wide in ("/Workspace", "/Workspace/Users", "/Workspace/Users/me", "/Workspace/Repos/me", "/home/me/Workspace"):
        assert not source_roots.is_source_root(wide)
    assert source_roots.is_source_root("/home/me/Workspace/proj")
