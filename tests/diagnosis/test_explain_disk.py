"""What ``explain`` asks of the disk: by CPython's own rules, each place once; and whose code it says a file is."""

from __future__ import annotations

import os
import sys
import zipfile
from importlib.machinery import EXTENSION_SUFFIXES, FileFinder
from pathlib import Path
from zipimport import zipimporter

import pytest

from dbx_patch.diagnosis.disk import Disk
from dbx_patch.hooks.rationed import new_file_finder
from support.environments import DATABRICKS, Environment
from support.installed import leave_install
from support.workspaces import Workspace, package, src_project, write

FILES = {
    "package/__init__.py": "",
    "package/part.py": "",
    "module.py": "",
    "both/__init__.py": "",
    "both.py": "",
    "bare/inner.txt": "",
    "bare_and_module/x.txt": "",
    "bare_and_module.py": "",
    f"compiled{EXTENSION_SUFFIXES[0]}": "",
    "compiled.py": "",
    "old.pyc": "",
    f"hidden/__init__{EXTENSION_SUFFIXES[-1]}": "",
    "init_is_a_folder/__init__.py/x": "",
    "folder.py/x": "",
    "no_suffix": "",
    "text.txt": "",
}
NAMES = sorted({Path(name).parts[0].partition(".")[0] for name in FILES} | {"nothing", "Module"})


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_is_searched_as_cpython_does(tmp_path: Path, name: str) -> None:
    write(tmp_path, FILES)
    (tmp_path / "module.py").chmod(0)
    finder: FileFinder = new_file_finder(str(tmp_path))
    spec = finder.find_spec(name)
    place = Disk().look(name, str(tmp_path))
    if spec is None:
        assert place is None
    else:
        assert place is not None and place.namespace == (spec.loader is None)
        assert place.search == spec.submodule_search_locations
        assert place.location == (spec.origin if spec.loader else str(tmp_path / name))


@pytest.mark.parametrize("name", ["package", "package.part", "package.none", "module", "nothing"])
def test_an_archive_is_searched_as_cpython_does(tmp_path: Path, name: str) -> None:
    archive = tmp_path / "some.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        for file in ("package/__init__.py", "package/part.py", "module.py"):
            opened.writestr(file, "")
    entry = str(archive / "package") if "." in name else str(archive)
    spec = zipimporter(entry).find_spec(name) if sys.version_info >= (3, 10) else None
    place = Disk().look(name, entry)
    if sys.version_info >= (3, 10):
        assert (place and place.location) == (spec and spec.origin)
    assert (place is None) == (name in ("package.none", "nothing"))


def test_real_paths(tmp_path: Path) -> None:
    write(tmp_path, {"there/deep/file": ""})
    (tmp_path / "link").symlink_to("there/deep")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "there/deep/up").symlink_to("../../there/./deep")
    (tmp_path / "whole").symlink_to(tmp_path / "link")
    disk = Disk()
    for path in ("link/file", "link/../deep/file", "loop/x", "link/none/", "there", "link/up/up/file", "whole/file"):
        whole = f"{tmp_path}/{path}"
        assert disk.real(whole) == os.path.realpath(whole)


COUNTED = """
import collections, io, json, os, posix, sys
import dbx_patch, dbx_patch.diagnosis.explain
dbx_patch.explain("two_none", verbose=False), dbx_patch.explain("two.deep.leaf", verbose=False)
asked = collections.Counter()

def counted(kind, function):
    def call(path=".", *args, **kwargs):
        asked[kind, os.fsdecode(path) if not isinstance(path, int) else path] += 1
        return function(path, *args, **kwargs)
    return call

for kind in ("stat", "lstat", "listdir", "scandir", "open", "access", "readlink"):
    replacement = counted(kind, getattr(posix, kind))
    for module in (posix, os):
        setattr(module, kind, replacement)
io_open = io.open
import builtins
builtins.open = counted("open", io_open)
found = []
for name in {names!r}:
    asked.clear()
    works = dbx_patch.explain(name, verbose=False).works
    found.append([works, [[*key, n] for key, n in asked.items()]])
print(json.dumps(found))
"""


def test_each_place_is_looked_at_once(environment: Environment, workspace: Workspace) -> None:
    for name in ("one", "two", "three"):
        leave_install(
            environment.site_packages, name, workspace.home / name, write(workspace.home / name / "src", package(name))
        )
    write(environment.site_packages, {"library/__init__.py": "", "library/part.py": ""})
    write(environment.site_packages, {"library-1.0.dist-info/RECORD": "library/__init__.py,,\nlibrary/part.py,,\n"})
    # What changed within the clock's tick is read again: not what is counted here.
    os.utime(environment.site_packages, (1_700_000_000, 1_700_000_000))
    works = {"two.deep.leaf": True, "two": True, "library.part": True, "json.decoder": True}
    works.update({"two.none": False, "twoo": False})
    answers = environment.value(COUNTED.replace("{names!r}", repr([*works])), env=DATABRICKS)
    assert [answer[0] for answer in answers] == [*works.values()]
    for name, (_, asked) in zip(works, answers):
        assert {"listdir", "stat"} <= {kind for kind, *_ in asked}, name
        assert [row for row in asked if row[2] > 1] == [], name


@pytest.mark.parametrize("folder", ["site-packages", "dist-packages"])
def test_installed_packages_below_a_source_root_are_a_librarys(
    environment: Environment, workspace: Workspace, folder: str
) -> None:
    """One answer for the index, which the engine asks, and for ``explain``."""
    vendored = f"acme/vendored/{folder}/dep"
    files = {f"src/{vendored}/__init__.py": "", f"src/{vendored}/part.py": "", "src/acme/vendored/__init__.py": ""}
    project = src_project(workspace.home / "proj", "acme", extra=files)
    environment.install_editable(project)
    entry = project / f"src/acme/vendored/{folder}"
    code = f"""
import json, sys, dbx_patch
from dbx_patch.index import snapshot
sys.path.insert(0, {str(entry)!r})
answers = [dbx_patch.explain(name, verbose=False) for name in ("dep", "dep.part", "acme.vendored")]
whose = [snapshot.current().whose(answer.location) for answer in answers]
print(json.dumps([whose, ["editable install" in answer.verdict for answer in answers]]))
"""
    whose, said = environment.value(code, env=DATABRICKS)
    assert whose == ["library", "library", "editable"] and said == [False, False, True]
