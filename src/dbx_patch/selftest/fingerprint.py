"""The runtime's fingerprint: its modules as they are, and what takes part in imports here, in order."""

from __future__ import annotations

import functools
import os
import platform
import sys
from importlib.machinery import PathFinder
from typing import Any

from dbx_patch.index.workspace import in_workspace
from dbx_patch.selftest.sources import RELIED_ON, describe
from dbx_patch.selftest.stage import working_directory


def fingerprint() -> dict[str, Any]:
    """Return what tells one runtime from another. No module is imported; what cannot be read is said to be so."""
    system = os.uname()  # platform.platform() starts a process
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": " ".join((system.sysname, system.release, system.machine)),
        "runtime": os.environ.get("DATABRICKS_RUNTIME_VERSION", ""),
        "settings": {name: text for name, text in sorted(os.environ.items()) if name.startswith("DBX_PATCH_")},
        "environment": sys.prefix,
        "modules": {module: _module(module) for module in RELIED_ON},
        "meta_path": [kind(finder) for finder in sys.meta_path],
        "path_hooks": [kind(hook) for hook in sys.path_hooks],
        "import": kind(__import__),
        "path": [entry for entry in sys.path if isinstance(entry, str)],
        "workspace_finders": {
            entry: kind(finder) for entry, finder in list(sys.path_importer_cache.items()) if in_workspace(entry)
        },
        "working_directory": working_directory(),
    }


def _module(name: str) -> dict[str, Any]:
    """Return a module's ``state`` (loaded, found or absent), ``file``, and what its source has."""
    nothing: dict[str, Any] = {"file": "", "sha256": None, "attributes": dict.fromkeys(RELIED_ON[name])}
    try:
        loaded = sys.modules.get(name)
        spec: Any = getattr(loaded, "__spec__", None) or (_find(name) if loaded is None else None)
        if loaded is None and spec is None:
            return {"state": "absent", **nothing}
        file = getattr(loaded, "__file__", None) or getattr(spec, "origin", None) or ""
        found = {"state": "found" if loaded is None else "loaded", **nothing, "file": file, "loader": kind(spec.loader)}
        source = _source(name, file, spec.loader)
        if source is not None:
            found.update(describe(name, source))
        elif loaded is not None:
            found["attributes"] = {dotted: _looked_up(loaded, dotted) for dotted in RELIED_ON[name]}
        return found
    except Exception as error:
        return {"state": "absent", **nothing, "problem": f"{type(error).__name__}: {error}"}


def _find(name: str) -> Any:
    """Return the spec of a module that is not loaded, importing none of its parents."""
    path: Any = None
    spec = None
    parts = name.split(".")
    for number in range(1, len(parts) + 1):
        spec = PathFinder.find_spec(".".join(parts[:number]), path)
        if spec is None:
            return None
        path = spec.submodule_search_locations
        if path is None and number < len(parts):
            return None
    return spec


def _source(name: str, file: str, loader: Any) -> bytes | None:
    if file.endswith(".py") and os.path.isfile(file):
        with open(file, "rb") as stream:
            return stream.read()
    text = loader.get_source(name) if hasattr(loader, "get_source") else None  # from an archive
    return text.encode() if text is not None else None


def _looked_up(module: object, dotted: str) -> str | None:
    value: Any = module
    for part in dotted.split("."):
        value = getattr(value, part, None)
        if value is None:
            return None
    return "class" if isinstance(value, type) else "function" if callable(value) else "value"


def kind(thing: object) -> str:
    """Return what a finder or a hook is, by its class or its own full name; never its ``repr``.

    Installers name the modules of their finders after the users' projects: of such a name only the form is kept.
    """
    if isinstance(thing, functools.partial):
        return f"partial({kind(thing.func)})"
    own = thing if isinstance(thing, type) or hasattr(thing, "__qualname__") else type(thing)
    home = str(getattr(own, "__module__", ""))
    if home.startswith(("__editable__", "_editable_impl")) or home.endswith(("_finder", "_editable_loader")):
        home = "<an installer's finder>"
    return f"{home}.{getattr(own, '__qualname__', type(thing).__name__)}"
