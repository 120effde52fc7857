"""A .pth gives the path entries that site would make of it: in its order, once each, whatever its bytes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

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
