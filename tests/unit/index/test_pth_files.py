"""A .pth gives the path entries that site would make of it: in its order, once each, whatever its bytes."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from dbx_patch.index import pth_files
from dbx_patch.index.snapshot import EDITABLE
from support.installed import index_of
from support.workspaces import write


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


def test_errors_that_say_what_a_path_is_leave_no_doubt_and_others_do(site: Path, import_state: None) -> None:
    """A path that is too long, or a circle of links, will be that at the next look as well."""
    (site / "circle").symlink_to("circle")
    (site / "folder").mkdir()
    for path in (site / "absent", site / "circle", site / ("x" * 300), site / "folder", "\0", site / "circle/x"):
        assert pth_files.read_text(path) is None
    assert pth_files.doubts == 0
    assert not pth_files.doubt(ValueError()) and not pth_files.doubt(PermissionError(13, "")) and pth_files.doubts == 0
    for number in (errno.EINVAL, errno.ENXIO, errno.ENODEV, errno.ELOOP, errno.ENAMETOOLONG):
        assert not pth_files.doubt(OSError(number, ""))
    assert pth_files.doubt(OSError(errno.EMFILE, "")) and pth_files.doubts == 1


@pytest.mark.parametrize("call", ["open", "fstat", "read"])
def test_a_file_that_fails_while_it_is_read_leaves_a_doubt(
    site: Path, call: str, monkeypatch: pytest.MonkeyPatch, import_state: None
) -> None:
    (site / "a.pth").write_text("text")
    before = os.dup(0)

    def fail(*given: object) -> None:
        raise OSError(errno.EIO, "no answer")

    with monkeypatch.context() as context:
        context.setattr(os, call, fail)
        assert pth_files.read_text(site / "a.pth") is None
    os.close(before)
    after = os.dup(0)
    os.close(after)
    assert pth_files.doubts == 1 and after == before, "the file is closed"
    assert pth_files.read_text(site / "a.pth") == "text" and pth_files.doubts == 1


def test_a_file_is_read_to_its_end_and_no_further(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = site / "a.pth"
    file.write_bytes(b"\xef\xbb\xbf12345")
    assert pth_files.read_text(file) == "12345" == pth_files.read_text(file, limit=8)
    file.chmod(0o777)  # as many a mount has every file
    assert pth_files.read_text(file) == "12345"
    assert pth_files.read_text(file, limit=7) is None
    read = os.read
    monkeypatch.setattr(os, "read", lambda handle, size: read(handle, min(size, 3)))
    assert pth_files.read_text(file) == "12345", "in several pieces"
    pieces = iter([b"ab", b""])
    monkeypatch.setattr(os, "read", lambda handle, size: next(pieces))
    assert pth_files.read_text(file) == "ab", "shorter than it said: somebody writes it anew"


@pytest.mark.parametrize("limit, given", [(4 * 1024 * 1024, {}), (256 * 1024, {"limit": pth_files.MAX_PTH_BYTES})])
def test_what_is_larger_than_any_installer_writes_is_not_read(site: Path, limit: int, given: dict[str, int]) -> None:
    for size in (limit, limit + 1):
        with open(site / f"{size}.py", "wb") as file:
            file.truncate(size)
        assert (pth_files.read_text(site / f"{size}.py", **given) is None) == (size > limit)


class Site:
    """A `site` module as other interpreters and embedders have it."""

    def __init__(self, **attributes: object) -> None:
        vars(self).update(attributes)


@pytest.mark.parametrize(
    "site, folders",
    [
        (Site(ENABLE_USER_SITE=True, USER_SITE="/u/", getsitepackages=lambda: ["/a/", "/b"]), ["/u", "/a", "/b"]),
        (Site(ENABLE_USER_SITE=False, USER_SITE="/u", getsitepackages=lambda: ["/a"]), ["/a"]),
        (Site(ENABLE_USER_SITE=True, USER_SITE=None, getsitepackages=lambda: ["/a"]), ["/a"]),
        (Site(USER_SITE="/u"), []),
        (Site(ENABLE_USER_SITE=True, USER_SITE="/u", getsitepackages=None), ["/u"]),
        (None, []),
    ],
)
def test_the_folders_that_site_reads(
    site: object, folders: list[str], monkeypatch: pytest.MonkeyPatch, import_state: None
) -> None:
    monkeypatch.setitem(sys.modules, "site", site)
    assert pth_files.folders_of_site() == folders
    sys.path[:] = ["/x", "/c/site-packages/", "/a", 3, "/d/dist-packages", "/e/site-packages/x"]  # type: ignore[list-item]
    expected = [*folders, "/c/site-packages", "/d/dist-packages"]
    assert pth_files.get_site_packages_dirs() == expected
    assert pth_files.entries_in_order()[1:4] == ["/c/site-packages", "/a", ""]


def test_files_by_their_ending() -> None:
    assert pth_files.files_ending("\0", ".pth") == pth_files.files_ending("/no/such/folder", ".pth") == []
    for line, is_import in (("import x", True), ("import\tx", True), ("importx", False), (" import x", False)):
        assert pth_files.is_import_line(line) is is_import
