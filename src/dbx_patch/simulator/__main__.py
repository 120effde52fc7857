"""``python -m dbx_patch.simulator [--runtime …] [--workspace DIR] (FILE | -c CODE | -m MODULE) [ARGS]``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import List, Optional, Sequence, Tuple

from dbx_patch.simulator.kernel import run_program
from dbx_patch.simulator.layout import VERSIONS
from dbx_patch.simulator.variant import DEFAULT, HOOKS, NOTEBOOK_FOLDERS, Variant

_HOOK = (
    "where the workspace hook is: in sys.path_hooks, or in the cache for the program's folder, or there but not in a"
    " Git folder (default: %(default)s)"
)
_KINDS = {"-c": "code", "-m": "module"}
_WITH_VALUE = ("--runtime", "--workspace", "--repository", "--hook", "--notebook-folder")


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

    parser.add_argument("--repository", metavar="DIR", help="the Git folder that the program lies in (default: none)")
    parser.add_argument("--hook", choices=HOOKS, default=DEFAULT.hook, help=_HOOK)
    parser.add_argument(
        "--notebook-folder",
        choices=NOTEBOOK_FOLDERS,
        default=DEFAULT.notebook_folder,
        help="where the program's folder stands on sys.path: ahead of site-packages, or last (default: %(default)s)",
    )
    parser.add_argument("--no-bytecode", action="store_true", help="the workspace takes no __pycache__")


def variant_of(options: argparse.Namespace) -> Variant:
    """What the options say of how the runtime is set up."""
    return Variant(options.hook, options.notebook_folder, options.repository, not options.no_bytecode)


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
    if rest and rest[0] in _KINDS:
        kind = _KINDS[rest[0]]
        return options, (kind, rest[1], rest[2:]) if len(rest) > 1 else (kind, "", [])
    return options, ("file", rest[0], rest[1:]) if rest else None


def checked(
    parser: argparse.ArgumentParser, argv: Sequence[str]
) -> Tuple[argparse.Namespace, Tuple[str, str, List[str]]]:
    """Our own options and the program, as `split_command` has them; ends with a usage error where they cannot be."""
    own, program = split_command(argv)
    options = parser.parse_args(own)
    if program is None:
        parser.error("say what to run: FILE, -c CODE or -m MODULE")
    kind, target, _ = program
    if kind == "file" and not os.path.isfile(target):
        parser.error(f"there is no file {target!r}")
    if kind == "module" and not target:
        parser.error("-m needs MODULE")
    if kind == "code" and argv[-1] == "-c" and not target:
        parser.error("-c needs CODE")
    if not os.path.isdir(options.workspace):
        parser.error(f"there is no folder {options.workspace!r} to use as the workspace")
    if options.repository is not None and not os.path.isdir(options.repository):
        parser.error(f"there is no folder {options.repository!r} to be the Git folder")
    return options, program


def main(argv: Optional[Sequence[str]] = None) -> int:
    """The program's exit status; 2 after a usage error."""
    usage = "%(prog)s [OPTIONS] (FILE | -c CODE | -m MODULE) [ARGS]"
    parser = argparse.ArgumentParser(prog="python -m dbx_patch.simulator", usage=usage)
    add_arguments(parser)
    options, (kind, target, args) = checked(parser, sys.argv[1:] if argv is None else argv)
    common = {"workspace": options.workspace, "runtime": options.runtime}
    return run_program(kind, target, args, **common, variant=variant_of(options))


if __name__ == "__main__":
    sys.exit(main())
