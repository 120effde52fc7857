"""The import system's search retold: which finder would answer, judged by the disk and the index alone."""

import os
import sys
from dataclasses import dataclass
from typing import Any, List, Optional, Sequence

from dbx_patch import hooks
from dbx_patch.diagnosis.check_names import sources_of
from dbx_patch.diagnosis.disk import Place, distribution_of, is_built_in, look, standard_folders
from dbx_patch.diagnosis.installs import EditableInstall
from dbx_patch.index.pth_files import canonical

# Installers whose finder goes to the front of sys.meta_path, before CPython's own
_IN_FRONT = ("D", "E")


@dataclass
class Hit:
    """Who would answer for ``name``. ``how``: built-in, path, finder or fallback.

    ``search``: the folders of its submodules, None for a plain module; ``namespace``: it has no file of its own.
    """

    name: str
    how: str
    location: str = ""
    entry: str = ""
    search: Optional[List[str]] = None
    install: Optional[EditableInstall] = None
    provider: str = ""
    namespace: bool = False


def trace(name: str, parent: Optional[Hit], installs: List[EditableInstall]) -> Optional[Hit]:
    """Return what an import of ``name`` would find; ``parent`` is what that of its package has found."""
    if parent is None and is_built_in(name):
        return Hit(name, "built-in", provider="the interpreter")
    by_finder = finder_hit(name, installs, active_only=True)
    if by_finder is not None and not by_finder.namespace and by_finder.install and by_finder.install.shape in _IN_FRONT:
        return by_finder
    return path_hit(name, search_path_of(parent), installs) or by_finder or fallback_hit(name, parent, installs)


def search_path_of(hit: Optional[Hit]) -> Optional[List[str]]:
    """Return the folders in which a hit's submodules are looked for: those it has if it is loaded already.

    None for a plain module, and for no hit, which is the top level. A loaded namespace's ``__path__`` is not iterated,
    which would ask the finders anew.
    """
    if hit is None:
        return None
    loaded: Any = getattr(sys.modules.get(hit.name), "__path__", None)
    known = loaded if isinstance(loaded, list) else getattr(loaded, "_path", None)
    if known:
        return [entry for entry in known if isinstance(entry, str)]
    return hit.search


def path_hit(name: str, path: Optional[Sequence[str]], installs: List[EditableInstall]) -> Optional[Hit]:
    """Return what CPython's PathFinder would find, no hook refusing it: the first module, else a namespace."""
    portions: List[Place] = []
    for entry in sys.path if path is None else path:
        place = look(name, entry) if isinstance(entry, str) else None
        if place is None:
            continue
        if not place.namespace:
            return _behind_stand_in(hit_at(place, "path", installs), installs)
        portions.append(place)
    if not portions:
        return None
    hit = hit_at(portions[0], "path", installs)
    hit.search = [folder for place in portions for folder in place.search or ()]
    return hit


def _behind_stand_in(hit: Hit, installs: List[EditableInstall]) -> Hit:
    """Shape I: a file in the site folder puts another in its place, or takes its parts from elsewhere."""
    for install in installs:
        if install.shape == "I" and _lies_in(hit.location, install.site_folder):
            if hit.name in install.modules:
                return _mapped(hit.name, install) or hit
            if hit.name in install.namespaces:
                hit.search, hit.install, hit.provider = install.namespaces[hit.name], install, install.name
    return hit


def finder_hit(name: str, installs: List[EditableInstall], *, active_only: bool) -> Optional[Hit]:
    """Return what the finders that installers wrote have by that name; ``active_only``: those that are loaded."""
    for install in installs:
        if install.finder and (not active_only or install.finder in sys.modules):
            hit = _mapped(name, install)
            if hit is not None:
                return hit
    return None


def _mapped(name: str, install: EditableInstall) -> Optional[Hit]:
    if name not in install.modules and name not in install.namespaces:
        below = [path for mapped, path in install.modules.items() if mapped.startswith(name + ".")]
        where = install.project or os.path.dirname(below[0]) if below else ""
        return Hit(name, "finder", where, "", [], install, install.name, namespace=True) if below else None
    places = [place for place in sources_of(install, name) if place.entry not in install.paths]
    if not places:
        return None
    location, search = places[0].location, places[0].search
    if not os.path.exists(location):
        return None
    if os.path.isdir(location) and not places[0].namespace:  # mapped to a package's folder
        location, search = os.path.join(location, "__init__.py"), [location]
    return Hit(name, "finder", location, "", search, install, install.name, places[0].namespace)


def fallback_hit(name: str, parent: Optional[Hit], installs: List[EditableInstall]) -> Optional[Hit]:
    """Return what dbx-patch's own finder would answer a miss with, None where it is not in place."""
    if not hooks.is_in_place(hooks.FALLBACK):
        return None
    top = name.partition(".")[0]
    for install in installs:
        if top not in install.names:
            continue
        hit = _mapped(name, install)
        if hit is None:
            entries = install.paths if parent is None else _parts_of(parent, install)
            place = next((found for entry in entries for found in [look(name, entry)] if found), None)
            hit = hit_at(place, "fallback", installs) if place else None
        if hit is not None:
            hit.how = "fallback"
            return hit
    return None


def _parts_of(parent: Hit, install: EditableInstall) -> List[str]:
    """Return the folders of an install in which a package's submodules lie; of a namespace, lost ones as well."""
    folders = [entry for entry in search_path_of(parent) or () if is_from(entry, install)]
    if parent.namespace:
        folders += install.namespaces.get(parent.name, [])
        folders += [os.path.join(root, *parent.name.split(".")) for root in install.paths]
    return folders


def hit_at(place: Place, how: str, installs: List[EditableInstall]) -> Hit:
    """Return the hit for a place on the disk, and whose it is."""
    hit = Hit(place.name, how, place.location, place.entry, place.search, namespace=place.namespace)
    hit.install = next((install for install in installs if _offers(install, place)), None)
    if hit.install is not None:
        hit.provider = hit.install.name
    elif canonical(place.entry) in map(canonical, standard_folders()):
        hit.provider = "the standard library"
    else:
        site_folder = next(
            (e for e in sys.path if isinstance(e, str) and _lies_in(place.location, e) and "-packages" in e), ""
        )
        hit.provider = distribution_of(place.location, site_folder) if site_folder else ""
    return hit


def _offers(install: EditableInstall, place: Place) -> bool:
    """Tell whether a place is one of an install's; what lies in its folders and was found otherwise is not."""
    if not is_from(place.location, install):
        return False
    if "." in place.name or place.name in {*install.modules, *install.namespaces}:
        return True
    entry = os.path.realpath(place.entry)
    return bool(install.links) or any(os.path.realpath(path) == entry for path in install.paths)


def is_from(location: str, install: EditableInstall) -> bool:
    """Tell whether a file is an editable install's source; site folders inside its project are not."""
    if "/site-packages/" in location and not any(_lies_in(location, link) for link in install.links):
        return False
    sources = [*install.paths, *install.modules.values(), *install.links]
    sources += [folder for folders in install.namespaces.values() for folder in folders]
    for source in sources:
        if os.path.basename(source).startswith("__init__."):
            source = os.path.dirname(source)
        if location == source or _lies_in(location, source) or location == source + ".py":
            return True
    return False


def _lies_in(location: str, folder: str) -> bool:
    return location.startswith(folder.rstrip("/") + "/")
