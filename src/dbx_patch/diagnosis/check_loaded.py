"""Checks of what this process has loaded, and of what it would load in place of an install."""

import os
import sys
from typing import Dict, Iterator, List

from dbx_patch import hooks
from dbx_patch.diagnosis import loaded, remedies
from dbx_patch.diagnosis.findings import Finding
from dbx_patch.diagnosis.search import Search
from dbx_patch.diagnosis.status import is_active
from dbx_patch.index.snapshot import EDITABLE
from dbx_patch.index.source_roots import NOT_MEANT

_REFRESH = "import dbx_patch; dbx_patch.refresh_editable_paths()"
_MAX_LOOKS = 100
_MAX_READ = 50


def bare_folders(search: Search) -> Iterator[Finding]:
    """Folders without a module of their own that stand in front of a package which an installer's finder has.

    CPython asks that finder last. dbx-patch asks it first, once a kernel or an executor has begun.
    """
    armed = hooks.is_in_place(hooks.TRIGGER) and hooks.is_in_place(hooks.FALLBACK)
    for install in search.installs:
        for name in install.modules if install.shape in ("B", "C") else ():
            if "." in name or name in NOT_MEANT or (armed and name in hooks.names):
                continue
            bare = search.path_hit(name, None)
            if bare is not None and bare.namespace and not search.mapped_place(name, install.modules[name]).namespace:
                cause = (
                    f"`import {name}` gets an empty namespace, because {bare.location} is a folder of that name without"
                    " an __init__.py, and Python prefers it to what an import finder has."
                )
                if armed:
                    cause += " In a notebook, dbx-patch finds the package. To find it in this process too:"
                    yield Finding("warning", "bare-folder", install.name, cause, remedies.code(_REFRESH))
                else:
                    left_out = hooks.is_in_place(hooks.TRIGGER)
                    why = "DBX_PATCH_DISABLE names the fallback" if left_out else is_active()[1]
                    cause += f" dbx-patch would find the package, but that is switched off: {why}."
                    yield Finding("error", "bare-folder", install.name, cause, "")


def loaded_namespaces(search: Search) -> Iterator[Finding]:
    """Bare folders that were imported before the package of that name was installed."""
    for install in search.installs:
        for name in (name for name in install.names if name not in NOT_MEANT):
            module = sys.modules.get(name)
            is_namespace = hasattr(module, "__path__") and getattr(module, "__file__", None) is None
            places = search.sources(install, name) if is_namespace else []
            if places and not places[0].namespace:
                cause = (
                    f"This process has already loaded `{name}` as an empty namespace, from a folder of that name"
                    " without an __init__.py. To use the install, restart Python:"
                )
                yield Finding("warning", "loaded-elsewhere", install.name, cause, remedies.code(remedies.RESTART))


def loaded_changed(search: Search) -> Iterator[Finding]:
    """Modules whose files have changed, or gone, since they were loaded: a switch of branches leaves such."""
    since, looks, reads = loaded.started(), 0, 0
    changed: Dict[str, List[str]] = {}
    for name, file, namespace in loaded.loaded_files():
        if search.index.whose(file) is not EDITABLE or looks >= _MAX_LOOKS:
            continue
        looks += 1
        try:
            is_candidate = os.stat(file).st_mtime >= since and reads < _MAX_READ
            reads += is_candidate
            if is_candidate and loaded.differs(file, namespace):
                changed.setdefault(name.partition(".")[0], []).append(f"{name} (changed)")
        except (FileNotFoundError, NotADirectoryError):
            changed.setdefault(name.partition(".")[0], []).append(f"{name} (gone)")
        except OSError:
            continue  # a mount that is away: nothing can be said
    for top, modules in changed.items():
        more = f" and {len(modules) - 5} more" if len(modules) > 5 else ""
        cause = (
            "The files of these modules have changed since this process loaded them, or are gone, as after a switch of"
            f" branches: {', '.join(modules[:5])}{more}. The process still runs the old code. Restart Python:"
        )
        yield Finding("warning", "loaded-changed", top, cause, remedies.code(remedies.RESTART))


LOADED_CHECKS = [bare_folders, loaded_namespaces, loaded_changed]
