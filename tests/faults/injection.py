"""Raises an exception in place of a call that dbx-patch makes; runs in the interpreter under test.

A call site is a bytecode position in one of our functions, with what is called there: Python functions and C
functions alike, imports included. :meth:`Injector.sites` learns them by watching; :meth:`Injector.attack` makes one of
them raise, once.
"""

from __future__ import annotations

import ast
import builtins
import os
import sys
from types import CodeType, FrameType
from typing import Any, Callable, Dict, List, Optional, Tuple

Site = Tuple[str, str, int, int, str]  # module, function, its first line, bytecode position, callee

# Room upon room of what runs inside other people's imports; the rest (CLI, reports) runs when a user asks for it.
ENGINE = (
    *("_dbx_patch_bootstrap", "__init__", "hooks.__init__", "hooks.loaders", "hooks.journal", "hooks.watching"),
    *("hooks.precedence", "hooks.answers", "hooks.portions", "hooks.fallback", "hooks.callers", "hooks.sys_path"),
    *("hooks.rationed", "hooks.applied", "hooks.upkeep", "index.workspace"),
    *("index.pth_files", "index.literals", "index.readers", "index.dist_info", "index.install", "index.source_roots"),
    *("index.scan", "index.site_folder", "index.snapshot", "patches.wrapping", "patches.sys_path_init_patch"),
    *("patches.wsfs_import_hook_patch", "patches.python_path_hook_patch", "patches.autoreload_hook_patch"),
)
# Functions of ours that hand over to a foreign one: what comes out of them may be that one's own, not ours to swallow.
DELEGATES = {
    *(("hooks.__init__", "ask_others"), ("hooks.fallback", "resolve"), ("hooks.precedence", "answer")),
    *(("patches.wsfs_import_hook_patch", "is_user_import"), ("patches.wsfs_import_hook_patch", "find_spec")),
    *(("patches.sys_path_init_patch", "then_put_paths_back"), ("hooks.rationed", "find_spec")),
    ("hooks.rationed", "_fill_cache"),  # CPython's own, which lists the folder
    *(("hooks.loaders", "exec_module"), ("hooks.loaders", "create_module"), ("hooks.loaders", "load_module")),
}
# A lock's release cannot fail, nor can taking the import system's again; nothing could be done if they did.
CANNOT_FAIL = ("lock.__exit__", "RLock.__exit__", "acquire_lock")
PRIMITIVES = ("isinstance", "len", "hasattr", "get_ident", "max", "min", "any", "all", "vars", "globals", "_getframe")
FAULTS: "Tuple[type, ...]" = (
    *(ImportError, AttributeError, OSError, UnicodeError, RecursionError, MemoryError),
    *(KeyboardInterrupt, SystemExit),
)


def is_primitive(site: Site) -> bool:
    """Tell whether a call is one of a built-in type's methods or the like: nothing of it can go wrong in many ways."""
    return site[4].startswith(("dict", "list.", "str.", "set.", "tuple.", "mappingproxy.")) or site[4] in PRIMITIVES


