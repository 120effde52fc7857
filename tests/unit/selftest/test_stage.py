"""Throw-away files lie in folders of the run's own, which a later run takes away if nobody else can need them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from dbx_patch.selftest import stage as module
from dbx_patch.selftest.stage import PREFIX, Stage, notebook_folder
from support.here import Here
from support.workspaces import write

TOKEN = PREFIX + "0123456789ab"


@pytest.fixture
def place(here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The notebook's folder; temporary files lie in a folder of the test's."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    notebooks = here.home / "notebooks"
    notebooks.mkdir()
    monkeypatch.chdir(notebooks)
    sys.path.append(str(notebooks))
    return notebooks


def below(folder: Path) -> "list[str]":
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_what_is_written_is_removed(place: Path, tmp_path: Path) -> None:
    stage = Stage(TOKEN)
    stage.write()
    stage.write_beside()
    assert stage.folder == f"{place}/{TOKEN}" and stage.reason == "" and stage.guarded and stage.is_beside_notebook()
    for name in (stage.line, stage.finder, stage.outside):
        assert os.path.isfile(os.path.join(stage.package_folder(name), "deep/leaf.py"))
    assert stage.outside_root.startswith(f"{tmp_path}/temporary/{TOKEN}/outside")
    assert (place / f"{TOKEN}_beside.py").exists()
    for folder in (stage.workspace, stage.temporary):
        assert os.stat(folder).st_mode & 0o777 == 0o700
        note = json.loads(Path(folder, "owner.json").read_text())
        assert note["pid"] == os.getpid() and abs(note["started"] - time.time()) < 60
    site = tmp_path / "site"
    stage.write_installs(str(site))
    pth = (site / f"_editable_impl_{stage.line}.pth").read_text()
    assert pth == f"{stage.root}\n" and (site / f"{stage.line}-1.0.dist-info/RECORD").read_text().count("\n") == 4
    url = json.loads((site / f"{stage.finder}-1.0.dist-info/direct_url.json").read_text())["url"]
    assert url == (Path(stage.folder) / "finder project").as_uri().replace("%40", "@")
    assert stage.remove() == [] and below(place) == [] and below(tmp_path / "temporary") == []


def test_a_new_module_is_seen_by_the_folders_time(place: Path) -> None:
    stage = Stage(TOKEN)
    stage.write()
    folder = stage.package_folder(stage.line)
    before = os.stat(folder).st_mtime_ns
    stage.add_module(stage.line, "added")
    assert os.path.isfile(f"{folder}/added.py") and os.stat(folder).st_mtime_ns != before


def test_what_cannot_be_removed_is_told(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(TOKEN)
    stage.write()
    monkeypatch.setattr(module.shutil, "rmtree", lambda path: None)
    assert stage.remove() == [f"{place}/{TOKEN}", stage.temporary]


def test_where_the_projects_lie(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = tmp_path / "wanted"
    stage = Stage(TOKEN, str(wanted))
    stage.write()
    assert stage.workspace == "" and stage.folder.startswith(stage.temporary) and not stage.guarded
    assert stage.reason == f"{wanted} cannot be written to: No such file or directory" and stage.remove() == []
    wanted.mkdir()
    stage = Stage(TOKEN, str(wanted))
    stage.write()
    assert stage.workspace == f"{wanted}/{TOKEN}" and stage.reason == f"{wanted} is not in the workspace"
    assert not stage.is_beside_notebook() and stage.remove() == [] and below(wanted) == []
    sys.path.remove(str(place))
    monkeypatch.chdir(tmp_path)
    stage = Stage(TOKEN)
    stage.write()
    assert stage.notebook_folder == "" and stage.reason.startswith("no folder of the workspace is on sys.path")
    assert stage.remove() == []


def test_which_folder_is_the_notebooks(
    here: Here, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = here.home / "other"
    other.mkdir()
    sys.path.insert(0, str(other))
    here.install("acme", {"acme.py": ""})
    assert notebook_folder() == str(place)
    monkeypatch.chdir(tmp_path)
    assert notebook_folder() == str(other)
    sys.path[:] = [entry for entry in sys.path if entry not in (str(other), str(place))]
    assert notebook_folder() == ""


def leave(folder: Path, pid: int, age: float = 0.0, **note: object) -> None:
    """What a run with that process leaves; ``age`` in seconds."""
    folder.mkdir(0o700)
    owner = {"machine": module._machine(), "pid": pid, "started": 0, **note}
    (folder / "owner.json").write_text(json.dumps(owner))
    os.utime(folder, (time.time() - age,) * 2)


def test_an_earlier_runs_are_taken_away_if_that_has_ended(place: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait(60)
    ends = {"killed": "a", "runs": "b", "elsewhere": "c", "old": "d", "no note": "e", "old no note": "f", "link": "1"}
    folders = {what: place / f"{PREFIX}{'0' * 11}{end}" for what, end in ends.items()}
    leave(folders["killed"], gone.pid)
    leave(folders["runs"], os.getpid())
    leave(folders["elsewhere"], gone.pid, machine="another")
    leave(folders["old"], os.getpid(), 3700, machine="another")
    folders["no note"].mkdir()
    folders["old no note"].mkdir()
    os.utime(folders["old no note"], (1, 1))
    folders["link"].symlink_to(folders["killed"])
    for other in (f"{PREFIX}short", "mine", f"{PREFIX}{'0' * 12}x"):
        leave(place / other, gone.pid)
    (place / f"{folders['killed'].name}_beside.py").write_text("")
    taken = Stage(TOKEN).clean_up_earlier()
    expected = [f"{folders['killed']}_beside.py", *(str(folders[what]) for what in ("killed", "old", "old no note"))]
    assert sorted(taken) == sorted(expected) and not any(os.path.lexists(path) for path in taken)
    assert folders["runs"].exists() and folders["elsewhere"].exists() and folders["no note"].exists()
    assert folders["link"].is_symlink() and (place / "mine").exists() and (place / f"{PREFIX}short").exists()


def test_a_file_system_that_counts_in_seconds_is_waited_for(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the folder's time is another one: no finder would see the module before."""
    stage = Stage(TOKEN, str(place))
    folder = write(tmp_path / "package", {"__init__.py": ""})
    waited, stat = [], os.stat

    def coarse(path: str, **options: object) -> object:
        return SimpleNamespace(st_mode=stat(path, **options).st_mode, st_mtime_ns=len(waited) // 2)

    monkeypatch.setattr(stage, "package_folder", lambda name: str(folder))
    monkeypatch.setattr(module.time, "sleep", waited.append)
    with monkeypatch.context() as patched:
        patched.setattr(module.os, "stat", coarse)
        stage.add_module("package", "added")
    assert len(waited) == 2 and (folder / "added.py").read_text() == "NAME = __name__\n"


def test_a_mount_that_fails_at_first_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, waited = tmp_path / "file", []
    file.touch()
    remove, failures = module.os.unlink, [OSError(), OSError()]

    def unlink(path: str) -> None:
        if failures:
            raise failures.pop()
        remove(path)

    monkeypatch.setattr(module.os, "unlink", unlink)
    monkeypatch.setattr(module.time, "sleep", waited.append)
    module._remove(str(file))
    assert not file.exists() and len(waited) == 2


def test_a_machine_that_does_not_tell_its_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> object:
        raise OSError

    known = module._machine()
    with monkeypatch.context() as patched:
        patched.setattr("builtins.open", refuse)
        assert len(module._machine()) == 16 and module._machine() != known
