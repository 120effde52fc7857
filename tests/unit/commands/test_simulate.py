"""`simulate` passes the program's streams and status on, and with `--json` says what the patches did meanwhile."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dbx_patch.commands import simulate
from dbx_patch.commands.cli import main

NOTICE = "dbx-patch is not installed in this environment, so the program runs without it.\n"


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> "list[Any]":
    """What programs are started with; each ends with status 4."""
    started: "list[Any]" = []

    def run_program(*program: Any, **options: Any) -> int:
        started.append((program, options))
        if options.get("runtime_dir"):
            report = options["runtime_dir"] / "lib/simulated_kernel.py"
            assert "_serve_only = serve" in report.read_text()
            said = [line for line in report.read_text().splitlines() if "with open(" in line][-1]
            Path(said.split("'")[1]).write_text('{"active": true}')
        return 4

    monkeypatch.setattr(simulate, "run_program", run_program)
    return started


@pytest.mark.parametrize(
    ("cause", "options", "said"),
    [
        ("not_installed", [], NOTICE),
        ("not_installed", ["--without-patch"], ""),
        ("started", [], ""),
        ("started", ["--without-patch"], ""),
    ],
)
def test_an_environment_without_dbx_patch_is_told_once(
    ran: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any, tmp_path: Path, cause: str, options: Any, said: str
) -> None:
    def status(verbose: bool = True) -> SimpleNamespace:
        print("shown" if verbose else "", end="")
        return SimpleNamespace(cause=cause)

    monkeypatch.setattr(simulate, "check_startup_status", status)
    words = ["--runtime", "modern", "--workspace", str(tmp_path), *options]
    assert main(["simulate", *words, "-c", "pass", "x", "--json"]) == 4
    assert capsys.readouterr() == ("", said)
    [(program, given)] = ran
    assert program == ("code", "pass", ["x", "--json"])
    assert given["runtime"] == "modern" and given["workspace"] == str(tmp_path)
    assert given["env"] == ({"DBX_PATCH_ENABLED": "0"} if options else {})


def test_data_at_the_end(ran: Any, capsys: Any, tmp_path: Path) -> None:
    assert main(["simulate", "--json", "--without-patch", "--workspace", str(tmp_path), "-m", "some.module"]) == 4
    out, err = capsys.readouterr()
    found = json.loads(err)
    assert out == "" and found["exit_status"] == 4 and found["status"] == {"active": True} and found["without_patch"]
    assert (
        found["workspace"] == str(tmp_path) and found["variant"].keys() and ran[0][0] == ("module", "some.module", [])
    )


def test_a_program_that_leaves_no_report(ran: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(simulate, "run_program", lambda *program, **options: 0)
    assert main(["simulate", "--json", "--without-patch", "-c", ""]) == 0
    assert json.loads(capsys.readouterr().err)["status"] is None


def test_help(capsys: Any) -> None:
    assert main(["simulate", "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "dbx-patch simulate [OPTIONS] (FILE | -c CODE | -m MODULE) [ARGS]" in shown
    assert "--without-patch switch dbx-patch off" in shown and "--runtime" in shown
    assert "at the end, print JSON to stderr: exit status, and what the patches and the fallback did" in shown
