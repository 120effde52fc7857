"""Results as HTML: each layout has all its cells, words with a meaning are badges, and rows have a heading."""

from __future__ import annotations

import re

from dbx_patch.output.rendering import Command, Section, as_html


def parts(html: str, tag: str) -> list[str]:
    return [re.sub("<[^>]+>", "", part) for part in re.findall(rf"<{tag}[ >].*?</{tag}>", html, re.S)]


def test_a_table_has_all_rows_and_names_what_each_is_about() -> None:
    rows = [("applied", "one", "why"), ("other word", "two", ""), ("waiting",)]
    html = as_html("head <x>", [Section("Title", rows, head=("State", "Patch", "Why"))])
    assert parts(html, "h3") == ["head &lt;x&gt;"] and parts(html, "h4") == ["Title"]
    assert parts(html, "tr") == ["StatePatchWhy", "appliedonewhy", "other wordtwo", "waiting"]
    assert re.findall(r'scope="(\w+)"[^>]*>(?:<[^>]+>)?([^<]*)', html) == [
        ("col", "State"),
        ("col", "Patch"),
        ("col", "Why"),
        ("row", "one"),
        ("row", "other word"),
    ]
    assert "<th" not in as_html("", [Section("Title", [("alone",)])])


def test_words_with_a_meaning_are_badges() -> None:
    html = as_html("", [Section("T", [(word, "x") for word in ("applied", "failed", "warning", "note", "anything")])])
    badges = re.findall(r"<span style=\"background: (#\w+)[^>]*>(\w+)</span>", html)
    assert [word for _, word in badges] == ["applied", "failed", "warning", "note"]
    assert len({colour for colour, _ in badges}) == 4


def test_lists_lines_and_what_is_empty() -> None:
    items = [("error", "title", "the cause", Command("pip list\n# why"), Command("# only a remark"))]
    html = as_html("", [Section("A", items, layout="list")])
    assert parts(html, "strong") == ["title"] and "the cause" in html and ">error</span>" in html
    assert parts(html, "code") == ["pip list\n# why", "# only a remark"] and parts(html, "button") == ["Copy"]
    assert "execCommand(&#x27;copy&#x27;)" in html and "selectAllChildren" in html
    html = as_html("", [Section("B", [("first", "second")], layout="lines")])
    assert parts(html, "strong") == ["first"] and "second" in html
    html = as_html("", [Section("C", [], "there is none")])
    assert parts(html, "p") == ["there is none"] and "<table" not in html
    assert html.startswith("<div") and html.endswith("</div>") and html.count("<div") == html.count("</div>")


def test_a_row_of_words_with_a_meaning_is_about_its_first() -> None:
    html = as_html("", [Section("T", [("works", "refused")])])
    assert parts(html, "th") == ["works"] and parts(html, "td") == ["refused"]


def test_a_remedy_with_nothing_to_run_has_no_button() -> None:
    section = Section("T", [("note", "title", Command("# by hand,\n# and with care"))], layout="list")
    assert "<button" not in as_html("", [section])
    section = Section("T", [("note", "title", Command("# then\npip list"))], layout="list")
    assert parts(as_html("", [section]), "button") == ["Copy"]
