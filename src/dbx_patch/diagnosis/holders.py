"""Who has a module, and what a finder would answer for it, judged by the disk and the index alone."""

import os
import sys
from dataclasses import dataclass
from itertools import chain
from typing import Any, Iterator, List, Optional, Sequence

from dbx_patch.diagnosis.disk import BUILT_IN, STANDARD_LIBRARY, Disk, Place, is_built_in, standard_folders
from dbx_patch.diagnosis.installs import EditableInstall, describe
from dbx_patch.diagnosis.reading import Reader
from dbx_patch.index import snapshot
from dbx_patch.index.pth_files import canonical
from dbx_patch.index.readers import read_stand_in
from dbx_patch.index.snapshot import EDITABLE

# Installers whose finder goes to the front of sys.meta_path, before CPython's own
IN_FRONT = ("D", "E")
_MAX_STAND_IN = 4096


@dataclass
class Hit:
    """Who would answer for ``name``. ``how``: built-in, path, finder or fallback.

    ``search``: the folders of its submodules, None for a plain module; ``namespace``: it has no file of its own, and
    ``has_loader``: a loader all the same. ``fault``: the finder that answers raises.
    """

    name: str
    how: str
    location: str = ""
    entry: str = ""
    search: Optional[List[str]] = None
    install: Optional[EditableInstall] = None
    provider: str = ""
    namespace: bool = False
    has_loader: bool = False
    fault: str = ""


