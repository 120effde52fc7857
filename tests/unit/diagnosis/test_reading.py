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
    left = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    assert left and all(thread.daemon for thread in left), "what hangs must not keep Python from ending"
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


def test_what_takes_no_time_is_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what takes long says so with each folder and file; that nobody listens is no error."""
    write(tmp_path, {"acme/__init__.py": "", "acme/one.py": ""})
    said: list[str] = []
    Reader(progress=said.append).starts(of_install(tmp_path))
    assert said == []
    monkeypatch.setattr(reading, "_SILENT_SECONDS", -1.0)
    Reader(progress=said.append).starts(of_install(tmp_path))
    assert said == [f"listing {tmp_path}/acme", "1 of 2 files read", "2 of 2 files read"]
    assert Reader().starts(of_install(tmp_path))[0]


def test_without_a_limit_all_is_read(tmp_path: Path) -> None:
    write(tmp_path, {f"acme/m{number}.py": "" for number in range(reading.OPERATIONS)})
    write(tmp_path, {"acme/__init__.py": ""})
    reader = Reader(None, None)
    assert len(reader.starts(of_install(tmp_path))[0]) == reading.OPERATIONS + 1
    report = reader.report
    assert (report.complete, report.files, report.operations) == (True, report.files, reading.OPERATIONS + 2)
    assert report.files == reading.OPERATIONS + 1 and report.left_out == {}


def test_what_a_finder_maps_is_read(tmp_path: Path) -> None:
    """Its package, its single module, its namespace's parts; no environment in there, and no bare folder."""
    write(tmp_path, {"pkg/__init__.py": "", "pkg/sub/x.py": "", "pkg/venv/pyvenv.cfg": "", "pkg/venv/y.py": ""})
    write(tmp_path, {"single.py": "", "ns/part.py": "", "bare/z.py": "", "beside.py": ""})
    search = Search()
    modules = {"pkg": f"{tmp_path}/pkg", "single": f"{tmp_path}/single", "bare": f"{tmp_path}/bare"}
    namespaces = {"ns": [f"{tmp_path}/ns"]}
    install = SimpleNamespace(paths=[], names=["pkg", "single"], modules=modules, namespaces=namespaces, links=[])
    search.installs = [install]  # type: ignore[list-item]
    found = [file[len(str(tmp_path)) + 1 :] for file, _ in Reader().starts(search)[0]]
    assert found == ["ns/part.py", "pkg/__init__.py", "pkg/sub/x.py", "single.py"]


def test_what_people_run_cell_by_cell_is_read_first(tmp_path: Path) -> None:
    """By its name or its folder's; and the `__init__.py` of packages near the top."""
    names = ["a/__init__", "a/b/__init__", "a/b/c/__init__", "a/b/c/d/__init__", "a/my_notebook", "a/etl/x", "a/zzz"]
    write(tmp_path, {f"{name}.py": "" for name in names})
    search = of_install(tmp_path)
    search.installs[0].names = ["a"]
    order: list[str] = []
    reader = Reader()
    reader._read = lambda files: order.extend(file.path for file in files) or {}  # type: ignore[method-assign, func-returns-value]
    reader.starts(search)
    first = [path[len(str(tmp_path)) + 1 : -3] for path in order]
    assert first == [
        "a/__init__",
        "a/my_notebook",
        "a/b/__init__",
        "a/etl/x",
        "a/zzz",
        "a/b/c/__init__",
        "a/b/c/d/__init__",
    ]


def test_progress_is_one_line_that_is_written_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not more often than eyes can follow; a stream that is closed ends it."""
    stream = io.StringIO()
    stream.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stderr", stream)
    now = [100.0]
    monkeypatch.setattr(reading, "time", SimpleNamespace(monotonic=lambda: now[0]))
    progress = Progress()
    progress("a long line")
    progress("too soon")
    now[0] += 1
    progress("short")
    assert stream.getvalue() == "\rverify: a long line\rverify: short      "
    stream.close()
    now[0] += 1
    progress("nobody reads this")
    progress.close()


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
