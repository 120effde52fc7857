"""The completion script of each shell knows every command, its options, and what may follow them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dbx_patch.commands.cli import COMMANDS, main
from support.here import Here
from support.workspaces import write


def script(capsys: Any, shell: str) -> list[str]:
    assert main(["completion", shell]) == 0
    printed: str = capsys.readouterr().out
    assert main(["completion", shell, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["shell"], found["script"]) == (shell, printed) and printed.endswith("\n")
    return [line.strip() for line in printed.splitlines()]


def test_fish(capsys: Any) -> None:
    lines = script(capsys, "fish")
    assert lines[:2] == [
        "# dbx-patch: to use it in this shell, run  dbx-patch completion fish | source",
        "complete -c dbx-patch -f",
    ]
    for command in COMMANDS:
        start = f"complete -c dbx-patch -n __fish_use_subcommand -a {command} -d '"
        assert [line for line in lines if line.startswith(start)], command
    after = "complete -c dbx-patch -n '__fish_seen_subcommand_from {}'"
    for command, rest in {
        "status": "-l json",
        "verify": "-l all",
        "report": "-l output -r -F",
        "selftest": "-l workspace -x -a '(__fish_complete_directories)'",
        "simulate": "-l runtime -x -a 'legacy modern'",
        "completion": "-a 'bash zsh fish'",
        "explain": "-a '(dbx-patch completion --names (commandline -ct) 2>/dev/null)'",
    }.items():
        assert f"{after.format(command)} {rest}" in lines, command
    assert [line for line in lines if line.endswith(" -F") and " -l " not in line] == [after.format("simulate") + " -F"]
    assert "--names" not in "".join(line for line in lines if "explain" not in line)


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_bash_and_zsh(capsys: Any, shell: str) -> None:
    lines = script(capsys, shell)
    is_bash = shell == "bash"
    for line in (
        "verify) words='--help --json --all' ;;" if is_bash else "verify) compadd -- --help --json --all ;;",
        """completion) COMPREPLY=($(compgen -W 'bash zsh fish' -- "$current")); return ;;"""
        if is_bash
        else "completion) compadd -- bash zsh fish; return ;;",
        """--output) COMPREPLY=($(compgen -f -- "$current")); return ;;"""
        if is_bash
        else "--output) _files; return ;;",
        """--workspace|--repository|--notebook) COMPREPLY=($(compgen -d -- "$current")); return ;;"""
        if is_bash
        else "--workspace|--repository|--notebook) _files -/; return ;;",
    ):
        assert line in lines, lines
    described = [line for line in lines if line.startswith("local -a commands=(")]
    assert is_bash or all(f"{name}:" in described[0] for name in COMMANDS)


def test_names_of_modules(capsys: Any, here: Here) -> None:
    here.install("acme", {"acme/__init__.py": "", "acme/part.py": "", "acme_more.py": ""})
    here.install("other", {"other.py": ""})
    for start, names in {
        "acme": "acme\nacme_more\n",
        "acme.p": "acme.part\n",
        "acme.none.x": "\n",
        "other.": "\n",
    }.items():
        assert main(["completion", "--names", start]) == 0
        assert capsys.readouterr().out == names
    write(here.site, {"plain/__init__.py": "", "plain/sub.py": ""})
    assert main(["completion", "--names", "plain."]) == 0
    assert capsys.readouterr().out == "plain.sub\n"


def test_a_shell_is_asked_for(capsys: Any) -> None:
    assert main(["completion"]) == 2
    assert capsys.readouterr().err.endswith("error: say for which shell: bash, zsh or fish\n")
