"""The finders that scikit-build-core and meson-python put first on ``sys.meta_path``, retold from their own data.

They answer before any path entry is asked, whether the file that they name is there or not. Those that ask path entries
themselves ask as a library does: their own files are in the site folder, where the runtime's stack walk sees them.
"""

import os
import shutil
import sys
from dataclasses import replace
from typing import Any, Dict, Iterator, List, Optional, Tuple

from dbx_patch.diagnosis.askers import Paths
from dbx_patch.diagnosis.disk import Place
from dbx_patch.diagnosis.holders import IN_FRONT, Hit, Holders
from dbx_patch.diagnosis.installs import EditableInstall


class Fronts:
    """Those finders, as one asker meets them."""

    def __init__(self, search: Holders, paths: Paths) -> None:
        self.search = search
        self._as_library = Paths(search, replace(paths.asker, user=False, editable=False))

    def hit(self, name: str, path: Optional[List[str]]) -> Optional[Hit]:
        """Return the first answer, on a parent's ``path``; None for the top level's."""
        finders = _in_order(self.search.installs)
        return next(filter(None, (self.answer(finder, install, name, path) for finder, install in finders)), None)

    def answer(self, finder: Any, install: EditableInstall, name: str, path: Optional[List[str]]) -> Optional[Hit]:
        """Return what one of these finders answers."""
        if hasattr(finder, "_top_level_modules"):
            return self._of_meson(name, finder, install)
        if hasattr(finder, "search_paths"):
            return self._of_inplace(name, path, finder)
        return self._of_map(name, path, finder, install)

    # scikit-build-core

    def _of_map(self, name: str, path: Optional[List[str]], finder: Any, install: EditableInstall) -> Optional[Hit]:
        folders: Dict[str, List[str]] = getattr(finder, "submodule_search_locations", {})
        file = install.modules.get(name)
        if file is not None:
            is_package = os.path.basename(file).startswith("__init__.")
            search = folders.get(name, [os.path.dirname(file)]) if is_package else None
            return Hit(name, "finder", file, "", search, install, install.name)
        if name not in folders:
            return None
        # a namespace, with a loader of its own; parts of it that path entries have are joined to it
        found = list(folders[name])
        entries = self._as_library.before if path is None else path
        for place in self._places(name, entries, path is None):
            if not place.namespace:
                found = list(folders[name])
                break
            found += place.search or []
        search = list(dict.fromkeys(found))
        return Hit(name, "finder", search[0], "", search, install, install.name, namespace=True, has_loader=True)

    def _of_inplace(self, name: str, path: Optional[List[str]], finder: Any) -> Optional[Hit]:
        if name.partition(".")[0] not in finder.known_packages:
            return None
        entries = finder.search_paths if path is None else path
        place = next((p for p in self._places(name, entries, path is None) if not p.namespace), None)
        return None if place is None else self.search.hit_at(place, "finder")

    def _places(self, name: str, entries: List[str], is_top: bool) -> Iterator[Place]:
        for entry in entries:
            yield from self._as_library.places(name, entry, entries, is_top)

    # meson-python

    def _of_meson(self, name: str, finder: Any, install: EditableInstall) -> Optional[Hit]:
        """Its map is that of the build folder, in which it builds the project anew at the first import."""
        if name.partition(".")[0] not in finder._top_level_modules:
            return None
        fault = _why_no_build(finder)
        if fault:
            fault = f"the editable install {install.name} {fault}"
            return Hit(name, "finder", install=install, provider=install.name, fault=fault)
        place = self._planned(name, install.modules)
        if place is None:
            return None
        loader = getattr(sys.modules.get(install.finder), "__file__", None) or ""
        search = None if place.search is None else [os.path.join(loader, name)]
        return Hit(name, "finder", place.location, "", search, install, install.name, place.namespace)

    def _planned(self, name: str, modules: Dict[str, str]) -> Optional[Place]:
        """Return where the install plan has a module: files that it lists, and those in folders that it lists."""
        file = modules.get(name)
        if file is not None and not self.search.disk.is_folder(file):
            is_package = os.path.basename(file).startswith("__init__.")
            return Place(name, "", file, [] if is_package else None)
        above, _, tail = name.rpartition(".")
        while file is None and above:
            if above in modules and self.search.disk.is_folder(modules[above]):
                return self.search.disk.look(name, os.path.join(modules[above], *tail.split(".")[:-1]))
            above, _, last = above.rpartition(".")
            tail = f"{last}.{tail}"
        if file is not None:
            return self.search.disk.package(name, os.path.dirname(file), file)
        below = next((path for full, path in modules.items() if full.startswith(name + ".")), None)
        return None if below is None else Place(name, "", os.path.dirname(below), [], namespace=True)


def unbuildable(installs: List[EditableInstall]) -> Dict[str, str]:
    """Return the installs of meson-python that cannot be imported: name -> why."""
    finders = ((finder, i.name) for finder, i in _in_order(installs) if hasattr(finder, "_top_level_modules"))
    found = {name: _why_no_build(finder) for finder, name in finders}
    return {name: why for name, why in found.items() if why}


def _in_order(installs: List[EditableInstall]) -> Iterator[Tuple[Any, EditableInstall]]:
    """Yield the finders on ``sys.meta_path`` that go to its front, and whose they are."""
    by_finder = {install.finder: install for install in installs if install.shape in IN_FRONT}
    for finder in sys.meta_path if by_finder else ():
        install = by_finder.get(getattr(type(finder), "__module__", ""))
        if install is not None:
            yield finder, install


def _why_no_build(finder: Any) -> str:
    """Return why a project cannot be built, as far as that can be seen without a build."""
    build, command = getattr(finder, "_build_path", ""), getattr(finder, "_build_cmd", None)
    if build and not os.path.isdir(build):
        return f"is built anew when it is first imported, in {build}, which does not exist"
    if command and shutil.which(command[0]) is None:
        return f"is built anew when it is first imported, by {command[0]}, which does not exist"
    return ""
