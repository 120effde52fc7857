"""What editable installs have by a name: the one search, for the finders here and for ``explain``.

It asks the index, and looks into the installs' folders with finders of our own, which no hook of the runtime's
refuses. It imports nothing, executes nothing, and asks no other finder.
"""

import os
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import FileFinder, spec_from_file_location

from dbx_patch.hooks import rationed, unseen
from dbx_patch.index.install import any_before
from dbx_patch.index.pth_files import SOURCE_SUFFIXES, above, canonical
from dbx_patch.index.snapshot import EDITABLE
from dbx_patch.index.workspace import spellings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Optional, Sequence, Union

    from dbx_patch.diagnosis.installs import EditableInstall
    from dbx_patch.index.install import Install
    from dbx_patch.index.snapshot import Index

    Sourced = Union[Install, EditableInstall]

_finders: "Dict[str, Any]" = {}


@unseen
def find(
    name: str,
    path: "Optional[Sequence[str]]",
    index: "Index",
    installs: "Iterable[Install]",
    in_namespace: bool = False,
) -> "Optional[ModuleSpec]":
    """Return the spec of what ``installs`` have by a full name, or None.

    ``path``: the parent's ``__path__``, None at the top level. ``in_namespace``: the parent is a namespace, whose
    halves may be missing from its ``__path__``. A module or package that a finder's install maps is found where the
    map says; else the folders are looked into, and where none has more than a bare folder the answer is a namespace.
    """
    portions: List[str] = []
    is_namespace = False
    for install in installs:
        if name in install.modules:
            spec = _spec_at(name, install.modules[name])
            if spec is not None:
                return spec
        portions += install.namespaces.get(name, ())
        # a namespace may have no folder of its own, only packages that are mapped into it
        is_namespace = is_namespace or name in install.namespaces or install.maps_below(name)
    for folder in folders_for(name, path, index, installs, in_namespace):
        if _was_asked(folder, path):
            continue
        found: Optional[ModuleSpec] = finder_for(folder).find_spec(name)
        if found is not None and found.loader is not None:
            return found
        if found is not None:
            portions += found.submodule_search_locations or ()
    return _namespace_spec(name, portions) if portions or is_namespace else None


@unseen
def folders_for(
    name: str, path: "Optional[Sequence[str]]", index: "Index", installs: "Iterable[Sourced]", in_namespace: bool
) -> "List[str]":
    """Return the folders to look into: what of ``path`` is editable, and a namespace's lost halves.

    ``installs``: the index's, or as ``explain`` has them; their ``paths`` and ``namespaces`` are what counts.
    """
    parent = name.rpartition(".")[0]
    folders = [entry for entry in path or () if index.whose(entry) is EDITABLE]
    if path is None or in_namespace:
        for install in installs:
            folders += install.namespaces.get(parent, ())
            folders += [os.path.join(entry, *parent.split(".")) if parent else entry for entry in install.paths]
    return list(dict.fromkeys(folders))


def _was_asked(folder: str, path: "Optional[Sequence[str]]") -> bool:
    """Tell whether the import system has a plain finder for ``folder``, which needs no second one beside it.

    A finder that may refuse (a workspace hook, or our rationed one) is no reason not to look.
    """
    entries = sys.path if path is None else path
    # mostly it is there as it is: one look, however many other entries there are
    spelled = [folder] if folder in entries else [e for e in entries if isinstance(e, str) and canonical(e) == folder]
    for entry in spelled:
        finder = sys.path_importer_cache.get(entry)
        # Inside a package a patched hook has answered; at the top level it may not have known the name yet.
        if type(finder) is FileFinder or (path is not None and rationed.is_patched_hook(finder)):
            return True
    return False


def _namespace_spec(name: str, portions: "List[str]") -> "ModuleSpec":
    spec = ModuleSpec(name, None, is_package=True)
    spec.submodule_search_locations = list(dict.fromkeys(portions))
    return spec


@unseen
def _spec_at(name: str, location: str) -> "Optional[ModuleSpec]":
    """Return a spec for a package's folder, a module's file, or either without its suffix; None where it is gone."""
    folder, base = os.path.split(location)
    if base.endswith(SOURCE_SUFFIXES):
        package = [folder] if base.startswith("__init__.") else None
        exists = os.path.isfile(location)
        return spec_from_file_location(name, location, submodule_search_locations=package) if exists else None
    spec: Optional[ModuleSpec] = finder_for(folder).find_spec(base)
    if spec is not None and spec.loader is not None and spec.name != name:
        locations = spec.submodule_search_locations
        spec = spec_from_file_location(name, spec.origin, submodule_search_locations=locations)
    return spec if spec is not None and spec.loader is not None else None


@unseen
def look_into(entry: str, name: str) -> "Optional[ModuleSpec]":
    """Return what a path entry's folder has by any name: where our rationed finder stands for it, by its listing."""
    finder = sys.path_importer_cache.get(entry)
    if type(finder) is not rationed.RationedFinder:
        finder = finder_for(entry)
    found: Optional[ModuleSpec] = FileFinder.find_spec(finder, name)
    return found


def finder_for(folder: str) -> "Any":
    """Return a finder of our own for a folder: the same one each time, since it keeps the folder's listing."""
    finder = _finders.get(folder)
    if finder is None:
        finder = _finders[folder] = rationed.new_file_finder(folder)
    return finder


def forget_listings() -> None:
    """Drop the folder listings that our own finders keep, as ``importlib.invalidate_caches()`` asks."""
    for finder in list(_finders.values()):
        finder.invalidate_caches()


@unseen
def stays(theirs: "Optional[ModuleSpec]", installs: "List[Install]", order: "List[str]") -> bool:
    """Tell whether what the others found stays the answer: the install's own, or what stands before its site folder.

    ``order``: ``sys.path``, as ``entries_in_order`` spells it.
    """
    if theirs is None or theirs.loader is None:
        return False
    if is_from(theirs, installs[:1]):
        return True
    entry = _entry_of(theirs)
    if entry not in order:
        return True  # built in, or from a finder that looks elsewhere than on sys.path
    return not any_before(installs, order.index(entry), order)


def _entry_of(spec: "ModuleSpec") -> str:
    """Return the path entry that a module's file was found below; "" for one without a file."""
    folder = spec.origin or ""
    if not os.path.isabs(folder):
        return ""
    return canonical(above(folder, spec.name.count(".") + (2 if spec.submodule_search_locations is not None else 1)))


def is_from(spec: "ModuleSpec", installs: "List[Install]") -> bool:
    """Tell whether a spec's file is one of these installs' sources, however it is spelled."""
    places = (
        [spec.origin or "", *(spec.submodule_search_locations or ())] if spec.loader is None else [spec.origin or ""]
    )
    spelled = {spelling for place in places for spelling in spellings(place)}
    folders = [spelling for i in installs for f in [*i.source_folders(), *i.links] for spelling in spellings(f)]
    return any(place == f or place.startswith((f + "/", f + ".")) for f in folders for place in spelled if place)
