"""What a runtime module's source has of the names that dbx-patch relies on: read, never imported."""

from __future__ import annotations

import ast
import hashlib
from typing import Any, Iterator

_HOOK = ("__init__", "find_spec", "get_filename", "{p}is_user_import", "{p}finder", "{p}site_packages")


def _hook(name: str, prefix: str, *more: str) -> tuple[str, ...]:
    return (name, *(f"{name}.{part.format(p=prefix)}" for part in _HOOK), *(f"{name}.{part}" for part in more))


_LEGACY = _hook("WsfsImportHook", "_WsfsImportHook__", "SITE_PACKAGE_WHITE_LIST")
# runtime module -> what dbx-patch, or the simulated runtimes, take for given there
RELIED_ON: dict[str, tuple[str, ...]] = {
    "sys_path_init": ("patch_sys_path_with_developer_paths",),
    "dbruntime.wsfs_import_hook": _LEGACY,
    "dbruntime.workspace_import_machinery": (
        *_hook("_WorkspacePathEntryFinder", "_", "SITE_PACKAGE_ALLOW_LIST"),
        *("_WorkspacePathFinder", "_WorkspacePathFinder.find_spec", "NotebookImportException"),
    ),
    "pyspark.wsfs_import_hook": _LEGACY,
    "_engine_pyspark.wsfs_import_hook": _LEGACY,
    "dbruntime.pythonPathHook": ("PythonPathHook", "PythonPathHook._handle_sys_path_maybe_updated"),
    "dbruntime.autoreload.file_module_utils": (
        *("_AUTORELOAD_ALLOWLIST_CHECKS", "register_autoreload_allowlist_check"),
        *("deregister_autoreload_allowlist_check", "is_file_in_allowlist", "get_allowed_file_name_or_none"),
    ),
    "dbruntime.autoreload.discoverability.hook": ("AutoreloadDiscoverabilityHook",),
    "dbruntime.PostImportHook": ("ImportHookFinder", "ImportHookFinder.find_spec"),
    "dbruntime.WsfsPathFinder": ("WsfsPathFinder", "WsfsPathFinder.find_spec", "NotebookImportException"),
}


def describe(module: str, source: bytes) -> dict[str, Any]:
    """Return ``sha256`` and ``attributes``: name -> its signature, ``class`` or ``value``, None where it is missing.

    Where one is missing, ``names`` lists all that the module defines, since one of those is its new name.
    """
    found: dict[str, Any] = {"sha256": hashlib.sha256(source).hexdigest()}
    try:
        defined = dict(_defined(ast.parse(source)))
    except (SyntaxError, ValueError) as error:
        return {**found, "attributes": {}, "problem": f"{type(error).__name__}: its source cannot be parsed"}
    found["attributes"] = {name: defined.get(name) for name in RELIED_ON.get(module, ())}
    if None in found["attributes"].values():
        found["names"] = sorted(defined)
    return found


def _defined(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):  # also what stands under a condition
        if isinstance(node, ast.ClassDef):
            yield node.name, "class"
            for name, what in _members(node):
                yield f"{node.name}.{_mangled(name, node.name)}", what
    for statement in tree.body:
        yield from _bound(statement)
        for part in ast.iter_child_nodes(statement):
            if isinstance(statement, (ast.If, ast.Try)):
                yield from _bound(part)


def _members(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for statement in node.body:
        yield from _bound(statement)
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store) and _is_self(inner.value):
            yield inner.attr, "value"


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _bound(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        yield node.name, signature(node.args)
    elif isinstance(node, (ast.Assign, ast.AnnAssign)):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name):
                yield target.id, "value"
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield alias.asname or alias.name, "imported"


def _mangled(name: str, owner: str) -> str:
    return f"_{owner.lstrip('_')}{name}" if name.startswith("__") and not name.endswith("__") else name


def signature(args: ast.arguments) -> str:
    """Return a function's parameters, without annotations; a default that is no plain constant is ``...``."""
    positional = [*getattr(args, "posonlyargs", []), *args.args]
    defaults = [None] * (len(positional) - len(args.defaults)) + list(args.defaults)
    parts = [_parameter(arg, default) for arg, default in zip(positional, defaults)]
    only = len(getattr(args, "posonlyargs", []))
    if only:
        parts.insert(only, "/")
    if args.vararg or args.kwonlyargs:
        parts.append("*" + (args.vararg.arg if args.vararg else ""))
    parts += [_parameter(arg, default) for arg, default in zip(args.kwonlyargs, args.kw_defaults)]
    if args.kwarg:
        parts.append("**" + args.kwarg.arg)
    return f"({', '.join(parts)})"


def _parameter(arg: ast.arg, default: Any) -> str:
    if default is None:
        return arg.arg
    return f"{arg.arg}={default.value!r}" if isinstance(default, ast.Constant) else f"{arg.arg}=..."
