"""The command line: ``dbx-patch`` and ``python -m dbx_patch``."""

from __future__ import annotations

import argparse
import errno
import os
import platform
import sys
from typing import TYPE_CHECKING, Callable, Sequence

from dbx_patch._former import OPTIONS
from dbx_patch._version import __version__
from dbx_patch.commands.usage import Parser, did_you_mean, print_json
from dbx_patch.output import rendering

if TYPE_CHECKING:
    from dbx_patch.output.results import Result

# command -> (what it is for, an example)
COMMANDS = {
    "status": ("Show whether dbx-patch is active, and the state of each patch.", "dbx-patch status --json"),
    "verify": ("Find what keeps editable installs from working, and how to fix it.", "dbx-patch verify"),
    "paths": ("List the editable installs and their source folders.", "dbx-patch paths"),
    "explain": ("Show how `import NAME` would resolve, layer by layer.", "dbx-patch explain my_package.module"),
    "demo": ("Run an editable project under simulated runtimes, with and without dbx-patch.", "dbx-patch demo"),
    "simulate": (
        "Run your own code under a simulated Databricks runtime, in this environment.",
        "dbx-patch simulate --runtime legacy job.py --date today",
    ),
    "selftest": (
        "Try each promise of dbx-patch on the runtime that this process runs in, and leave nothing behind.",
        "dbx-patch selftest --json > report.json",
    ),
    "report": ("Write a file to attach to an issue; names of users and folders are replaced.", "dbx-patch report"),
    "completion": ("Print the script that completes commands in your shell.", "dbx-patch completion bash"),
    "version": ("Show the versions of dbx-patch and Python.", "dbx-patch version"),
}
_OTHER_PROCESS = (
    "This is the state of the process that ran this command. A notebook has a process of its own: there, use"
    " `%load_ext dbx_patch` and `%dbx_patch status`."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns 0 where all is fine, 1 where something was found, 2 after a usage error."""
    try:
        try:
            status = _run(list(sys.argv[1:] if argv is None else argv))
        except SystemExit as stop:  # argparse: help or a usage error
            status = stop.code if isinstance(stop.code, int) else 2
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except OSError as error:  # a full disk, a terminal that is gone, a reader that has left
        if not _gives_up_output(error):
            raise
        return 141 if isinstance(error, BrokenPipeError) else 1
    except KeyboardInterrupt:
        return 130


def _gives_up_output(error: OSError) -> bool:
    """Say in a line that the output could not be written; False where something else has failed."""
    if error.filename is not None or error.errno not in (
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EFBIG,
        errno.EIO,
        errno.EBADF,
        errno.EPIPE,
    ):
        return False
    # the flush at the interpreter's end, of what could not be written, is to succeed
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    rendering.show(f"dbx-patch: the output could not be written: {error.strerror}", sys.stderr)
    return True


def _run(argv: list[str]) -> int:
    parser, parsers = _parsers()
    if not argv:
        parser.print_help(sys.stderr)
        rendering.show("\ndbx-patch: error: there is no command", sys.stderr)
        return 2
    command = argv[0]
    if command in OPTIONS:
        rendering.show(f"dbx-patch: the option {command} of 0.1 is gone: {OPTIONS[command]}", sys.stderr)
        return 2
    if command not in COMMANDS:
        return _unknown(parser, command)
    if command == "simulate":
        return _simulate(parsers[command], argv[1:])
    options = parsers[command].parse_args(argv[1:])
    results: dict[str, Callable[[], Result]] = {
        "status": _status,
        "verify": lambda: _verify(options.all),
        "paths": _paths,
        "explain": lambda: _explain(parsers[command], options.name),
        "demo": _demo,
        "selftest": lambda: _selftest(options),
    }
    if command == "version":
        return _version(options.json)
    if command == "report":
        from dbx_patch.commands import report

        return report.run(parsers[command], options)
    if command == "completion":
        from dbx_patch.commands import completion

        return completion.run(parsers, options)
    if command == "selftest" and options.workspace and not os.path.isdir(options.workspace):
        parsers[command].error(f"there is no folder {options.workspace!r} for the throw-away projects")
    result = results[command]()
    if options.json:
        print_json(result.to_dict())
    else:
        rendering.show(result)
        if command == "status":
            print("\n" + "\n".join(rendering.fold(_OTHER_PROCESS, min(rendering.width_of(sys.stdout), 100))))
    return result.exit_code()


def _unknown(parser: Parser, command: str) -> int:
    if command.startswith("-") and command != "-":
        if command in parser._option_string_actions:
            parser.parse_args([command])  # which ends this process
        parser.error(f"there is no option {command}" + did_you_mean(command, ("--help", "--version")))
    hint = did_you_mean(command, COMMANDS) or f". The commands are: {', '.join(COMMANDS)}."
    rendering.show(f"dbx-patch: there is no command {command!r}{hint}", sys.stderr)
    return 2


def _parsers() -> tuple[Parser, dict[str, Parser]]:
    from dbx_patch.commands.simulate import add_options

    parser = Parser(
        prog="dbx-patch",
        description="Makes editable installs work on Databricks. Installing it is all there is to do; these commands"
        " show what it does.",
        epilog="Exit status: 0 fine, 1 something found, 2 usage error. `dbx-patch COMMAND --help` shows an example.",
    )
    parser.add_argument("--version", action="version", version=f"dbx-patch {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    parsers = {}
    for name, (purpose, example) in COMMANDS.items():
        made = commands.add_parser(
            name, help=purpose, description=purpose, epilog=f"Example: {example}", allow_abbrev=False
        )
        made.add_argument("--json", action="store_true", help="print JSON")
        parsers[name] = made
    parsers["verify"].add_argument("--all", action="store_true", help="look at all files, however many there are")
    parsers["explain"].add_argument("name", metavar="NAME", help="a module's full name; it does not have to exist")
    selftest = parsers["selftest"]
    selftest.add_argument("--workspace", default="", metavar="DIR", help="the folder for the throw-away projects")
    selftest.add_argument(
        "--spark", action="store_true", help="try executors, starting a Spark session if none is active"
    )
    parsers["report"].add_argument("--output", metavar="FILE", help="the file to write (default: dbx-patch-report.txt)")
    parsers["completion"].add_argument("shell", choices=("bash", "zsh", "fish"), nargs="?", help="for which shell")
    parsers["completion"].add_argument("--names", metavar="START", help=argparse.SUPPRESS)
    add_options(parsers["simulate"])
    return parser, parsers


def _simulate(parser: Parser, argv: list[str]) -> int:
    from dbx_patch.commands.simulate import run
    from dbx_patch.simulator.__main__ import checked

    options, program = checked(parser, argv)
    return run(program, options)


def _status() -> Result:
    from dbx_patch.diagnosis.status import current_status

    return current_status(look=True)


def _verify(read_all: bool) -> Result:
    from dbx_patch.diagnosis.verify import verify_editable_installs

    return verify_editable_installs(verbose=False, read_all=read_all)


def _paths() -> Result:
    from dbx_patch.diagnosis.installs import list_installs

    return list_installs()


def _explain(parser: Parser, name: str) -> Result:
    from dbx_patch.diagnosis.explain import explain, why_no_name

    mistake = why_no_name(name)
    if mistake:
        parser.error(mistake)
    return explain(name)


def _demo() -> Result:
    from dbx_patch.commands.demo import run_demo

    return run_demo()


def _selftest(options: argparse.Namespace) -> Result:
    from dbx_patch.selftest.run import run_selftest

    def progress(step: str) -> None:
        rendering.show(f"dbx-patch selftest: {step}", sys.stderr)

    return run_selftest(options.workspace, options.spark, None if options.json else progress)


def _version(as_json: bool) -> int:
    if as_json:
        from dbx_patch.diagnosis.startup import PACKAGE

        print_json({"version": __version__, "python": platform.python_version(), "package": PACKAGE})
    else:
        print(f"dbx-patch {__version__} (Python {platform.python_version()})")
    return 0