class Holders:
    """One question's view of this process: its editable installs, and what was seen of the disk for the question.

    Each question makes its own, so that no answer rests on something seen before the question was asked.
    """

    def __init__(self) -> None:
        self.index = snapshot.current()
        self.installs = [describe(install, self.index) for install in self.index.installs]
        self.disk = Disk()
        self.reader = Reader()

    # Who has a name

    def sources(self, install: EditableInstall, name: str) -> List[Place]:
        """Return where an install has the source of a top-level name, in the order of its path entries."""
        mapped = install.modules.get(name)
        if mapped is not None:
            return [self.mapped_place(name, mapped)]
        folders = install.namespaces.get(name, [])
        places = [Place(name, os.path.dirname(folder), folder, [folder], namespace=True) for folder in folders]
        return places + [place for root in install.paths for place in [self.disk.look(name, root)] if place]

    def means(self, install: EditableInstall, name: str) -> List[Place]:
        """Return where an install has a name that it means to provide.

        A project whose whole folder is a path entry has other folders too (`mlflow/` with scripts, `hydra/` with YAML).
        One without an ``__init__`` and without a package in it could be a namespace, and hardly ever is.
        """
        is_whole = install.project in install.paths or (install.project is None and bool(install.paths))
        declared = name in install.namespaces or any(full.partition(".")[0] == name for full in install.modules)
        places = self.sources(install, name)
        if not is_whole or declared:
            return places
        return [place for place in places if not place.namespace or self._has_a_package(place.location)]

    def _has_a_package(self, folder: str) -> bool:
        names = [name for name in self.disk.listing(folder) or () if name.isidentifier()]
        found = (self.disk.package(name, folder, os.path.join(folder, name)) for name in names)
        return any(place is not None and not place.namespace for place in found)

    def mapped_place(self, name: str, mapped: str) -> Place:
        """Return the place of a module that is mapped to its file, its package's folder, or either without suffix."""
        folder, base = os.path.split(mapped)
        if base.startswith("__init__."):
            return Place(name, folder, mapped, [folder])
        found = self.disk.package(name, folder, mapped)
        if (found is None or found.namespace) and not self.disk.is_file(mapped):
            found = self.disk.look(base.partition(".")[0], folder) or found
        return found or Place(name, folder, mapped)

    def on_path(self, name: str, path: Optional[Sequence[str]] = None) -> Iterator[Place]:
        """Yield what the entries of ``sys.path``, or of a package's ``path``, have by a name, in their order."""
        for entry in sys.path if path is None else path:
            place = self.disk.look(name, entry) if isinstance(entry, str) else None
            if place is not None:
                yield place

    def holders(self, name: str) -> Iterator[Hit]:
        """Yield everyone who has a top-level name, in the order of ``sys.path``; what is not on it comes last."""
        if is_built_in(name):
            yield Hit(name, "built-in", provider=BUILT_IN)
        seen = set()
        off_path = (place for install in self.installs for place in self.sources(install, name))
        for place in chain(self.on_path(name), off_path):
            real = self.disk.real(place.location)
            if real not in seen:
                seen.add(real)
                yield self.hit_at(place, "path")

    def install_of(self, place: Place) -> Optional[EditableInstall]:
        """Return the install that a place is of. What lies in its folders, and was found by another entry, is not."""
        if "." in place.name:
            return self._install_above(place.location)
        here = self.disk.real(place.location)
        for install in self.installs:
            if any(self.disk.real(source.location) == here for source in self.sources(install, place.name)):
                return install
        return None

    def _install_above(self, location: str) -> Optional[EditableInstall]:
        """Return the install that has the most specific source folder above a file; the index says whose it is."""
        for spelled in dict.fromkeys((location, self.disk.real(location))):
            if self.index.whose(spelled) is EDITABLE:
                above = [(len(s), i) for i in self.installs for s in _sources(i) if (spelled + "/").startswith(s + "/")]
                if above:
                    return max(above, key=lambda pair: pair[0])[1]
        return None

    def provider(self, place: Place) -> str:
        """Return what a place that is no editable install's belongs to, "" where that is not known."""
        standard = {canonical(folder) for folder in standard_folders()}
        entries = [e for e in sys.path if isinstance(e, str) and e and place.location.startswith(e.rstrip("/") + "/")]
        for entry in sorted(entries, key=len, reverse=True):
            if canonical(entry) in standard:
                return STANDARD_LIBRARY
            distribution = self.disk.distribution_of(place.location, entry)
            if distribution:
                return distribution
        return ""

    # What finders have

    def behind_stand_in(self, hit: Hit) -> Hit:
        """Shape I: a file in the site folder puts another in its place, or takes its parts from elsewhere."""
        for install in self.installs:
            if install.shape != "I" or not hit.location.startswith(install.site_folder + "/"):
                continue
            text = (self.disk.source(hit.location) or b"")[:_MAX_STAND_IN].decode("utf-8", "surrogateescape")
            said = read_stand_in(os.path.relpath(hit.location, install.site_folder), text)
            if said and hit.name in said.modules:  # it loads that file, whether it is there or not
                return self.hit_of(self.mapped_place(hit.name, said.modules[hit.name]), install)
            if said and hit.name in said.namespaces:
                hit.search, hit.install, hit.provider = said.namespaces[hit.name], install, install.name
        return hit

    def finder_hit(self, name: str, installs: List[EditableInstall]) -> Optional[Hit]:
        """Return what the finders that installers wrote have by that name, as far as they are loaded."""
        loaded = (install for install in installs if install.finder in sys.modules)
        return next(filter(None, (self.mapped(name, install) for install in loaded)), None)

    def mapped(self, name: str, install: EditableInstall) -> Optional[Hit]:
        if name not in install.modules and name not in install.namespaces:
            below = [path for mapped, path in install.modules.items() if mapped.startswith(name + ".")]
            where = install.project or os.path.dirname(below[0]) if below else ""
            return Hit(name, "finder", where, "", [], install, install.name, namespace=True) if below else None
        places = [place for place in self.sources(install, name) if place.entry not in install.paths]
        if not places or not self.exists(places[0]):
            return None
        return self.hit_of(places[0], install)

    def exists(self, place: Place) -> bool:
        """Tell whether a place that a finder names is there."""
        if place.namespace:
            return self.disk.listing(place.location) is not None
        return self.disk.is_file(place.location)

    def exists_at(self, hit: Hit) -> bool:
        """Tell whether what a hit names is there."""
        return self.exists(Place(hit.name, hit.entry, hit.location, hit.search, namespace=hit.namespace))

    def hit_of(self, place: Place, install: EditableInstall) -> Hit:
        """Return the hit for a place that an install's finder names."""
        return Hit(place.name, "finder", place.location, "", place.search, install, install.name, place.namespace)

    def namespace_hit(self, name: str, folders: List[str]) -> Hit:
        """Return the hit for a namespace of these folders; it may have none."""
        if not folders:
            return Hit(name, "finder", search=[], namespace=True)
        return self.hit_at(Place(name, os.path.dirname(folders[0]), folders[0], folders, namespace=True), "finder")

    def hit_at(self, place: Place, how: str) -> Hit:
        """Return the hit for a place on the disk, and whose it is."""
        install = self.install_of(place)
        provider = install.name if install else self.provider(place)
        return Hit(place.name, how, place.location, place.entry, place.search, install, provider, place.namespace)


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


def _sources(install: EditableInstall) -> Iterator[str]:
    """Yield what has an install's code below it, or is a file of it, with or without its suffix."""
    for source in (*install.paths, *install.modules.values(), *install.links):
        yield os.path.dirname(source) if os.path.basename(source).startswith("__init__.") else source
    for folders in install.namespaces.values():
        yield from folders
