"""The reader of `verify`: its budget in seconds holds where a file's open never returns, and progress is one line."""

from __future__ import annotations

import io
import sys
import threading
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from dbx_patch.diagnosis import reading
from dbx_patch.diagnosis.reading import Progress, Reader
from dbx_patch.diagnosis.search import Search
from support.workspaces import write


def of_install(root: Path) -> Search:
    search = Search()
    install = SimpleNamespace(paths=[str(root)], names=["acme"], modules={}, namespaces={}, links=[])
    search.installs = [install]  # type: ignore[list-item]
    return search


def test_a_file_that_hangs_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {f"acme/{name}.py": "# x" for name in ("__init__", "one", "two", "stuck")})
    release = threading.Event()
    read = reading.first_bytes

    def sometimes_stuck(path: str) -> bytes:
        if path.endswith("stuck.py"):
            release.wait(60)
        return read(path)

    monkeypatch.setattr(reading, "first_bytes", sometimes_stuck)
    reader = Reader(seconds=1.0)
    began = time.monotonic()
    found = reader.starts(of_install(tmp_path))
    assert time.monotonic() - began < 30
    release.set()
    assert sorted(Path(file).name for file, _ in found[0]) == ["__init__.py", "one.py", "two.py"]
    assert reader.report.left_out == {str(tmp_path / "acme"): 1} and not reader.report.complete


def test_files_are_read_several_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look waits for the network: one after another, that would be the sum of all waits."""
    write(tmp_path, {f"acme/{name}.py": "# x" for name in ("__init__", "one", "two", "three")})
    together = threading.Barrier(4)
    read = reading.first_bytes

    def once_all_are_there(path: str) -> bytes:
        together.wait(30)
        return read(path)

    monkeypatch.setattr(reading, "first_bytes", once_all_are_there)
    reader = Reader(seconds=20.0)
    [(_, found)] = reader.starts(of_install(tmp_path)).items()
    assert len(found) == 4 and reader.report.complete


@pytest.mark.parametrize("operations", [4, 10, 40])
def test_operations_are_bounded_and_likely_files_come_first(tmp_path: Path, operations: int) -> None:
    files = {f"acme/p{n}/m{n}.py": "" for n in range(60)}
    write(tmp_path, {**files, "acme/__init__.py": "", "acme/my_notebook.py": "# Databricks notebook source"})
    reader = Reader(operations=operations)
    found = [file for file, _ in reader.starts(of_install(tmp_path))[0]]
    assert reader.report.operations <= operations and len(found) == reader.report.files
    assert str(tmp_path / "acme/my_notebook.py") in found and reader.report.left_out


def test_progress_is_for_terminals_and_notebooks(monkeypatch: pytest.MonkeyPatch) -> None:
    for is_terminal, is_notebook in ((False, False), (True, False), (False, True)):
        stream = io.StringIO()
        stream.isatty = lambda shown=is_terminal: shown  # type: ignore[misc]
        monkeypatch.setattr(sys, "stderr", stream)
        ipython = ModuleType("IPython")
        ipython.get_ipython = lambda there=is_notebook: object() if there else None  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "IPython", ipython)
        progress = Progress()
        progress("reading")
        progress.close()
        shown = "\rverify: reading" + "\r" + " " * len("verify: reading") + "\r"
        assert stream.getvalue() == (shown if is_terminal or is_notebook else "")
