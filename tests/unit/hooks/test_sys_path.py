"""Lost path entries go back on sys.path, past entries of it that are no folders."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dbx_patch.hooks import sys_path
from dbx_patch.index.snapshot import NOBODY, Index


@pytest.mark.parametrize(
    "entry",
    ["__editable__.x-1.0.finder.__path_hook__", "_acme_editable_loader.py/acme", "/ws/x.zip", "", b"/bytes", None, 3],
)
def test_entries_that_are_no_folders(site: Path, project: Path, entry: object, import_state: None) -> None:
    """``sys.path`` and ``__path__`` have the finders' own placeholders, and whatever users put there."""
    (site / "a.pth").write_text(f"{project}/src\n")
    index = Index([str(site)])
    assert index.whose(entry) == NOBODY  # type: ignore[arg-type]
    sys.path[:] = [entry, str(site)]  # type: ignore[list-item]
    assert sys_path.restore(index, "test") == [f"{project}/src"]
    assert sys.path == [entry, str(site), f"{project}/src"]
