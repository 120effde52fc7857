"""Reads notebooks: what their cells are, and which lines are magics. Part of the simulator, not of the runtime."""

from __future__ import annotations

import ast
import json
import os
from dataclasses import dataclass
from typing import Any, List, Optional

HEADER = "# Databricks notebook source"
_SEPARATOR, _MAGIC, _TITLE = "# COMMAND ----------", "# MAGIC", "# DBTITLE"
#: What a magic line becomes; the notebook's namespace has a function of that name.
CALL = "__simulated_magic__"
_TEXT = ("md", "html")
_OTHER_LANGUAGES = ("sql", "scala", "r", "fs")


class NotPython(Exception):
    """A notebook in another language, or a file that is no notebook after all."""


@dataclass
class NotebookCell:
    """A cell. *language*: python, sh, text, or the magic of a language that is not simulated."""

    number: int
    language: str
    source: str


def is_notebook(file: str) -> bool:
    """By its name, or by its first line."""
    if file.endswith(".ipynb"):
        return True
    with open(file, "rb") as stream:
        return file.endswith(".py") and stream.read(len(HEADER)).decode("utf-8", "replace") == HEADER


def read_notebook(file: str) -> List[NotebookCell]:
    """The cells with something in them; `NotPython` if it cannot be run."""
    with open(file, encoding="utf-8") as stream:
        text = stream.read()
    sources = _from_json(text, file) if file.endswith(".ipynb") else _from_source(text)
    cells = [_cell(number, source) for number, source in enumerate(sources, 1)]
    return [cell for cell in cells if cell.source.strip()]


def _from_source(text: str) -> List[str]:
    """A notebook that was exported as source: cells between separators, magics behind comment signs."""
    cells: List[List[str]] = [[]]
    for line in text.splitlines()[1:]:
        if line.strip() == _SEPARATOR:
            cells.append([])
        elif line.startswith(_MAGIC):
            cells[-1].append(line[len(_MAGIC) + 1 :])
        elif not line.startswith(_TITLE):
            cells[-1].append(line)
    return ["\n".join(lines).strip("\n") for lines in cells]


def _from_json(text: str, file: str) -> List[str]:
    try:
        notebook: Any = json.loads(text)
        cells = notebook["cells"]
    except (ValueError, KeyError, TypeError) as error:
        raise NotPython(f"{file} is no notebook: {error!r}") from None
    metadata = notebook.get("metadata", {})
    databricks = metadata.get("application/vnd.databricks.v1+notebook", {})
    language = databricks.get("language") or metadata.get("language_info", {}).get("name") or "python"
    if language != "python":
        raise NotPython(f"{file} is a notebook in {language}, and only Python is simulated")
    return ["".join(cell["source"]) if cell.get("cell_type") == "code" else "" for cell in cells]


def _cell(number: int, source: str) -> NotebookCell:
    lines = source.strip("\n").split("\n")
    if not lines[0].startswith("%"):
        return NotebookCell(number, "python", source)
    word, _, options = lines[0].lstrip("%").partition(" ")
    rest = "\n".join([options, *lines[1:]])
    if word in _TEXT:
        return NotebookCell(number, "text", "")
    if word in _OTHER_LANGUAGES:
        return NotebookCell(number, "%" + word, rest)
    if word in ("sh", "bash"):
        return NotebookCell(number, "sh", rest)
    if word == "python":
        return NotebookCell(number, "python", rest)
    if lines[0].startswith("%%"):  # %%time and its like are about the cell, and take options
        return NotebookCell(number, "python", "\n".join(["", *lines[1:]]))
    return NotebookCell(number, "python", source)


def as_python(source: str) -> str:
    """*source* with its magic lines as calls. What Python can read as it stands has none."""
    try:
        ast.parse(source)
    except SyntaxError:
        return "\n".join(_line(line) for line in source.split("\n"))
    return source


def _line(line: str) -> str:
    code = line.lstrip()
    indent = line[: len(line) - len(code)]
    if code.startswith("!"):
        return f"{indent}{CALL}('sh', {code[1:].strip()!r})"
    if not code.startswith("%"):
        return line
    word, _, rest = code.lstrip("%").partition(" ")
    if word in ("time", "timeit"):
        return indent + rest
    return f"{indent}{CALL}({word!r}, {rest.strip()!r})"


def find_notebook(named: str, folder: str) -> Optional[str]:
    """The file that ``%run`` names, with or without its suffix, seen from *folder*."""
    path = os.path.join(folder, named.strip("\"'"))
    return next((path + suffix for suffix in ("", ".py", ".ipynb") if os.path.isfile(path + suffix)), None)
