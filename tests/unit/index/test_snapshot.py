"""The index answers whose code a path is, and knows when what it has read is stale."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dbx_patch.index import pth_files, scan, snapshot
from dbx_patch.index.snapshot import EDITABLE, LIBRARY, NOBODY, Index
from support.installed import distribution, index_of
from support.workspaces import write


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


@pytest.mark.parametrize("near", ["src2/acme.py", "sr", "src", "src/../setup.py", "src/../tests/x.py", "src/..", ""])
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


def test_the_index_knows_when_it_is_stale(
    site: Path, project: Path, monkeypatch: pytest.MonkeyPatch, import_state: None
) -> None:
    sys.path[:] = [str(site)]
    monkeypatch.setattr(pth_files, "get_site_packages_dirs", lambda: [str(site)])
    os.utime(site, (1, 1))
    first = snapshot.current()
    assert snapshot.current() is first and first.path_entries == []
    (site / "a.pth").write_text(str(project / "src"))
    os.utime(site, (2, 2))
    second = snapshot.current()
    assert second.path_entries == [str(project / "src")] and snapshot.current() is second
    forced = snapshot.current(force=True)
    assert forced is not second and forced.readings[0] is not second.readings[0], "the folder itself is read anew"
    sys.path.append("/x/site-packages")
    monkeypatch.setattr(pth_files, "get_site_packages_dirs", lambda: [str(site), "/x/site-packages"])
    assert snapshot.current().readings[0] is forced.readings[0], "and otherwise only what has changed"


def test_a_young_mtime_is_not_trusted(site: Path) -> None:
    (site / "touched").touch()
    assert Index([str(site)]).is_stale()
    os.utime(site, (1, 1))
    assert not Index([str(site)]).is_stale()


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


def test_a_reading_that_breaks_off_takes_nothing_away(
    site: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(folder: str) -> None:
        raise UnicodeError("a file that no reader foresaw")

    before = index_of(site, {"a.pth": f"{project}/src\n"})
    (site / "b.pth").touch()
    os.utime(site, (3, 3))
    with monkeypatch.context() as context:
        context.setattr(scan, "read_installs", break_off)
        during = Index([str(site)], before)
        assert during.path_entries == before.path_entries != []
        assert not during.readings[0].sure and "UnicodeError" in during.readings[0].error
        assert Index([str(site) + "\0/site-packages"]).readings[0].sure, "no folder can have this path: that is final"
    assert [reading.error for reading in Index([str(site)], None).readings] == [""]


def test_what_is_remembered_of_paths_is_bounded(site: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = index_of(site, {"a.pth": f"{project}/src\n"})
    paths = [f"{project}/src/acme/{name}.py" for name in "abc"]
    for path in paths:
        index.whose(path)
    assert set(paths) <= set(index._verdicts), "as long as they are few, all are"
    monkeypatch.setattr(snapshot, "_MAX_REMEMBERED", 3)
    for turn in range(3):
        for number in range(4):
            assert index.whose(f"{project}/src/acme/{turn}{number}.py") == EDITABLE
            assert index.whose(f"/x/{turn}/{number}/x.py") == NOBODY
        assert len(index._verdicts) <= 3 and len(index._verdicts_of_folders) <= 3
    assert index.whose([]) == index.whose(3) == index.whose(None) == NOBODY  # type: ignore[arg-type]


def test_what_lies_in_a_project_and_is_no_librarys(site: Path, project: Path, tmp_path: Path) -> None:
    distribution(site, "acme", ["a.pth"], project=project)
    index = index_of(site, {"a.pth": f"{project}/src\n"})
    for path, inside in (
        (project, True),
        (project / "tests", True),
        (project / "src/acme", True),
        (project / ".venv/lib/site-packages/x", False),
        (project.parent, False),
        (f"{project}2", False),
        ("", False),
        ("/", False),
    ):
        assert index.is_in_project(str(path)) is inside, path
    assert not index_of(tmp_path / "ws", {}).is_in_project("/x")


def test_names_of_an_install_and_what_lies_beside_them(site: Path, tmp_path: Path) -> None:
    project = write(tmp_path / "ws/flat", {"acme.py": "", "tasks.py": "", "setup.py": "", "my-mod.py": ""})
    other = write(tmp_path / "ws/other", {"other.py": "", "docs/x.py": "", "pyproject.toml": ""})
    distribution(site, "acme", ["a.pth"], project=project)
    index = index_of(site, {"a.pth": f"{project}\n", "b.pth": f"{other}\n"})
    flat, second = index.installs
    assert set(index.providers) == {"acme", "my-mod", "other"} and index.providers["acme"] == [flat]
    assert index.beside == {"tasks": [str(project)], "setup": [str(project)], "docs": [str(other)]}
    assert index.names_of(flat) == {"acme", "tasks", "setup"} and index.names_of(second) == {"other", "docs"}
    assert index.source_folders == [str(project), str(other)]


def test_a_module_that_is_mapped_without_its_suffix_is_that_file(site: Path, project: Path) -> None:
    write(project, {"src/one.py": "", "src/one_more.py": ""})
    text = f"import sys\nMAPPING = {{'one': '{project}/src/one'}}\nNAMESPACES = {{}}\n"
    line = "import __editable___x_finder; __editable___x_finder.install()\n"
    index = index_of(site, {"__editable___x_finder.py": text, "x.pth": line})
    for file, verdict in (("one.py", EDITABLE), ("one.pyc", EDITABLE), ("one_more.py", NOBODY), ("one.txt", NOBODY)):
        assert index.whose(f"{project}/src/{file}") == verdict
    (site / "a.pth").write_text(f"{project}/src\n")
    assert Index([str(site)]).whose(f"{project}/src/one_more.py") == EDITABLE


def test_sources_within_the_site_folder_are_the_sites(site: Path, project: Path) -> None:
    """scikit-build-core's compiled modules lie there."""
    text = f"install({{'a': '{project}/src/a.py'}}, {{'fast': 'a/fast.so'}}, None)\n"
    index = index_of(site, {"_impl.py": text, "a.pth": "import _impl\n"})
    assert index.installs[0].modules == {"a": f"{project}/src/a.py", "fast": f"{site}/a/fast.so"}
    assert index.whose(f"{site}/a/fast.so") == index.whose(f"{site}/a/other.py") == LIBRARY


def test_an_index_is_stale_where_other_site_folders_are_on_the_path(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, import_state: None
) -> None:
    folders = [str(site)]
    monkeypatch.setattr(pth_files, "get_site_packages_dirs", lambda: [*folders])
    os.utime(site, (1, 1))
    index = Index([*folders])
    sys.path.append("/anything")
    assert not index.is_stale() and index.path == sys.path
    folders.append(str(tmp_path))
    assert not index.is_stale(), "nothing has happened to the path since"
    sys.path.append("/anything else")
    assert index.is_stale() and index.path != sys.path
