"""How the command line tells of a mistake: by its name, with what was probably meant, and with exit status 2."""

from __future__ import annotations

import argparse
import difflib
import json
from typing import Any, Iterable, NoReturn

from dbx_patch.output.results import SCHEMA


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that suggests options, and that does not hide that its help could not be written."""

    def error(self, message: str) -> NoReturn:
        words = message.partition("unrecognized arguments: ")[2].split()
        options = [option for option in self._option_string_actions if option.startswith("--")]
        near = [did_you_mean(word.partition("=")[0], options) for word in words if word.startswith("-")]
        super().error(message + "".join(near[:1]))

    def _print_message(self, message: str, file: Any = None) -> None:
        if file is not None:  # None: a process without a console
            file.write(message)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question to put behind a message, or nothing."""
    near = difflib.get_close_matches(word, list(known), 1, 0.5)
    return f". Did you mean {near[0]!r}?" if near else ""


def print_json(data: dict[str, Any]) -> None:
    """Print ``data`` as JSON in ASCII, which every terminal and pipe can take."""
    print(json.dumps({"schema": SCHEMA, **data}, indent=2))
