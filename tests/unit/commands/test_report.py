"""The report is written where it is asked for, over no other file, and says of this process what matters."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from dbx_patch.commands.cli import main
from dbx_patch.commands.report import make_report, write_report

pytestmark = pytest.mark.usefixtures("import_state")


def test_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIRTUAL_ENV", "/opt/venv")
    monkeypatch.setenv("DBX_PATCH_ENABLED", "0")
    monkeypatch.setenv("OTHER_SETTING", "1")
    sys.path.insert(0, "")
    sys.meta_path.append(type("Finder", (), {"__module__": "some.where", "find_spec": lambda *asked: None})())
    assert main(["report"]) == 0
    out, err = capsys.readouterr()
    file = tmp_path / "dbx-patch-report.txt"
    assert (
        out.startswith("The report is in")
        and "Names of users" in " ".join(out.split())
        and err == ""
        and len(out.splitlines()) < 8
    )
    text = file.read_text("utf-8")
    assert text.startswith("dbx-patch report: names of users and of their folders are replaced.\n")
    for part in ("start-up", "status", "verify", "paths"):
        assert f"---- {part} ----" in text
    words = text.split()
    assert "VIRTUAL_ENV" in words and "DBX_PATCH_ENABLED" in words and "OTHER_SETTING" not in words
    assert words.count("''") == 1 and "_frozen_importlib_external.PathFinder" in words and "some.where.Finder" in words
    assert main(["report"]) == 0, "its own file is written anew"


def test_another_file_of_that_name_stays(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "mine.txt"
    file.write_text("mine")
    assert main(["report", "--output", str(file)]) == 2
    assert "there is another file of that name" in capsys.readouterr().err and file.read_text() == "mine"
    assert main(["report", "--output", str(tmp_path / "none/x.txt")]) == 2
    assert f"cannot be written to {tmp_path}/none/x.txt" in capsys.readouterr().err
    assert write_report(str(tmp_path / "other.txt")).file == str(tmp_path / "other.txt")


def test_data(capsys: Any) -> None:
    assert main(["report", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {*found} == {"schema", "versions", "settings", "sys_path", "finders", "startup", "status", "verify", "paths"}
    assert found["versions"]["dbx-patch"] and found["verify"].keys() >= {"findings"}


def test_a_path_with_blanks_is_not_broken_within_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = "/Workspace/Shared/" + "/".join(["site-packages dist-packages"] * 4)
    sys.path.insert(0, folder)
    report = make_report()
    lines = [line.strip() for line in report.document().splitlines()]
    parts = report.sys_path[0].split("/")
    assert not any(line.startswith("dist-packages") for line in lines) and len(parts) == 7
