"""A command ends with 0, 1 or 2 by what it found, says mistakes on stderr, and gives up output that nobody takes."""

from __future__ import annotations

import io
import json
import os
import platform
import sys
from typing import Any, Iterator

import pytest

from dbx_patch._version import __version__
from dbx_patch.commands import cli
from dbx_patch.commands.cli import COMMANDS, main
from support.here import Here

pytestmark = pytest.mark.usefixtures("import_state")


def test_help_and_versions(capsys: Any) -> None:
    for arguments in (["--help"], ["--version"], ["verify", "--help"], ["version"]):
        assert main(arguments) == 0
    assert f"dbx-patch {__version__} (Python {platform.python_version()})\n" in capsys.readouterr().out
    assert main(["version", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["version"] == __version__ and found["package"].endswith("dbx_patch")
    assert main(["--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert all(f"{name} {purpose}" in shown for name, (purpose, _) in COMMANDS.items())


MISTAKES = {
    (): "error: there is no command",
    ("verfy",): "there is no command 'verfy'. Did you mean 'verify'?",
    ("zzz",): "there is no command 'zzz'. The commands are: status, verify,",
    ("--versoin",): "there is no option --versoin. Did you mean '--version'?",
    ("verify", "--al"): "error: unrecognized arguments: --al. Did you mean '--all'?",
    ("verify", "--zzzzz"): "error: unrecognized arguments: --zzzzz\n",
    ("verify", "--alll=1", "--jsn"): "unrecognized arguments: --alll=1 --jsn. Did you mean '--all'?\n",
    ("verify", "json"): "error: unrecognized arguments: json\n",
    ("explain",): "the following arguments are required: NAME",
    ("explain", "ac-me"): "'ac-me' is not a module name, such as package.module.\n",
    ("selftest", "--workspace", "/none"): "there is no folder '/none' for the throw-away projects\n",
    ("completion", "tcsh"): "invalid choice: 'tcsh'",
    ("simulate",): "FILE, -c CODE or -m MODULE",
}


@pytest.mark.parametrize("arguments", MISTAKES)
def test_mistakes(capsys: Any, arguments: "tuple[str, ...]") -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and MISTAKES[arguments] in err


def test_what_is_found_decides(capsys: Any, here: Here) -> None:
    root = here.install("acme", {"acme.py": ""})
    assert main(["explain", "acme"]) == 0 and main(["explain", "acme_none"]) == 1
    assert f"{root}/acme.py" in capsys.readouterr().out.replace("\n", "")
    assert main(["explain", "acme", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == 1 and found["location"] == f"{root}/acme.py"
    assert main(["paths"]) == 0
    assert "acme 1.0" in capsys.readouterr().out
    assert main(["status"]) in (0, 1)
    assert "state of the process that ran this command" in capsys.readouterr().out
    assert main(["verify", "--all", "--json"]) in (0, 1)
    assert "findings" in json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(("code", "status"), [(None, 2), ("words", 2), (0, 0), (7, 7)])
def test_a_command_that_ends_the_process(monkeypatch: pytest.MonkeyPatch, code: Any, status: int) -> None:
    def ends(argv: "list[str]") -> int:
        raise SystemExit(code)

    monkeypatch.setattr(cli, "_run", ends)
    assert main(["paths"]) == status


def test_an_interrupt_and_a_fault_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for error, status in ((KeyboardInterrupt(), 130), (OSError("of ours"), None), (OSError(28, "full", "/a"), None)):

        def fails(argv: "list[str]", error: BaseException = error) -> int:
            raise error

        monkeypatch.setattr(cli, "_run", fails)
        if status is None:
            with pytest.raises(OSError):
                main(["paths"])
        else:
            assert main(["paths"]) == status


@pytest.fixture
def nobody_reads() -> Iterator[io.TextIOWrapper]:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as stream:
        yield stream


def test_a_reader_that_has_left(monkeypatch: pytest.MonkeyPatch, nobody_reads: Any, capsys: Any) -> None:
    monkeypatch.setattr(sys, "stdout", nobody_reads)
    assert main(["version"]) == 141
    assert capsys.readouterr().err == "dbx-patch: the output could not be written: Broken pipe\n"
    assert main(["version"]) == 0, "what could not be written is given up"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_a_full_disk(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    with open("/dev/full", "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert main(["version"]) == 1
    assert capsys.readouterr().err == "dbx-patch: the output could not be written: No space left on device\n"


def test_a_process_without_a_console(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert main(["paths"]) == 0 and main(["verify", "--zzz"]) == 2


def test_a_program_is_simulated_and_its_status_is_the_commands(capfd: Any, tmp_path: Any) -> None:
    options = ["simulate", "--workspace", str(tmp_path), "--without-patch"]
    assert main([*options, "-c", "import sys; print('its own'); sys.exit(3)"]) == 3
    assert capfd.readouterr().out == "its own\n"
