"""How this process's site folders are chained, and when the runtime's modules were loaded."""

from __future__ import annotations

import os
import sys
from typing import Any

from dbx_patch.hooks import RUNTIME_MODULES
from dbx_patch.index.pth_files import (
    find_pth_files,
    folders_of_site,
    get_site_packages_dirs,
    is_import_line,
    lines_of,
    path_of_line,
    read_text,
)
from dbx_patch.index.readers import module_of_line


def when_loaded() -> dict[str, str]:
    """Return for each of the runtime's modules whether it was loaded ``before`` or ``after`` dbx-patch, or not yet."""
    order = {name: number for number, name in enumerate(list(sys.modules))}
    armed = order.get("dbx_patch.hooks", len(order))
    return {
        module: "not loaded" if module not in order else "before" if order[module] < armed else "after"
        for modules in RUNTIME_MODULES.values()
        for module in modules
    }


def site_folders() -> list[dict[str, Any]]:
    """Return each site folder: ``comes_from`` (site itself, or the file that names it) and what became of its files.

    ``pth_files``: ``processed``, ``not processed``, ``none``, or ``cannot be told`` where no line leaves a trace.
    """
    folders = [folder for folder in get_site_packages_dirs() if os.path.isdir(folder)]
    own = folders_of_site()
    found = []
    for folder in folders:
        comes_from = "site" if folder in own else _named_by(folder, folders)
        found.append({"path": folder, "comes_from": comes_from, "pth_files": _processed(folder)})
    return found


def _named_by(folder: str, folders: list[str]) -> str:
    """Return which line of which ``.pth`` brings a folder in."""
    for other in folders:
        for file in find_pth_files(other):
            for line in lines_of(read_text(file) or ""):
                if path_of_line(line, other) == folder:
                    return f"a path line of {os.path.basename(file)}"
                if is_import_line(line) and folder in line:
                    way = "addsitedir" if "addsitedir" in line else "an import line"
                    return f"{way} in {os.path.basename(file)}"
    if folder in os.environ.get("PYTHONPATH", "").split(os.pathsep):
        return "PYTHONPATH"
    return "sys.path only"


def _processed(folder: str) -> str:
    """Tell by the traces of its lines whether ``site`` has processed the ``.pth`` files of a folder."""
    files = find_pth_files(folder)
    traces = [trace for file in files for line in lines_of(read_text(file) or "") for trace in _traces(line, folder)]
    if not traces:
        return "cannot be told" if files else "none"
    return "processed" if any(traces) else "not processed"


def _traces(line: str, folder: str) -> list[bool]:
    """Return whether a line has left its trace, in a list; an empty one for a line that leaves none that counts.

    A path entry that is missing says nothing: the runtime drops those that are editable.
    """
    if is_import_line(line):
        module = sys.modules.get(module_of_line(line))
        file = getattr(module, "__file__", None) or ""
        lies_there = any(os.path.exists(os.path.join(folder, module_of_line(line) + end)) for end in (".py", ""))
        return [file.startswith(folder + "/")] if lies_there else []
    path = path_of_line(line, folder)
    return [True] if path is not None and path in sys.path and os.path.isdir(path) else []
