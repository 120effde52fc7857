"""The finders on ``sys.meta_path`` that are not ours, retold: what each would answer, in their order."""

import os
import sys
from dataclasses import replace
from typing import List, Optional

from dbx_patch.diagnosis.askers import Paths
from dbx_patch.diagnosis.disk import BUILT_IN, Place, is_built_in
from dbx_patch.diagnosis.fronts import Fronts
from dbx_patch.diagnosis.holders import IN_FRONT, Hit, Holders
from dbx_patch.diagnosis.installs import EditableInstall
from dbx_patch.hooks import portions


class Refused(Exception):
    """The runtime's finder raises: the file that was found is a notebook."""

    def __init__(self, hit: Hit) -> None:
        super().__init__(hit.location)
        self.hit = hit


class Finders:
    """The interpreter's finders, the runtime's and the installers', as one asker meets them."""

    def __init__(self, search: Holders, paths: Paths) -> None:
        self.search, self.paths = search, paths
        self.fronts = Fronts(search, paths)
        self.refuses = paths.asker.executor or runtime_refuses_notebooks()

    def others(self, name: str, path: Optional[List[str]], entries: List[str]) -> Optional[Hit]:
        """Retell the finders that are not ours, in their order."""
        if path is None and is_built_in(name):
            return Hit(name, "built-in", provider=BUILT_IN)
        first = self.fronts.hit(name, path)
        if first is not None:
            return first
        return self.path_hit(name, entries, path is None) or self._installers(name)

    def on_path(self, name: str, path: Optional[List[str]]) -> Optional[Hit]:
        """Return what PathFinder finds on ``sys.path`` or a package's path, were it asked; a notebook too."""
        try:
            return self.path_hit(name, self.paths.before if path is None else path, path is None)
        except Refused as refused:
            return refused.hit

    def path_hit(self, name: str, entries: List[str], is_top: bool) -> Optional[Hit]:
        """Return what PathFinder finds: the first module, else a namespace. Raises Refused for a notebook."""
        found, first = [], None
        for entry in entries:
            folders = self._placeholder(name, entry)
            if folders is not None:
                found += folders
                first = first or self.search.namespace_hit(name, folders)
            for place in self.paths.places(name, entry, entries, is_top) if folders is None else ():
                hit = self.search.hit_at(place, "path")
                if not place.namespace:
                    hit = self.search.behind_stand_in(hit)
                    if self.refuses and self.search.disk.is_refused_notebook(hit.location):
                        raise Refused(hit)
                    return hit
                found += place.search or []
                first = first or hit
        if first is not None:
            first.search = found
        return first

    def extended(self, hit: Hit, path: Optional[List[str]]) -> Hit:
        """Give a package that extends its own path the other folders that it will find when it loads."""
        is_top = path is None
        words = portions.EXTENDERS if hit.search is not None and hit.location.endswith(".py") else ()
        if any(word.encode() in (self.search.disk.source(hit.location) or b"") for word in words):
            own = Paths(self.search, self.paths.asker.in_file_of(self.search.index.whose(hit.location)))
            found = list(hit.search or ())
            for entry in own.after if path is None else path:
                for place in own.places(hit.name, entry, own.after if path is None else path, is_top):
                    found += place.search or ()
            hit.search = list(dict.fromkeys(found))
        return hit

    def _placeholder(self, name: str, entry: str) -> Optional[List[str]]:
        """Return a namespace's folders where an entry is setuptools' stand-in for it; None for any other entry."""
        if not entry.endswith(".__path_hook__"):
            return None
        for install in self.search.installs:
            if getattr(sys.modules.get(install.finder), "PATH_PLACEHOLDER", None) == entry:
                return install.namespaces.get(name)
        return None

    def _installers(self, name: str) -> Optional[Hit]:
        """Return what the finders that installers put last have."""
        for install in sorted(self.search.installs, key=_place_of_finder):
            is_in_place = install.finder in sys.modules and _place_of_finder(install) < len(sys.meta_path)
            if not is_in_place or install.shape in IN_FRONT:
                continue
            place = self._of_setuptools(name, install) if install.shape == "B" else None
            if place is not None:
                return self.search.hit_at(place, "finder")
            hit = self.search.finder_hit(name, [install])
            dotted = install.shape == "C" and "." in name  # `editables` answers top-level names only
            if hit is not None and name in install.modules and not hit.namespace and not dotted:
                return hit
        return None

    def _of_setuptools(self, name: str, install: EditableInstall) -> Optional[Place]:
        """Return what setuptools' finder has below a package that it maps, which it looks for itself.

        Since setuptools 69 it asks PathFinder, for the package's own modules. Before, it looked at the disk, at any
        depth, past every hook.
        """
        finder = getattr(sys.modules.get(install.finder), "_EditableFinder", None)
        code = getattr(getattr(finder, "find_spec", None), "__code__", None)
        if "PathFinder" in getattr(code, "co_names", ("PathFinder",)):
            mapped = install.modules.get(name.rpartition(".")[0])
            if not mapped:
                return None
            # the finder's file is in site-packages, so the workspace hook takes it for a library that asks
            paths = Paths(self.search, replace(self.paths.asker, user=False, editable=False))
            return next(paths.places(name, mapped, [mapped], False), None)
        for package, mapped in reversed(list(install.modules.items())):
            if name.startswith(package + "."):
                parts = name[len(package) + 1 :].split(".")
                place = self.search.disk.look(name, os.path.join(mapped, *parts[:-1]))
                return None if place is None or place.namespace else place
        return None


def _place_of_finder(install: EditableInstall) -> int:
    """Return where on ``sys.meta_path`` an install's finder stands; the library `editables` has one for all."""
    module = "editables.redirector" if install.shape == "C" else install.finder
    places = (number for number, finder in enumerate(sys.meta_path) if getattr(finder, "__module__", "") == module)
    return next(places, len(sys.meta_path))


def runtime_refuses_notebooks() -> bool:
    """Tell whether a finder of the runtime's that refuses notebooks is in place."""
    return any(type(finder).__module__.startswith("dbruntime.") for finder in sys.meta_path)
