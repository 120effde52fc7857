"""Text fits the terminal and breaks no path at a blank; HTML fits a narrow column; both are safe with any name."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import shutil
import struct
import subprocess
import termios
from html.parser import HTMLParser

import pytest

from dbx_patch.output.rendering import Command, Section, as_html, as_text, width_of


def test_hostile_names_are_escaped() -> None:
    evil = "<script>alert('x')</script>\033[2J\udcff\n& more"
    sections = [
        Section(evil, [(evil, evil)]),
        Section("list", [("error", evil, evil, Command(evil))], layout="list"),
        Section("none", [], evil),
    ]
    html, text = as_html(evil, sections), as_text(evil, sections)
    assert "<script" not in html and "&lt;script&gt;" in html
    assert "\033" not in text + html and "\udcff" not in text + html
    html.encode()
    text.encode()


def test_text_is_aligned_and_wrapped() -> None:
    path = "/Workspace/Users/first.last@company.com/" + "a folder/" * 12
    rows = [("applied", "short", path), ("failed", "a much longer name", "word " * 40), ("x",)]
    remedy = Command(f"# {'why ' * 40}\npip uninstall -y '{path}'")
    lines = as_text(
        "head " * 40, [Section("Table", rows), Section("List", [("error", path, path, remedy)], layout="list")]
    )
    long = [line for line in lines.splitlines() if len(line) > 80]
    assert long == [f"      pip uninstall -y '{path}'"]
    starts = {
        line.index(word) for line in lines.splitlines() for word in ("/Workspace/Users/first", "word") if word in line
    }
    assert starts >= {31} and "  applied  short               /Workspace" in lines


PATH = "/Workspace/Users/first.last@company.com/my first project/a very old copy"
LONG = "/Workspace/Users/first.last@company.com/my first project/the second part of it/the third part/src/acme"


def lines_with(text: str, word: str) -> list[str]:
    return [line for line in text.splitlines() if word in line]


@pytest.mark.parametrize("width", [50, 80, 160])
def test_no_path_is_broken_at_a_blank(width: int) -> None:
    said = f"It lies in {PATH} today, and was in {LONG} before. " * 2
    sections = [Section("List", [("error", said, said)], layout="list"), Section("Table", [("x", PATH), ("y", LONG)])]
    text = as_text(said, sections, width=width, paths=[PATH, LONG])
    whole = {PATH, LONG}
    parts = {part for path in whole for part in re.findall(r"[^/]+/?", path)}
    for line in text.splitlines():
        assert len(line) <= width
    for part in (part for part in parts if " " in part):
        flat = text.replace("\n", " ")
        assert text.count(part) == re.sub(r"\s+", " ", flat).count(part), (width, part)
    if width > 120:
        assert lines_with(text, "  x  " + PATH) and lines_with(text, "  y  " + LONG)


def test_a_path_that_nobody_has_named_is_known_by_its_slashes() -> None:
    text = as_text("word " * 12 + "/Workspace/my first project/src/acme.py has it", [], width=80)
    assert text.splitlines()[1] == "/Workspace/my first project/src/acme.py has it"


def test_a_table_that_is_too_wide_for_the_terminal_is_laid_out_below_one_another() -> None:
    rows = [("applied", "workspace_import_machinery", "because of this and of that"), ("waiting", "x", "")]
    demo = [("workspace hook", "a library imports the notebook's helper", "refused", "works")]
    sections = [Section("A", rows), Section("B", demo, head=("Layer", "What", "Without", "With"))]
    assert as_text("", sections, width=50).splitlines()[2:] == [
        "  applied  workspace_import_machinery",
        "    because of this and of that",
        "  waiting  x",
        "",
        "B",
        "  workspace hook",
        "    a library imports the notebook's helper",
        "    without: refused",
        "    with: works",
    ]
    assert as_text("", sections).splitlines()[6].split() == ["LAYER", "WHAT", "WITHOUT", "WITH"]
    assert "\033[32mapplied\033[0m  workspace" in as_text("", sections, colour=True, width=50)


class Tables(HTMLParser):
    """The width that each table's columns need at the least, in pixels of 14-pixel text; and what a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.least: list[dict[int, float]] = []
        self.tags: list[str] = []
        self.column, self.style = 0, ""
        self.clicks: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        style = dict(attrs).get("style") or ""
        if tag == "table":
            self.least.append({})
        elif tag == "tr":
            self.column = 0
        elif tag in ("td", "th"):
            self.column, self.style = self.column + 1, style
        elif tag == "button":
            self.clicks.append(dict(attrs)["onclick"] or "")

    def handle_data(self, data: str) -> None:
        if self.column and self.least:
            minimum = re.search(r"min-width: (\d+)em", self.style)
            needed = 14 * int(minimum[1]) if minimum else 8 * max(map(len, data.split() or [""]))
            if "nowrap" in self.style:
                needed = 8 * len(data)
            assert "nowrap" in self.style or minimum or self.tags[-1] == "th", "a column must not shrink to nothing"
            self.least[-1][self.column] = max(self.least[-1].get(self.column, 0), needed + 8)


def test_html_has_headings_and_fits_a_narrow_column() -> None:
    rows = [("applied", "executor_wsfs_import_hook", LONG), ("not_applicable", "x", "word " * 40)]
    demo = [("workspace hook", "a library imports the notebook's helper", "refused", "refused")]
    sections = [
        Section("A", rows, head=("State", "Patch", "Why")),
        Section("B", demo, head=("Layer", "What", "Without", "With")),
        Section("C", [(PATH, LONG)]),
    ]
    page = Tables()
    page.feed(as_html("Everything", sections))
    assert page.tags.count("h3") == 1 and page.tags.count("h4") == 3
    assert page.tags.count("th") == 3 + 2 + 4 + 1 + 1, "columns have names, and rows what they are about"
    assert len(page.least) == 3 and all(sum(columns.values()) <= 400 - 14 for columns in page.least), page.least


def test_a_command_has_a_button_that_copies_it() -> None:
    command = Command("# why\npip uninstall -y 'a b' && echo \"<x>\"")
    html = as_html("x", [Section("Findings", [("error", "y", "z", command, Command("# no command"))], layout="list")])
    page = Tables()
    page.feed(html)
    assert page.tags.count("button") == 1, "there is nothing to copy in a comment"
    assert "<script" not in html and "src=" not in html
    assert re.search(r"</button><pre [^>]*><code", html)
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node to click with")
    stub = """
const selected = [], button = {nextElementSibling: "the command", textContent: "Copy"};
globalThis.window = {getSelection: () => ({removeAllRanges() {}, selectAllChildren: node => selected.push(node)})};
const said = [true, false].map(allowed => {
    globalThis.document = {execCommand: word => word === "copy" && allowed};
    (function () { CLICK }).call(button);
    return button.textContent;
});
console.log(JSON.stringify([selected, said]));
""".replace("CLICK", page.clicks[0])
    done = subprocess.run([node, "-e", stub], capture_output=True, text=True, timeout=60)
    assert done.stdout == '[["the command","the command"],["Copied","Press Ctrl+C"]]\n', done.stderr


@pytest.mark.parametrize(("columns", "width"), [("50", 50), ("160", 160), ("", 80), ("wide", 80)])
def test_a_terminals_width(monkeypatch: pytest.MonkeyPatch, columns: str, width: int) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        assert width_of(terminal) == width
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 64, 0, 0))
        assert width_of(terminal) == (width if columns.isdecimal() else 64)
    os.close(ours)
    assert width_of(io.StringIO()) == 80, "what is no terminal looks the same everywhere"
