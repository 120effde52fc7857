"""Literals in installers' files mean what Python and JSON take them for; any other text is refused, and soon."""

from __future__ import annotations

import ast
import json
import pprint
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbx_patch.index.literals import NotLiteral, arguments, assigned, literal
from support.drawn import PIECES, bounded, characters, json_values, python_values, texts


@bounded
@given(value=json_values, ascii_only=st.booleans(), indent=st.sampled_from([None, 0, 2, "\t"]))
def test_json_means_what_it_means_to_json(value: Any, ascii_only: bool, indent: Any) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert repr(literal(text)) == repr(json.loads(text))


@bounded
@given(value=python_values, width=st.sampled_from([1, 40, 10**6]))
def test_python_literals_mean_what_they_mean_to_python(value: Any, width: int) -> None:
    for text in (repr(value), ascii(value), pprint.pformat(value, width=width), f" {value!r}\n"):
        assert literal(text) == ast.literal_eval(text.strip()) and type(literal(text)) is type(value)


@bounded
@given(
    mapping=st.dictionaries(texts, texts, max_size=4),
    before=texts,
    after=texts,
    kind=st.sampled_from(["", ": dict[str, str]"]),
)
def test_an_assignment_is_read_from_its_line(mapping: dict[str, str], before: str, after: str, kind: str) -> None:
    around = before.replace("MAPPING", "")
    assert (
        assigned(f"# {around}\nMAPPINGS = 1\nOTHER = 1\nMAPPING{kind} = {mapping!r}\n{after}\n", "MAPPING") == mapping
        or "\nMAPPING" in around
    )


@bounded
@given(text=st.text(characters) | st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_text_is_a_literal_or_is_refused(text: str) -> None:
    try:
        value = literal(text)
    except NotLiteral:
        return
    assert isinstance(value, (str, int, float, dict, list, tuple, set, type(None)))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "[" * 500_000,
            "{1:" * 300_000,
            "(" * 500_000 + ")" * 500_000,
            "[" + "[]," * 300_000,
            "9" * 3_000_000,
            "[" + "1," * 300_000,
        ),
        *(
            '"' + "\\" * 1_000_000,
            '"' + "\\u" * 300_000,
            "'a'" * 300_000,
            "1e" + "9" * 30,
            "-" * 10**6,
            " " * 3_000_000,
            "''" * 500_000 + "x",
        ),
        *(
            '"' + "\\ud83d" * 100_000 + '"',
            '{"a": ' * 100_000 + "1",
            "{" + "[]:1," * 10,
            "{[1]}",
            "{{}}",
            "0" * 41,
            "1_0_" * 8,
            "\\",
            "",
        ),
    ],
    ids=lambda text: f"{text[:8]}*{len(text)}",
)
def test_hostile_text_ends_soon(text: str) -> None:
    started = time.process_time()
    try:
        literal(text)
    except NotLiteral:
        pass
    assert time.process_time() - started < 3  # a few tenths; what is quadratic takes minutes


@pytest.mark.parametrize(
    "call, found",
    [
        ("f()", None),
        ("no call", None),
        (")", None),
        ("f(", None),
        ("'a', 'b'", None),
        ("f('a',)", ("a",)),
        ("f('a'", None),
        ("f('a')", ("a",)),
        ("f( 'a' , {'b': [1]},)", ("a", {"b": [1]})),
        ("f('a', name)", ("a",)),
        ("f('a', b='c')", ("a",)),
        ("f('a' + 'b')", None),
        ("f('a' 'b', ('c',), d())", ("ab", ("c",))),
        ("f('a'; 'b')", None),
    ],
)
def test_the_literal_arguments_that_a_call_begins_with(call: str, found: object) -> None:
    assert arguments(call) == found


@pytest.mark.parametrize(
    "text",
    ["{1: 2, 3}", "{1, 2: 3}", "[1 2]", "{'a': 1 'b': 2}", "[1", "(1, 2", "x", "1 2", "'a' 1", "[,]", "'a", "{1:}"],
)
def test_what_is_no_literal_is_refused(text: str) -> None:
    with pytest.raises(NotLiteral):
        literal(text)


def test_depth_and_length_are_bounded() -> None:
    assert (
        literal("[" * 40 + "]" * 40)
        and arguments("f(" + "[" * 40 + "]" * 40 + ")")
        and literal("9" * 40) == int("9" * 40)
    )
    for text in ("[" * 41 + "]" * 41, "9" * 41):
        with pytest.raises(NotLiteral, match=r"deep|long"):
            literal(text)


def test_the_line_that_assigns_a_name_is_found_among_others() -> None:
    source = "NAMES = 1\nNAME_2 = 2\n NAME = 3\nNAME\nNAME == 4\nNAME: 'x' = 5\nNAME = 6\n"
    assert assigned(source, "NAME_2") == 2 and assigned("NAME = 7", "NAME") == 7 and assigned(source, "NAMES") == 1
    assert assigned("NAMES = 1\nNAME: dict[str, str] = {}\nNAME = 6", "NAME") == {}
    for source in ("", "NAMES = 1", "NAME", "OTHER = 1\n", "x.NAME = 1"):
        with pytest.raises(NotLiteral, match="no line assigns NAME"):
            assigned(source, "NAME")


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"b":[1,2],"c":{}}',
        '"\\ud83d\\ude00"',
        '"a\\ude00"',
        '"\\ude00"',
        '"\\ud83d"',
        '"\\ud83da"',
        '"\\ud83d\\ud83d"',
    ],
)
def test_json_without_blanks_and_with_halves_of_surrogates(text: str) -> None:
    assert literal(text) == json.loads(text)
