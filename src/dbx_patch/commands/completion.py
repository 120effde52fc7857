"""``dbx-patch completion SHELL``: the script that completes commands, options and names of modules."""

from __future__ import annotations

import argparse
import shlex
from typing import Iterable, Mapping

from dbx_patch.commands.usage import Parser, print_json

# Where the next argument is one of the user's own files
_FILES = ("simulate",)
# Options whose argument is a folder or a file
_FOLDER, _FILE = ["--workspace", "--repository", "--notebook"], ["--output"]

_BASH = """\
# dbx-patch: to use it in this shell, run  eval "$(dbx-patch completion bash)"
_dbx_patch() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} words=
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W {commands} -- "$current"))
        return
    fi
    case $previous in
{values}
    esac
    case ${{COMP_WORDS[1]}} in
{options}
    esac
    if [ "${{COMP_WORDS[1]}}" = explain ] && [[ $current != -* ]]; then
        words=$(dbx-patch completion --names "$current" 2>/dev/null)
    fi
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    case ${{COMP_WORDS[1]}} in
        {files}) [[ $current = -* ]] || COMPREPLY+=($(compgen -f -- "$current")) ;;
    esac
}}
complete -o bashdefault -F _dbx_patch dbx-patch
"""

_ZSH = """\
#compdef dbx-patch
# dbx-patch: to use it in this shell, run  eval "$(dbx-patch completion zsh)"  after compinit
_dbx_patch() {{
    local current=$words[CURRENT] previous=$words[CURRENT-1]
    if (( CURRENT == 2 )); then
        local -a commands=({described})
        _describe command commands
        return
    fi
    case $previous in
{values}
    esac
    case $words[2] in
{options}
    esac
    if [[ $words[2] = explain && $current != -* ]]; then
        compadd -- $(dbx-patch completion --names "$current" 2>/dev/null)
    fi
    case $words[2] in
        {files}) _files ;;
    esac
}}
compdef _dbx_patch dbx-patch
"""


def run(parsers: Mapping[str, Parser], options: argparse.Namespace) -> int:
    """Print the script, or what completes the beginning of a module's name; what the command line exits with."""
    if options.names is not None:
        from dbx_patch.commands.notebook import module_names

        print("\n".join(module_names(options.names)))
        return 0
    if options.shell is None:
        parsers["completion"].error("say for which shell: bash, zsh or fish")
    text = script(options.shell, parsers)
    if options.json:
        print_json({"shell": options.shell, "script": text})
    else:
        print(text, end="")
    return 0


def script(shell: str, parsers: Mapping[str, argparse.ArgumentParser]) -> str:
    """Return the script for ``shell``: bash, zsh or fish."""
    if shell == "fish":
        return _fish(parsers)
    options = {name: " ".join(_options(parser)) for name, parser in parsers.items()}
    values = dict(item for parser in parsers.values() for item in _values(parser))
    if shell == "bash":
        put, folders, files = 'COMPREPLY=($(compgen -W {} -- "$current")); return', "-d", "-f"
        lines = [f"        {name}) words={shlex.quote(words)} ;;" for name, words in options.items()]
        path = 'COMPREPLY=($(compgen {} -- "$current")); return'
    else:
        put, folders, files = "compadd -- {}; return", " -/", ""
        lines = [f"        {name}) compadd -- {words} ;;" for name, words in options.items()]
        path = "_files{}; return"
    shown = [f"        {name}) {put.format(_words(known, shell))} ;;" for name, known in values.items()]
    shown.append(f"        {'|'.join(_FOLDER)}) {path.format(folders)} ;;")
    shown.append(f"        {'|'.join(_FILE)}) {path.format(files)} ;;")
    return (_BASH if shell == "bash" else _ZSH).format(
        commands=shlex.quote(" ".join(parsers)),
        described=" ".join(shlex.quote(f"{name}:{parser.description}") for name, parser in parsers.items()),
        values="\n".join(shown),
        options="\n".join(lines),
        files="|".join(_FILES),
    )


def _fish(parsers: Mapping[str, argparse.ArgumentParser]) -> str:
    lines = [
        "# dbx-patch: to use it in this shell, run  dbx-patch completion fish | source",
        "complete -c dbx-patch -f",
    ]
    for name, parser in parsers.items():
        about = shlex.quote(parser.description or "")
        lines.append(f"complete -c dbx-patch -n __fish_use_subcommand -a {name} -d {about}")
        here = f"complete -c dbx-patch -n '__fish_seen_subcommand_from {name}'"
        values = dict(_values(parser))
        for option in _options(parser):
            line = f"{here} -l {option[2:]}"
            if option in values:
                line += f" -x -a {shlex.quote(' '.join(values[option]))}"
            elif option in _FOLDER:
                line += " -x -a '(__fish_complete_directories)'"
            elif option in _FILE:
                line += " -r -F"
            lines.append(line)
        if name in values:
            lines.append(f"{here} -a {shlex.quote(' '.join(values[name]))}")
        if name in _FILES:
            lines.append(f"{here} -F")
    names = "'(dbx-patch completion --names (commandline -ct) 2>/dev/null)'"
    lines.append(f"complete -c dbx-patch -n '__fish_seen_subcommand_from explain' -a {names}")
    return "\n".join(lines) + "\n"


def _options(parser: argparse.ArgumentParser) -> list[str]:
    return [
        option
        for action in parser._actions
        if action.help is not argparse.SUPPRESS
        for option in action.option_strings
        if option.startswith("--")
    ]


def _values(parser: argparse.ArgumentParser) -> Iterable[tuple[str, list[str]]]:
    """Yield what may follow: behind an option, and behind a command (its name is the program name's last word)."""
    for action in parser._actions:
        if action.choices:
            for word in action.option_strings or [parser.prog.split()[-1]]:
                yield word, [str(choice) for choice in action.choices]


def _words(known: list[str], shell: str) -> str:
    return shlex.quote(" ".join(known)) if shell == "bash" else " ".join(known)
