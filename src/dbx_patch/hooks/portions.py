"""Namespaces of the older kind: packages that extend their own ``__path__`` (pkgutil's ``extend_path``).

``databricks`` is one. Such a package looks for its other halves on ``sys.path`` once, when it loads. A half that was
installed later, or whose path entry the runtime had dropped, is joined to it at the first import that misses, where a
restart would have put it.
"""

import os
import sys

from dbx_patch.hooks import record_fault, unseen
from dbx_patch.hooks.sys_path import as_restored
from dbx_patch.index.pth_files import above, entries_in_order, read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from typing import Any, Dict, Iterable, List, Optional, Sequence

    from dbx_patch.hooks.answers import Sourced
    from dbx_patch.index.install import Install
    from dbx_patch.index.snapshot import Index

EXTENDERS = ("extend_path", "declare_namespace")
_MAX_BYTES = 64 * 1024  # such a package has a line or two
# file of a package -> whether it extends its path
_extends: "Dict[str, bool]" = {}


@unseen
def joined(package: str, index: "Index", installs: "List[Install]") -> "List[str]":
    """Join the installs' halves of loaded ``package`` to its ``__path__``; return those that were not there.

    An empty list for a package that does not extend its own path: nothing is mixed into that.
    """
    module: Any = sys.modules.get(package)
    path = getattr(module, "__path__", None)
    if not isinstance(path, list):
        return []
    # mostly there is none: then the package's file is not read
    folders = [folder for folder in halves(package, installs) if folder not in path]
    if not folders or not extends_its_path(getattr(module, "__file__", None)):
        return []
    found = [folder for folder in folders if os.path.isdir(folder)]
    # a runtime whose names have changed takes entries away, and nothing puts them back on sys.path itself
    order = as_restored(entries_in_order(), index)
    for folder in found:
        path.insert(_place(folder, path, package.count(".") + 1, order), folder)
    return found


@unseen
def halves(package: str, installs: "Iterable[Sourced]") -> "List[str]":
    """Return where installs would have a package's folder, whether one is there or not."""
    parts = package.split(".")
    folders = []
    for install in installs:
        folders += [os.path.join(entry, *parts) for entry in install.paths]
        mapped = install.modules.get(package, "")
        folders.append(os.path.dirname(mapped) if os.path.basename(mapped).startswith("__init__.") else mapped)
    return [folder for folder in dict.fromkeys(folders) if folder]


def extends_its_path(file: "Optional[str]") -> bool:
    if not isinstance(file, str):
        return False
    if file not in _extends:
        text = read_text(file, limit=_MAX_BYTES) or ""
        _extends[file] = any(word in text for word in EXTENDERS)
    return _extends[file]


def _place(folder: str, path: "List[str]", depth: int, order: "List[str]") -> int:
    """Return where in ``path`` a folder goes: portions are in the ``order`` of their path entries."""
    ranks = {entry: number for number, entry in reversed(list(enumerate(order)))}
    rank = ranks.get(above(folder, depth), len(ranks))
    # the first portion is the package that was loaded, and stays first
    return next((n for n, other in enumerate(path) if n and ranks.get(above(other, depth), -1) > rank), len(path))


@unseen
def join(theirs: "ModuleSpec", own: "ModuleSpec", installs: "List[Install]") -> None:
    """Give a namespace that others found the portions that only the index knows of, each where a wheel's would be.

    importlib looks for a namespace's portions anew whenever ``sys.path`` has changed: that search gets them as well.
    """
    known: Any = theirs.submodule_search_locations
    added = list(own.submodule_search_locations or ())
    search, found = getattr(known, "_path_finder", None), getattr(known, "_path", None)
    if search is None or not isinstance(found, list):  # no namespace of importlib's
        for folder in added:
            if known is not None and folder not in known:
                known.append(folder)
        return

    def search_again(name: str, path: "Sequence[str]") -> "Any":
        spec = search(name, path)
        try:
            if spec is not None and spec.loader is None:
                spec.submodule_search_locations = in_place(
                    spec.submodule_search_locations or (), added, installs, entries_in_order()
                )
        except Exception as fault:
            record_fault(name, fault)
        return spec

    known._path_finder, known._path = search_again, in_place(found, added, installs, entries_in_order())


def in_place(
    found: "Iterable[str]", added: "List[str]", installs: "Iterable[Sourced]", order: "List[str]"
) -> "List[str]":
    """Return portions with ``added`` before those that stand behind the installs' site folder in ``order``."""
    site = min((order.index(i.site_folder) for i in installs if i.site_folder in order), default=len(order))
    behind = set(order[site + 1 :]).difference(order[:site])
    portions = list(found)
    place = next((n for n, folder in enumerate(portions) if os.path.dirname(folder) in behind), len(portions))
    return list(dict.fromkeys([*portions[:place], *added, *portions[place:]]))
