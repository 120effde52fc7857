"""Makes what the documents show of the program: ``python tests/shipped/document_outputs.py [--write]``.

A block between ``<!-- made by tests/shipped/document_outputs.py: WHAT -->`` and ``<!-- end -->`` is a file that the
tests run (``file PATH``), a table that they made (``markdown PATH``), the list of ``modules``, or what a command prints
(one of `OUTPUTS`) in an environment made here, with real editable installs. ``--write`` remakes the blocks in place.
What differs is printed; without ``--write`` the exit status is then 1.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import functools
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent.parent
BLOCK = re.compile(r"(<!-- made by tests/shipped/document_outputs\.py: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)
LANGUAGES = {
    ".ipy": "python",
    ".json": "json",
    ".sh": "bash",
    ".yml": "yaml",
    ".txt": "text",
    ".toml": "toml",
}
HOME = "Workspace/Users/first.last@company.com"
PYPROJECT = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "{name}-project"
version = "1.0"
"""
# Paths are replaced before a result is laid out, because where its lines break depends on them.
SHOWING = """
import re

def plain(value):
    if isinstance(value, str):
        text = value.replace({folder!r} + "/env", "/databricks/python3").replace({folder!r}, "")
        return type(value)(re.sub(r"python3[.][0-9]+/site-packages", "python3.12/site-packages", text))
    if isinstance(value, (list, tuple)):
        return type(value)(map(plain, value))
    if isinstance(value, dict):
        return {{plain(key): plain(item) for key, item in value.items()}}
    if hasattr(value, "__dataclass_fields__"):
        for name, item in vars(value).items():
            object.__setattr__(value, name, plain(item))
    return value
"""
COMMAND = """
import sys
from dbx_patch.commands import cli
from dbx_patch.output import rendering

show = rendering.show
rendering.show = lambda result, *stream: show(plain(result), *stream)
sys.exit(cli.main(sys.argv[1:]))
"""
NOTEBOOK = """
import sys
from dbx_patch.simulator import simulate

workspace, notebook, *cells = sys.argv[1:]
report = simulate(cells, workspace=workspace, notebook=notebook, runtime="modern")
failed = [cell.traceback for cell in report.cells if not cell.ok]
assert not failed and len(report.cells) == len(cells), (failed, report)
print(report.cells[-1].value)
"""


