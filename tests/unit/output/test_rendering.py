"""Text is aligned, wrapped and safe for a terminal; HTML escapes whatever a name holds."""

from __future__ import annotations

from dbx_patch.output.rendering import Command, Section, as_html, as_text


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
