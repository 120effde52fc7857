"""What is on the disk, by CPython's own rules: modules, what their folders are called, whose they are."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path

import pytest

from dbx_patch.diagnosis.disk import Disk, has_source
from support.installed import distribution
from support.workspaces import write


def test_a_package_comes_before_a_module_and_a_namespace_behind_both(tmp_path: Path) -> None:
    write(tmp_path, {"both/__init__.py": "", "both.py": "", "bare/x.txt": "", "bare.py": "", "parts/x.txt": ""})
    looks = {name: Disk().look(name, str(tmp_path)) for name in ("both", "bare", "parts", "none")}
    told = {name: place and (place.location[len(str(tmp_path)) :], place.namespace) for name, place in looks.items()}
    assert told == {
        "both": ("/both/__init__.py", False),
        "bare": ("/bare.py", False),
        "parts": ("/parts", True),
        "none": None,
    }


def test_the_entry_of_no_name_is_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"here/part.py": ""})
    monkeypatch.chdir(tmp_path)
    for entry in ("", "here", str(tmp_path)):
        found = Disk().look("part" if entry == "here" else "here", entry)
        assert found is not None and found.location.startswith(f"{tmp_path}/here")
    assert Disk().look("here", "/") is None


def test_an_archive_that_is_none_has_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"some.zip": "no archive", "plain.py": ""})
    with zipfile.ZipFile(tmp_path / "good.zip", "w") as opened:
        opened.writestr("deep/part.py", "")
    assert Disk().look("part", str(tmp_path / "some.zip")) is None
    assert Disk().look("part", str(tmp_path / "plain.py")) is None
    found = Disk().look("part", str(tmp_path / "good.zip/deep"))
    assert found is not None and found.location == str(tmp_path / "good.zip/deep/part.py")


def test_real_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"there/deep/file": ""})
    (tmp_path / "link").symlink_to("there/deep")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "there/deep/up").symlink_to("../../there/./deep")
    monkeypatch.chdir(tmp_path)
    disk = Disk()
    relative = (
        "link/file",
        "there/../link/file",
        "link/../deep/file",
        "link/up/up/file",
        "loop/x",
        "link/none/",
        "link/.",
    )
    for path in relative:
        assert disk.real(f"{tmp_path}/{path}") == os.path.realpath(tmp_path / path)
        assert disk.real(path) == os.path.realpath(path)


def test_a_notebook_is_refused_in_the_workspace_alone(tmp_path: Path) -> None:
    for text, refused in (("# Databricks notebook source\nx = 1\n", True), ("# Databricks\n", False), ("", False)):
        write(tmp_path, {"Workspace/some.py": text, "some.py": text, "Workspace/some.txt": text})
        asked = [Disk().is_refused_notebook(str(tmp_path / file)) for file in ("Workspace/some.py", "some.py")]
        assert asked == [refused, False] and not Disk().is_refused_notebook(str(tmp_path / "Workspace/some.txt"))


def test_names_that_are_suggested(tmp_path: Path) -> None:
    files = ("plain.py", "package/x.py", "compiled.cpython-311.so", "__pycache__/x", "a-b.py", "x-1.0.dist-info/RECORD")
    write(tmp_path, {**dict.fromkeys(files, ""), "lines.pth": "", "notes.txt": "", "other/more.py": ""})
    assert Disk().names_in([str(tmp_path), str(tmp_path / "none")]) == {"plain", "package", "compiled", "other"}
    assert Disk().names_in([str(tmp_path / "other")]) == {"more"}


def test_which_distribution_a_file_is_of(tmp_path: Path) -> None:
    distribution(tmp_path, "acme_lib", ["acme/__init__.py"], version="1.2-3")
    distribution(tmp_path, "other", ["other.py"])
    owners = {
        file: Disk().distribution_of(str(tmp_path / file), str(tmp_path)) for file in ("acme/__init__.py", "x.py")
    }
    assert owners == {"acme/__init__.py": "acme_lib 1.2-3", "x.py": ""}


def test_a_folder_with_sources(tmp_path: Path) -> None:
    files = ("deep/er/part.py", "env/pyvenv.cfg", "env/lib/x.py", "no-name/x.py", "node_modules/x.py", "texts/x.txt")
    write(tmp_path, dict.fromkeys(files, ""))
    told = {name: has_source(str(tmp_path / name)) for name in ("deep", "env", "texts", "none")}
    assert told == {"deep": True, "env": False, "texts": False, "none": False}
    for folder in ("no-name", "node_modules", "env"):
        write(tmp_path / "whole" / folder, {"x.py": "", "pyvenv.cfg" if folder == "env" else "y.txt": ""})
    assert not has_source(str(tmp_path / "whole")), "none of these is code of a project"
    write(tmp_path / "whole", {"package/x.py": ""})
    assert has_source(str(tmp_path / "whole"))


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    assert Disk().look("x", "a\0b") is None and Disk().listing("\udcff\0") is None
    assert Disk().source(str(tmp_path / "none.py")) is None and sys.path
