"""What a distribution requires, as its METADATA says; read without a library for it."""

import ast
import operator
import os
import platform
import re
import sys
from typing import Any, Callable, Dict, Iterator, Tuple

from dbx_patch.index.pth_files import lines_of, read_text

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_COMPARE: "Dict[type, Callable[[Any, Any], bool]]" = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}


def requirements_of(info: str) -> Iterator[Tuple[str, str]]:
    """Yield what a ``.dist-info`` folder requires here: a distribution's name, and the text that pip takes for it.

    What only an extra needs is left out, and so is what has a condition that cannot be told.
    """
    for line in lines_of(read_text(os.path.join(info, "METADATA")) or ""):
        if not line:  # the description follows
            return
        field, _, text = line.partition(":")
        if field.lower() == "requires-dist":
            requirement, _, marker = text.partition(";")
            name = _NAME.match(requirement.strip())
            if name and applies(marker.strip()):
                yield name.group(), requirement.strip()


def applies(marker: str) -> bool:
    """Tell whether a condition (PEP 508) surely holds for this interpreter; none always does.

    Its grammar is that of Python's comparisons.
    """
    try:
        return not marker or bool(_value(ast.parse(marker, mode="eval").body))
    except (KeyError, SyntaxError, TypeError, ValueError):
        return False


def _value(node: ast.AST) -> Any:
    """Return the value of a condition, or of a part of it. Raises KeyError for what is not known: an extra, say."""
    if isinstance(node, ast.BoolOp):
        values = [_value(part) for part in node.values]
        return all(values) if isinstance(node.op, ast.And) else any(values)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        left, right = node.left, node.comparators[0]
        is_version = any(isinstance(side, ast.Name) and "version" in side.id for side in (left, right))
        sides = [_version(_value(side)) if is_version else _value(side) for side in (left, right)]
        return _COMPARE[type(node.ops[0])](*sides)
    if isinstance(node, ast.Name):
        return _environment()[node.id]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise ValueError(ast.dump(node))


def _version(text: str) -> Tuple[int, ...]:
    return tuple(map(int, text.split(".")))


def _environment() -> Dict[str, str]:
    return {
        "python_version": "{}.{}".format(*sys.version_info),
        "python_full_version": "{}.{}.{}".format(*sys.version_info),
        "os_name": os.name,
        "sys_platform": sys.platform,
        "platform_system": platform.system(),
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "implementation_name": sys.implementation.name,
    }
