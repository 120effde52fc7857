"""Answers for :class:`dbx_patch.hooks.EditableFallback`: loaded at the first miss, and knows every layer below.

A name that an editable install provides is looked for with finders of our own, which ask no hook of the
runtime's. Before that, what ``site`` would have done and did not is done: lost path entries go back on
``sys.path``, a ``.pth``'s import line that never ran is run, and whoever else is on ``sys.meta_path`` is asked
again. So the runtime's own answers win, refusals of notebooks included.
"""

import os
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import FileFinder, spec_from_file_location

from dbx_patch.hooks import FALLBACK, ask_others, rationed, record_fault, sys_path, unseen, upkeep
from dbx_patch.hooks.journal import note
from dbx_patch.hooks.workspace import is_refused_notebook
from dbx_patch.index import snapshot
from dbx_patch.index.pth_files import SOURCE_SUFFIXES, canonical, folders_of_site
from dbx_patch.index.snapshot import EDITABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Dict, List, Optional, Sequence, Tuple

    from dbx_patch.index.install import Install
    from dbx_patch.index.snapshot import Index

# import -> why it was answered here, for status
served: "Dict[str, str]" = {}
# key of an install -> the install whose line was run, or is being run by another thread
_ran: "Dict[Tuple[object, ...], Install]" = {}
_finders: "Dict[str, Any]" = {}


@unseen
def resolve(
    name: str, path: "Optional[Sequence[str]]" = None, target: "Optional[ModuleType]" = None
) -> "Optional[ModuleSpec]":
    """Return a spec for ``name`` where an editable install provides it, else None. ``path`` is its parent's.

    What other finders raise passes through; a fault of our own is recorded and is no answer.
    """
    try:
        asks_again = upkeep.keep_first()  # what was patched only now has been asked before that
        index = snapshot.current()
        sys_path.adopt(index)
        providers = index.providers.get(name.partition(".")[0])
        if not providers:
            return None
        asks_again = asks_again or not any(finder is FALLBACK for finder in sys.meta_path[-1:])
    except Exception as fault:
        record_fault("fallback", fault)
        return None
    spec = ask_others(name, path, target) if asks_again else None
    if spec is not None:
        return spec  # mostly of a finder that was put behind ours, and would be asked without us
    changed = False
    try:
        changed = path is None and _catch_up(name, index, providers)
    except Exception as fault:
        record_fault("fallback", fault)
    spec = ask_others(name, path, target) if changed else None
    try:
        if spec is None:
            spec = _find_module(name, path, index, providers)
        if spec is not None:
            served[name] = "its path entry was lost" if changed else "a finder of the runtime refused it"
            note("served by the fallback: %s (%s)", name, served[name])
    except Exception as fault:
        record_fault("fallback", fault)
    return spec


@unseen
def _catch_up(name: str, index: "Index", providers: "List[Install]") -> bool:
    """Do what ``site`` would have done for these installs; tell whether there was anything to do."""
    done = bool(sys_path.restore(index, f"import {name}"))
    for install in providers:
        if install.site_folder not in folders_of_site():
            continue  # on sys.path only: `site` would not run it, and the finders here serve its names all the same
        line = install.import_line
        if line and install.finder not in sys.modules and _ran.setdefault(install.key, install) is install:
            note("running the import line that site did not: %s", line)
            try:
                exec(line, {})  # what site does with it; only a reader-recognised install's line comes here
                done = True
            except Exception as fault:
                record_fault(f"{install.name}: {line}", fault)
    return done


@unseen
def _find_module(
    name: str, path: "Optional[Sequence[str]]", index: "Index", providers: "List[Install]"
) -> "Optional[ModuleSpec]":
    """Return what our own finders have, less what the runtime's would refuse: it was not asked about this file."""
    spec = _find(name, path, index, providers)
    return None if spec is None or is_refused_notebook(spec.origin or "") else spec


@unseen
def _find(
    name: str, path: "Optional[Sequence[str]]", index: "Index", providers: "List[Install]"
) -> "Optional[ModuleSpec]":
    is_top_level = path is None
    parent = name.rpartition(".")[0]
    in_namespace = not is_top_level and _is_namespace(parent)
    if not (is_top_level or in_namespace or _is_editable_package(parent, path, index)):
        return None  # an installed package of the same name: nothing is mixed into that
    portions: List[str] = []
    is_namespace = False
    for install in providers:
        if name in install.modules:
            return _spec_at(name, install.modules[name])
        portions += install.namespaces.get(name, ())
        # a namespace may have no folder of its own, only packages that are mapped into it
        is_namespace = is_namespace or name in install.namespaces or install.maps_below(name)
    folders = [entry for entry in path or () if index.whose(entry) is EDITABLE]
    if is_top_level or in_namespace:  # a namespace's lost halves count too
        for install in providers:
            folders += install.namespaces.get(parent, ())
            folders += [os.path.join(root, *parent.split(".")) if parent else root for root in install.paths]
    for folder in dict.fromkeys(folders):
        if not _was_asked(folder, path):
            spec: Optional[ModuleSpec] = _finder(folder).find_spec(name)
            if spec is not None and spec.loader is not None:
                return spec
            if spec is not None:
                portions += spec.submodule_search_locations or ()
    return _namespace_spec(name, portions) if portions or is_namespace else None


def _is_namespace(module: str) -> bool:
    return module in sys.modules and getattr(sys.modules[module], "__file__", None) is None


def _is_editable_package(module: str, path: "Optional[Sequence[str]]", index: "Index") -> bool:
    # meson-python's packages have a __path__ in the build folder: there the file tells
    places = [*(path or ()), getattr(sys.modules.get(module), "__file__", None) or ""]
    return any(index.whose(place) is EDITABLE for place in places)


def _namespace_spec(name: str, portions: "List[str]") -> "ModuleSpec":
    spec = ModuleSpec(name, None, is_package=True)
    spec.submodule_search_locations = list(dict.fromkeys(portions))
    return spec


def _was_asked(folder: str, path: "Optional[Sequence[str]]") -> bool:
    """Tell whether the import system has looked into ``folder`` already, so that looking again would find no more."""
    entries = sys.path if path is None else path
    # mostly it is there as it is: one look, however many other entries there are
    spelled = [folder] if folder in entries else [e for e in entries if isinstance(e, str) and canonical(e) == folder]
    for entry in spelled:
        finder = sys.path_importer_cache.get(entry)
        # At the top level a patched hook may have refused a name that the index has learnt only now.
        return type(finder) is FileFinder or (path is not None and rationed.is_patched_hook(finder))
    return False


@unseen
def _spec_at(name: str, location: str) -> "Optional[ModuleSpec]":
    """Return a spec for a package's folder, a module's file, or either without its suffix."""
    folder, base = os.path.split(location)
    if base.endswith(SOURCE_SUFFIXES):
        package = [folder] if base.startswith("__init__.") else None
        return spec_from_file_location(name, location, submodule_search_locations=package)
    spec: Optional[ModuleSpec] = _finder(folder).find_spec(base)
    if spec is not None and spec.loader is not None and spec.name != name:
        locations = spec.submodule_search_locations
        spec = spec_from_file_location(name, spec.origin, submodule_search_locations=locations)
    return spec


def _finder(folder: str) -> "Any":
    finder = _finders.get(folder)
    if finder is None:
        finder = _finders[folder] = rationed.new_file_finder(folder)
    return finder


def forget_listings() -> None:
    """Drop the folder listings that our own finders keep, as ``importlib.invalidate_caches()`` asks."""
    for finder in list(_finders.values()):
        finder.invalidate_caches()