class Scene:
    """An environment and a workspace: a project, one that is gone since it was installed, and a notebook."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.home = self.folder / HOME
        self.python = self.folder / "env/bin/python"
        self.notebook = self.home / "notebooks/report"
        run([sys.executable, "-m", "venv", self.folder / "env"])  # with pip, which remedies then name
        for hook in self.folder.glob("env/lib/*/site-packages/distutils-precedence.pth"):
            hook.unlink()  # older Pythons bring setuptools, whose finder would show
        self.install(ROOT)
        for name, project in (("pipelines", "my project"), ("churn", "old")):
            sources = self.home / project / "src" / name
            sources.mkdir(parents=True)
            (sources / "__init__.py").touch()
            (sources / "sub.py").touch()
            (self.home / project / "pyproject.toml").write_text(PYPROJECT.format(name=name))
            self.install("-e", self.home / project)
        self.notebook.parent.mkdir()
        shutil.rmtree(self.home / "old")

    def install(self, *what: str | Path) -> None:
        """Let pip install something, with the build backends that the tests have; nothing is downloaded."""
        command = [self.python, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
        environ = {"PYTHONPATH": sysconfig.get_path("purelib"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        run([*command, *what], **environ)

    def command(self, *arguments: str) -> str:
        """Return what ``dbx-patch ARGUMENTS`` prints in a shell on Databricks."""
        code = SHOWING.format(folder=str(self.folder)) + COMMAND
        return run([self.python, "-c", code, *arguments], fine=(0, 1), DATABRICKS_RUNTIME_VERSION="17.3", NO_COLOR="1")

    def in_notebook(self, *cells: str) -> str:
        """Return the text of the result that the last cell ends with, in a simulated notebook."""
        last = SHOWING.format(folder=str(self.folder)) + f"import dbx_patch\nplain({cells[-1]}).text()"
        return run([self.python, "-c", NOTEBOOK, self.folder / "Workspace", self.notebook, *cells[:-1], last])


def run(command: list[str | Path], fine: tuple[int, ...] = (0,), **environ: str) -> str:
    """Run a command without the settings of this process; return what it prints."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DBX_PATCH_", "PYTHON", "COV"))}
    line = [str(part) for part in command]
    done = subprocess.run(line, env={**kept, **environ}, capture_output=True, text=True, timeout=300, cwd="/")
    if done.returncode not in fine or done.stderr:
        raise RuntimeError(f"{line} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout.rstrip("\n")


def a_notebook_in_a_package(scene: Scene) -> str:
    """``verify`` where one project is gone, and one has a notebook in its package."""
    file = scene.home / "my project/src/pipelines/explore.py"
    file.write_text("# Databricks notebook source\n")
    try:
        return scene.command("verify")
    finally:
        file.unlink()


# name -> what makes the text
OUTPUTS: dict[str, Callable[[Scene], str]] = {
    "verify": lambda scene: scene.command("verify"),
    "verify-more": a_notebook_in_a_package,
    "paths": lambda scene: scene.command("paths"),
    "explain": lambda scene: scene.in_notebook("dbx_patch.explain('pipelines.sub', verbose=False)"),
    "status": lambda scene: scene.in_notebook("import pipelines.sub", "dbx_patch.check_patch_status(verbose=False)"),
    "demo": lambda scene: re.sub(r", [0-9.]+ s:", ", 2.0 s:", scene.command("demo")),
}


def documents(root: Path = ROOT) -> Iterator[Path]:
    """Every document that people read."""
    yield from (root / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"))
    yield from sorted((root / "docs").glob("*.md"))


def modules() -> str:
    """The modules of the package by folder, each with what its docstring's first line says."""
    lines = ["| module | |\n|---|---|\n"]
    package = ROOT / "src/dbx_patch"
    for file in sorted(package.rglob("*.py"), key=lambda file: (file.parent, file.stem != "__init__", file.stem)):
        name = file.relative_to(package).with_suffix("").as_posix()
        if "runtimes" not in file.parts and name != "_version":
            docstring = ast.get_docstring(ast.parse(file.read_text())) or ""
            says = docstring.split("\n")[0].replace("|", "\\|")
            says = re.sub(r"(?::\w+:)?`+([^`]+)`+", r"`\1`", says)
            lines.append(f"| `{name}` | {says} |\n")
    return "".join(lines)


def block(what: str, output: Callable[[str], str]) -> str:
    """Return the text of a block: a table as it is; a file of the checkout's or an output, fenced."""
    if what == "modules":
        return modules()
    kind, _, path = what.partition(" ")
    if kind not in ("file", "markdown"):
        return f"```text\n{output(what)}\n```\n"
    text = (ROOT / path).read_text()
    if kind == "markdown":
        return text
    return f"```{LANGUAGES[Path(path).suffix]}\n{text.rstrip()}\n```\n"


def remade(text: str, output: Callable[[str], str]) -> str:
    """Return a document's text with each block made anew."""
    return BLOCK.sub(lambda match: match[1] + block(match[2], output) + match[3], text)


def main() -> int:
    """Remake the blocks of all documents, or name the documents in which one differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write what differs")
    write = parser.parse_args().write
    differ = []
    with tempfile.TemporaryDirectory() as folder:
        scene = functools.lru_cache(None)(lambda: Scene(Path(folder)))
        output = functools.lru_cache(None)(lambda name: OUTPUTS[name](scene()))
        for document in documents():
            text = document.read_text()
            new = remade(text, output)
            if new != text:
                differ.append(document)
                if write:
                    document.write_text(new)
                name = str(document.relative_to(ROOT))
                sys.stdout.writelines(
                    difflib.unified_diff(text.splitlines(True), new.splitlines(True), name, name, n=1)
                )
    return 1 if differ and not write else 0


if __name__ == "__main__":
    sys.exit(main())