class Injector:
    """``package``: the folder of the dbx-patch under test."""

    def __init__(self, package: str) -> None:
        self._package = package
        self._modules: Dict[int, Tuple[CodeType, str]] = {}
        self.handlers = {name: _handlers(_file_of(package, name)) for name in ENGINE}

    def module_of(self, code: CodeType) -> str:
        """The engine's module that a code object belongs to, or ""."""
        known = self._modules.get(id(code))
        if known is None:
            known = self._modules[id(code)] = (code, self._module_of_file(code.co_filename))
        return known[1]

    def _module_of_file(self, file: str) -> str:
        name = ""
        if file.startswith("<dbx_patch"):  # what `unseen` makes of it
            name = file[len("<dbx_patch") : -1].lstrip(".") or "__init__"
            name = "hooks.__init__" if name == "hooks" else name
        elif file.startswith(self._package + os.sep):
            name = file[len(self._package) + 1 : -len(".py")].replace(os.sep, ".")
        elif os.path.basename(file) == "_dbx_patch_bootstrap.py":
            name = "_dbx_patch_bootstrap"
        return name if name in ENGINE else ""

    def sites(self, action: Callable[[], object]) -> Dict[Site, int]:
        """Run ``action``; return its call sites and how often each was passed, in order of the first time."""
        found: Dict[Site, int] = {}

        def watch(frame: FrameType, event: str, arg: Any) -> None:
            site = self._site(frame, event, arg)
            if site is not None:
                found[site] = found.get(site, 0) + 1

        sys.setprofile(watch)
        try:
            action()
        finally:
            sys.setprofile(None)
        return found

    def attack(self, site: Site, number: int, fault: type, action: Callable[[], object]) -> Optional[Dict[str, Any]]:
        """Run ``action`` with ``fault`` raised when ``site`` is passed for the ``number``-th time.

        Returns where that was: the stack of our functions, and whether a foreign function would have raised it.
        None: the site was not passed.
        """
        passed = 0
        fired: Optional[Dict[str, Any]] = None
        _, function, _, position, _ = site

        def watch(frame: FrameType, event: str, arg: Any) -> None:
            nonlocal passed, fired
            caller = frame if event == "c_call" else frame.f_back if event == "call" else None
            if caller is None or caller.f_lasti != position or caller.f_code.co_name != function:
                return  # this runs at every call of everything: what is no match is told apart cheaply
            if self._site(frame, event, arg) == site:
                passed += 1
                if passed == number:
                    sys.setprofile(None)
                    fired = {"stack": self._stack(caller), "delegated": self._is_delegated(site, frame, event)}
                    raise fault("injected")

        sys.setprofile(watch)
        try:
            action()
        finally:
            sys.setprofile(None)
        return fired

    def _is_delegated(self, site: Site, frame: FrameType, event: str) -> bool:
        called = self.module_of(frame.f_code) if event == "call" else "a C function"
        if called in ("", "a C function"):
            return site[:2] in DELEGATES and (not called or site[4] == "getattr")
        return (called, frame.f_code.co_name) in DELEGATES

    def _site(self, frame: FrameType, event: str, arg: Any) -> Optional[Site]:
        if event == "c_call":
            caller: Optional[FrameType] = frame
            called = getattr(arg, "__qualname__", "") or repr(type(arg))
        elif event == "call":
            caller, called = frame.f_back, frame.f_code.co_name
        else:
            return None
        if caller is None:
            return None
        code = caller.f_code
        module = self.module_of(code)
        return (module, code.co_name, code.co_firstlineno, caller.f_lasti, called) if module else None

    def _stack(self, frame: Optional[FrameType]) -> List[Tuple[str, int]]:
        stack = []
        while frame is not None:
            module = self.module_of(frame.f_code)
            if module:
                stack.append((module, frame.f_lineno))
            frame = frame.f_back
        return stack

    def catcher(self, stack: List[Tuple[str, int]], fault: type) -> str:
        """Which of our handlers catches ``fault``: "named" if by its name, so that it was foreseen; "any"; or ""."""
        for module, line in stack:
            for first, last, names in self.handlers[module]:
                if first <= line <= last:
                    for name in names:
                        kind = getattr(builtins, name, None)
                        if kind is not None and issubclass(fault, kind):
                            return "any" if name in ("Exception", "BaseException") else "named"
        return ""


def _file_of(package: str, name: str) -> str:
    if name == "_dbx_patch_bootstrap":
        return os.path.join(os.path.dirname(package), name + ".py")
    return os.path.join(package, *name.split(".")) + ".py"


def _handlers(file: str) -> List[Tuple[int, int, List[str]]]:
    """(first line, last line, what is caught) of each ``try`` body, innermost first."""
    with open(file, encoding="utf-8") as source:
        tree = ast.parse(source.read())
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and node.handlers:
            last = node.body[-1].end_lineno or node.body[-1].lineno
            names = [
                n.id for handler in node.handlers for n in ast.walk(handler.type or node) if isinstance(n, ast.Name)
            ]
            found.append((node.body[0].lineno, last, names))
    return sorted(found, key=lambda entry: entry[1] - entry[0])
