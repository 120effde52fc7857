"""Whether a module that this process has loaded is still what its file says. Nothing is imported or executed."""

import ast
import os
import sys
import time
from types import CodeType, FunctionType, ModuleType
from typing import Any, Dict, Iterator, List, Set, Tuple

from dbx_patch.index.pth_files import read_text

Namespace = Dict[str, Any]


def loaded_files() -> List[Tuple[str, str, Namespace]]:
    """Return the modules of this process that have a source file: name, file and namespace of each.

    A module that is to load at its first use is not touched, which would load it.
    """
    found = []
    for name, module in list(sys.modules.items()):
        if isinstance(module, ModuleType):
            namespace = object.__getattribute__(module, "__dict__")
            file = namespace.get("__file__")
            if isinstance(file, str) and file.endswith(".py"):
                found.append((name, file, namespace))
    return found


def started() -> float:
    """Return when this process started, by the clock that files have; 0 where the system does not tell."""
    try:
        with open("/proc/self/stat", "rb") as stream:
            ticks = int(stream.read().rpartition(b")")[2].split()[19])
        with open("/proc/uptime", "rb") as stream:
            up = float(stream.read().split()[0])
        return time.time() - (up - ticks / os.sysconf("SC_CLK_TCK"))
    except (OSError, ValueError, IndexError):
        return 0.0


def differs(file: str, namespace: Namespace) -> bool:
    """Tell whether a file has other code than what was loaded from it.

    By what cannot change without it: the functions that were loaded have no equal in the file, a function or class of
    the file was not loaded, or a constant has another value. A program may bind its other globals as it likes.
    """
    source = read_text(file)
    try:
        tree = ast.parse(source or "")
        now = set(_codes(compile(tree, file, "exec", dont_inherit=True)))
    except (SyntaxError, ValueError, RecursionError):
        return source is not None  # it had loaded
    if any(code not in now for code in _loaded_codes(file, namespace)):
        return True
    defined, removed = _defined(tree)
    constants = {name: value for name, value in _constants(tree).items() if name not in removed}
    return any(name not in namespace for name in defined - removed) or any(
        namespace.get(name, value) != value for name, value in constants.items()
    )


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


def _loaded_codes(file: str, namespace: Namespace) -> Iterator[CodeType]:
    """Yield the code of the functions and methods that were made from a file, by whoever holds them here."""
    values = list(namespace.values())
    for value in (value for value in values if isinstance(value, type)):
        if value.__module__ == namespace.get("__name__"):
            values += vars(value).values()
    for value in values:
        function = getattr(value, "__func__", value) if isinstance(value, (classmethod, staticmethod)) else value
        if isinstance(function, FunctionType) and function.__code__.co_filename == file:
            yield function.__code__


def _defined(tree: ast.Module) -> Tuple[Set[str], Set[str]]:
    """Return the functions and classes at the top of a module, and the names that it deletes or declares global."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    defined = {node.name for node in tree.body if isinstance(node, kinds)}
    removed: Set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            removed.update(node.names)
        elif isinstance(node, ast.Delete):
            removed.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return defined, removed


def _constants(tree: ast.Module) -> Namespace:
    """Return the names in capitals that a module binds once, at its top, to a number or a text."""
    found: Namespace = {}
    bound = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and node.value.value is not None:
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            found.update({name: node.value.value for name in names if name.isupper() and bound.count(name) == 1})
    return found
