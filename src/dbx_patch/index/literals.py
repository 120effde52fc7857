"""Python and JSON literals, read without importing ``ast`` or ``json`` and without running anything.

The index is read inside the import system, where importing is forbidden (EDITABLES.md, "Traps"), and from files
that anyone may have written: CPython's own parser can be made to print warnings or to overflow its stack by such
text, so it is not asked. What is understood is what installers write: strings, numbers, dicts, lists, tuples,
sets, and the constants of both languages.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List, Optional, Tuple

_MAX_DEPTH = 40  # written by machines for machines: what is deeper is not what an installer leaves
_CONSTANTS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "a": "\a", "v": "\v", "0": "\0", "\n": ""}
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_BLANKS = " \t\r\n"
_AFTER = (",", ":", "}", "]", ")")


class NotLiteral(ValueError):
    """The text is no literal, or none that an installer writes."""


def literal(text: str) -> "Any":
    """Return the value of a Python or JSON literal.

    Raises :class:`NotLiteral` for anything else: a call, an operator, a syntax error, hostile nesting.
    """
    try:
        value, position = _value(text, _skip(text, 0), 0)
    except (IndexError, TypeError, ValueError, OverflowError) as error:
        raise NotLiteral(str(error)) from None
    if _skip(text, position) != len(text):
        raise NotLiteral(f"more text at {position}")
    return value


def assigned(source: str, name: str) -> "Any":
    """Return the literal that module text ``source`` assigns to ``name`` on one line, annotated or not.

    Raises :class:`NotLiteral` where no line does.
    """
    text = "\n" + source
    start = text.find("\n" + name)
    while start >= 0:
        target, equals, value = text[start + 1 : (text + "\n").find("\n", start + 1)].partition("=")
        if equals and target.partition(":")[0].strip() == name:
            return literal(value)
        start = text.find("\n" + name, start + 1)  # that was another name, which begins alike
    raise NotLiteral(f"no line assigns {name}")


def arguments(line: str) -> "Optional[Tuple[Any, ...]]":
    """Return the leading positional arguments of a call ``f(…)`` that are literals, or None where it has none."""
    position = line.find("(") + 1
    found = []
    try:
        while position:
            value, position = _value(line, _skip(line, position), 0)
            position = _skip(line, position)
            if line[position] not in ",)":
                break
            found.append(value)
            if line[position] == ",":
                position = _skip(line, position + 1)
    except (IndexError, TypeError, ValueError, OverflowError):
        pass  # the first argument that is no literal ends the list, as the closing bracket does
    return tuple(found) or None


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in _BLANKS:
        position += 1
    return position


def _value(text: str, position: int, depth: int) -> "Tuple[Any, int]":
    first = text[position]
    if first in "'\"":
        end = text.index(first, position + 1)
        string = text[position + 1 : end]
        if "\\" not in string and text[end + 1 : end + 2] in _AFTER:  # as nearly all are
            return string, end + 1
        return _strings(text, position)
    if first in _CLOSING:
        if depth == _MAX_DEPTH:
            raise NotLiteral("nested too deeply")
        return _collection(text, position, depth + 1)
    for word in _CONSTANTS:
        if text.startswith(word, position):
            return _CONSTANTS[word], position + len(word)
    end = position
    while end < len(text) and (text[end].isalnum() or text[end] in "+-._"):
        end += 1
    word = text[position:end]
    if len(word) > 40:  # int() of a huge text takes quadratic time
        raise NotLiteral("a number too long")
    return (float(word) if any(c in word for c in ".eE") else int(word)), end


def _collection(text: str, position: int, depth: int) -> "Tuple[Any, int]":
    opening, closing = text[position], _CLOSING[text[position]]
    keys, values, commas = [], [], 0
    position = _skip(text, position + 1)
    while text[position] != closing:
        value, position = _value(text, position, depth)
        if text[position] in _BLANKS:
            position = _skip(text, position)
        if opening == "{" and text[position] == ":":
            keys.append(value)
            value, position = _value(text, _skip(text, position + 1), depth)
            if text[position] in _BLANKS:
                position = _skip(text, position)
        values.append(value)
        if text[position] == ",":
            commas += 1
            position = _skip(text, position + 1)
        elif text[position] != closing:
            raise NotLiteral(f"no comma at {position}")
    position += 1
    if opening == "[":
        return values, position
    if opening == "(":
        return (values[0] if len(values) == 1 and not commas else tuple(values)), position
    if keys and len(keys) != len(values):
        raise NotLiteral("neither a dict nor a set")
    return (dict(zip(keys, values)) if keys or not values else set(values)), position


def _strings(text: str, position: int) -> "Tuple[str, int]":
    """Read one string, and those beside it that Python would join to it."""
    whole = ""
    while position < len(text) and text[position] in "'\"":
        quote, start = text[position], position + 1
        end = text.index(quote, start)
        if "\\" in text[start:end]:
            part, end = _escaped(text, start, quote)
        else:
            part = text[start:end]
        whole += part
        position = _skip(text, end + 1)
    return whole, position


def _escaped(text: str, position: int, quote: str) -> "Tuple[str, int]":
    parts = []
    end = -1
    while text[position] != quote:
        if end < position:  # asked once per quote and not once per escape: that would take quadratic time
            end = text.find(quote, position)
            end = len(text) if end < 0 else end
        stop = text.find("\\", position, end)
        stop = end if stop < 0 else stop
        parts.append(text[position:stop])
        position = stop
        if text[position] == "\\":
            kind = text[position + 1]
            digits = _HEX_DIGITS.get(kind, 0)
            if digits:
                parts.append(chr(int(text[position + 2 : position + 2 + digits], 16)))
            else:
                parts.append(_ESCAPES.get(kind, kind if kind in "\\'\"/" else "\\" + kind))
            position += 2 + digits
    return _joined_surrogates("".join(parts)), position


def _joined_surrogates(text: str) -> str:
    """JSON writes what is beyond U+FFFF as two surrogates; Python's strings have it as one character."""
    joined: List[str] = []
    for character in text:
        if joined and "\udc00" <= character <= "\udfff" and "\ud800" <= joined[-1] <= "\udbff":
            high = ord(joined.pop()) - 0xD800
            character = chr(0x10000 + (high << 10) + ord(character) - 0xDC00)
        joined.append(character)
    return "".join(joined)
