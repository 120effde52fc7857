"""``python -m dbx_patch.simulator [--runtime …] [--workspace DIR] (FILE | -c CODE | -m MODULE) [ARGS]``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import List, Optional, Sequence, Tuple

from dbx_patch.simulator.kernel import run_program
from dbx_patch.simulator.layout import VERSIONS

_WITH_VALUE = ("--runtime", "--workspace")


def default_workspace() -> str:
    """The rules are for what lies *in* the workspace: so the current folder's parent, unless that is the root."""
    try:
        here = Path.cwd()
    except FileNotFoundError:  # it is gone: one has to be named
        return ""
    return str(here if here.parent == here.parent.parent else here.parent)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options, for this command and for one that builds on it."""
    parser.add_argument("--runtime", choices=sorted(VERSIONS), default="modern", help="which era (default: modern)")
    parser.add_argument(
        "--workspace",
        default=default_workspace(),
        metavar="DIR",
        help="the folder to use as /Workspace (default: the parent of the current folder)",
    )


def split_command(argv: Sequence[str]) -> Tuple[List[str], Optional[Tuple[str, str, List[str]]]]:
    """Our own options, and kind, target and arguments as `run_program` takes them: None if nothing is to be run.

    What comes after FILE, CODE or MODULE is the program's, whatever it looks like.
    """
    rest = list(argv)
    options: List[str] = []
    while rest and rest[0].startswith("-") and rest[0] not in ("-c", "-m", "--"):
        count = 2 if rest[0] in _WITH_VALUE else 1
        options += rest[:count]
        rest = rest[count:]
    if rest[:1] == ["--"]:
        return options, ("file", rest[1], rest[2:]) if len(rest) > 1 else None
    if rest and rest[0] in ("-c", "-m"):
        kind = "code" if rest[0] == "-c" else "module"
        return options, (kind, rest[1], rest[2:]) if len(rest) > 1 else None
    return options, ("file", rest[0], rest[1:]) if rest else None


def main(argv: Optional[Sequence[str]] = None) -> int:
    """The program's exit status; 2 after a usage error."""
    usage = "%(prog)s [--runtime ERA] [--workspace DIR] (FILE | -c CODE | -m MODULE) [ARGS]"
    parser = argparse.ArgumentParser(prog="python -m dbx_patch.simulator", usage=usage)
    add_arguments(parser)
    own, program = split_command(sys.argv[1:] if argv is None else argv)
    options = parser.parse_args(own)
    if program is None:
        parser.error("say what to run: FILE, -c CODE or -m MODULE")
    kind, target, args = program
    return run_program(kind, target, args, workspace=options.workspace, runtime=options.runtime)


if __name__ == "__main__":
    sys.exit(main())
