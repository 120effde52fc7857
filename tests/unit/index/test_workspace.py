"""The two spellings of the workspace and what is no project there, held against a definition by path components."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import Optional

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dbx_patch.index import workspace
from support.drawn import bounded

# The components that decide, and ones that merely look like them
DECIDING = ("Workspace", ".fuse-mounts", "wsfs", "Users", "Repos", "Shared")
COMPONENTS = st.sampled_from([*DECIDING, "workspace", "Workspaces", "a@b.c", "my project", "src", "Databricks"])
PATHS = st.lists(COMPONENTS, max_size=7).map(lambda parts: "/" + "/".join(parts))
ROOTS = (("Workspace",), (".fuse-mounts", "wsfs"))


def split(path: str) -> Optional[tuple[tuple[str, ...], int, tuple[str, ...]]]:
    """The components before the outermost root, which root it is, and the components below it; None for no root."""
    parts = PurePosixPath(path).parts[1:]
    for at in range(len(parts)):
        for which, root in enumerate(ROOTS):
            if parts[at : at + len(root)] == root:
                return parts[:at], which, parts[at + len(root) :]
    return None


@bounded
@given(PATHS)
@example("/Workspace")
@example("/.fuse-mounts/wsfs/Workspace/Users/a@b.c/src")
@example("/Workspace/.fuse-mounts/wsfs")
def test_a_path_is_in_the_workspace_by_its_components(path: str) -> None:
    assert workspace.in_workspace(path) == (split(path) is not None)


@bounded
@given(PATHS)
@example("/.fuse-mounts/wsfs/Workspace/Users/a@b.c/src")
def test_the_other_spelling_names_the_same_place_below_the_other_root(path: str) -> None:
    found, place = workspace.spellings(path), split(path)
    if place is None:
        assert found == [path]
        return
    before, which, below = place
    assert found == [path, "/" + "/".join((*before, *ROOTS[1 - which], *below))]


@bounded
@given(PATHS)
def test_whatever_is_asked_of_one_spelling_has_the_same_answer_for_the_other(path: str) -> None:
    other = workspace.spellings(path)[-1]
    assert workspace.in_workspace(other) == workspace.in_workspace(path)
    assert workspace.is_too_wide(other) == workspace.is_too_wide(path)


@bounded
@given(PATHS, st.sampled_from(["", "/a@b.c", "/src"]))
@example("/Workspace/TeamProject", "")
@example("/home/a@b.c/Workspace/project", "")
@example("/home/a@b.c/Workspace/Users", "")
def test_a_folder_is_too_wide_by_its_depth_below_the_root(path: str, mounted_below: str) -> None:
    """Right below the root of a real mount, at the top or where the runtime's tests have it, nothing is a project."""
    place = split(path)
    if place is None:
        wide = False
    else:
        before, _, below = place
        is_mount = "".join("/" + part for part in before) == mounted_below
        shared = bool(below) and below[0] in ("Users", "Repos", "Shared")
        wide = (
            not below
            or (len(below) == 1 and (shared or is_mount))
            or (len(below) == 2 and below[0] in ("Users", "Repos"))
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WSFS_TEST_DIR", mounted_below)
        assert workspace.is_too_wide(path) == wide


@pytest.mark.parametrize("root", ["Workspace", ".fuse-mounts/wsfs", "elsewhere"])
@pytest.mark.parametrize("suffix", [".py", ".txt"])
@pytest.mark.parametrize(
    "head", ["# Databricks notebook source", "# Databricks notebook sourc", " # Databricks notebook source"]
)
def test_a_file_is_refused_by_its_place_suffix_and_header(tmp_path: Path, root: str, suffix: str, head: str) -> None:
    file = tmp_path / root / f"note{suffix}"
    file.parent.mkdir(parents=True)
    file.write_text(head + "\nVALUE = 1\n")
    refused = root != "elsewhere" and suffix == ".py" and head == "# Databricks notebook source"
    assert workspace.is_refused_notebook(os.fspath(file)) == refused


def test_the_first_bytes_of_what_is_no_file_or_fails_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path, tmp_path / "absent", tmp_path / "fifo", "\0"):
        assert workspace.first_bytes(os.fspath(path)) == b""
    (tmp_path / "file").write_bytes(workspace.NOTEBOOK_HEADER + b"\nmore")
    assert workspace.first_bytes(os.fspath(tmp_path / "file")) == workspace.NOTEBOOK_HEADER
