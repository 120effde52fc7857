"""The command line's mistakes are told with what was probably meant; its data is JSON that can be read."""

from __future__ import annotations

import pytest

from dbx_patch.commands.usage import Parser, did_you_mean, print_json
from dbx_patch.output.results import SCHEMA


def test_an_option_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    parser = Parser(prog="x")
    parser.add_argument("--json", action="store_true")
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(["--jsno=1"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith("unrecognized arguments: --jsno=1. Did you mean '--json'?\n")
    assert did_you_mean("nothing like it", ["--json"]) == ""


def test_a_process_without_a_console_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", None)
    with pytest.raises(SystemExit):
        Parser(prog="x").error("nobody can read this")


def test_json_is_indented_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"name": "\u00e9"})
    assert capsys.readouterr().out == f'{{\n  "schema": {SCHEMA},\n  "name": "\\u00e9"\n}}\n'
