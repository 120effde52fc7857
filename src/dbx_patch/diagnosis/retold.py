"""An import retold for one who asks: which finder answers, in the order of ``sys.meta_path``, and with what.

It reads the disk and the index alone. The engine's own rules (``hooks.precedence``, ``hooks.fallback``,
``hooks.answers``) are retold here step by step, and `tests/diagnosis/test_explain_oracle.py` holds them to it.
"""

import sys
from _frozen_importlib import ModuleSpec
from typing import Any, Dict, List, Optional, Sequence

from dbx_patch.diagnosis.askers import Asker, Paths
from dbx_patch.diagnosis.finders import Finders, Refused
from dbx_patch.diagnosis.holders import Hit, Holders, search_path_of
from dbx_patch.diagnosis.installs import EditableInstall
from dbx_patch.hooks import answers, portions
from dbx_patch.index.pth_files import canonical
from dbx_patch.index.snapshot import EDITABLE
from dbx_patch.index.source_roots import is_of_tests
from dbx_patch.index.workspace import in_workspace


class Imports:
    """What imports by one asker find. ``refused``: the notebook that the last one met, if any."""

    def __init__(self, search: Holders, asker: Asker) -> None:
        self.search, self.asker = search, asker
        self.paths = Paths(search, asker)
        self.finders = Finders(search, self.paths)
        self.refused: Optional[Hit] = None

    def find(self, name: str, before: Optional[Dict[str, Hit]] = None) -> List[Hit]:
        """Return what an import of ``name`` finds, package by package: fewer hits than parts where one is missing.

        ``before``: what is loaded by then, because the same import has loaded it on its way.
        """
        hits: List[Hit] = []
        parts = name.split(".")
        self.refused = None
        for number in range(1, len(parts) + 1):
            parent = hits[-1] if hits else None
            part = ".".join(parts[:number])
            hit = before.get(part) if before else None
            is_below_module = parent is not None and self.path_of(parent) is None  # which can have loaded ones alone
            try:
                if hit is None and not is_below_module:
                    hit = self.top(part) if parent is None else self.below(part, parent)
            except Refused as refused:
                self.refused, hit = refused.hit, None
            if hit is None and number < len(parts):
                hit = self._loaded(part)
            if hit is None:
                break
            hits.append(self.finders.extended(hit, None if parent is None else self.path_of(parent) or []))
        return hits

    def _loaded(self, name: str) -> Optional[Hit]:
        """Return what this process has loaded by a name that nothing has any more."""
        module = None if self.asker.executor else sys.modules.get(name)
        if module is None:
            return None
        location = loaded_from(name)
        return Hit(name, "loaded", location, search=search_path_of(Hit(name, "loaded")))

    def path_of(self, hit: Hit) -> Optional[List[str]]:
        """Return the folders in which a hit's submodules are looked for; None for a plain module."""
        return hit.search if self.asker.executor else search_path_of(hit)

    # Top-level names

    def top(self, name: str) -> Optional[Hit]:
        """Return who answers for a top-level name. Raises Refused."""
        index = self.search.index
        installs = self._named(index.providers.get(name, ()))
        if self.paths.named and installs:
            theirs = self.finders.others(name, None, self.paths.after)
            if theirs is not None and theirs.entry in self.paths.after and theirs.entry not in self.paths.before:
                theirs.how = "fallback"  # what was lost is put back first
            return self._judged(name, None, theirs, installs) or self._missed(name, installs)
        return self.finders.others(name, None, self.paths.before) or self._missed(name, installs)

    def _named(self, installs: Sequence[Any]) -> List[EditableInstall]:
        """Return the public form of installs of the index."""
        place = {id(install): number for number, install in enumerate(self.search.index.installs)}
        return [self.search.installs[place[id(install)]] for install in installs]

    def _judged(
        self, name: str, path: Optional[List[str]], theirs: Optional[Hit], installs: List[EditableInstall]
    ) -> Optional[Hit]:
        """Retell ``precedence.answer``: the others' answer, or the installs' own where that is due."""
        if theirs is not None and theirs.fault:
            return theirs  # what other finders raise passes through
        given = self.search.index.providers[name]
        order = [canonical(entry) for entry in self.paths.after]
        if answers.stays(_spec_of(theirs), given, order):
            return theirs
        own = self._own(name, path, installs, path is not None)
        if own is None or self.search.disk.is_refused_notebook(own.location):
            return theirs
        if own.namespace and theirs is not None:
            if theirs.namespace:
                theirs.search = portions.in_place(theirs.search or (), own.search or [], installs, order)
            return theirs
        return own

    def _missed(self, name: str, installs: List[EditableInstall]) -> Optional[Hit]:
        """Retell ``fallback.resolve`` for a top-level name that nobody had."""
        if not self.paths.fallback:
            return None
        lost = [entry for entry in self.paths.after if entry not in self.paths.before]
        if any(installs or not in_workspace(entry) for entry in lost):
            hit = self.finders.others(name, None, self.paths.after)
            if hit is not None:
                return hit
        hit = self._own(name, None, installs, False) if installs else self._lying_about(name, None)
        return None if hit is None or self.search.disk.is_refused_notebook(hit.location) else hit

    def _lying_about(self, name: str, parents: Optional[List[str]]) -> Optional[Hit]:
        """Retell ``fallback._lying_about``, on the path of a parent; None for the top level's."""
        index, path = self.search.index, self.paths.after if parents is None else parents
        beside, has_tests = index.beside.get(name, ()), is_of_tests(name.partition(".")[0])
        entries = [e for e in path if e in beside or (has_tests and index.is_in_project(canonical(e)))]
        kinds = self.paths.rationed(path) if parents is None else {}
        entries += [entry for entry, kind in kinds.items() if kind == "open"]
        if self.asker.user or self.asker.editable:
            entries += [entry for entry, kind in kinds.items() if kind == "early"]
        places = (place for place in self.search.on_path(name, entries) if not place.namespace)
        return next((self.search.hit_at(place, "fallback") for place in places), None)

    # Submodules

    def below(self, name: str, parent: Hit) -> Optional[Hit]:
        """Return who answers for a submodule. Raises Refused."""
        path = self.path_of(parent) or []
        hit = self.finders.others(name, path, path)
        installs = self._named(self.search.index.providers.get(name, ()))
        if self.paths.named and installs:
            hit = self._judged(name, path, hit, installs)
        return hit or self._missed_below(name, parent, path)

    def _missed_below(self, name: str, parent: Hit, path: List[str]) -> Optional[Hit]:
        installs = self._named(self.search.index.providers.get(name.partition(".")[0], ()))
        if not self.paths.fallback:
            return None
        if not installs:
            hit = self._lying_about(name, path) if is_of_tests(name.partition(".")[0]) else None
            return None if hit is None or self.search.disk.is_refused_notebook(hit.location) else hit
        is_namespace = parent.namespace
        if not is_namespace:
            joined = [folder for folder in portions.halves(parent.name, installs) if folder not in path]
            joined = joined if joined and portions.extends_its_path(parent.location) else []
            joined = [folder for folder in joined if self.search.disk.listing(folder) is not None]
            mine = any(self.search.index.whose(place) is EDITABLE for place in (*path, parent.location))
            path = [*path, *joined] if mine else joined
            if not path:
                return None
        hit = self._own(name, path, installs, is_namespace)
        return None if hit is None or self.search.disk.is_refused_notebook(hit.location) else hit

    # Finders

    def on_path(self, name: str, parent: Optional[Hit]) -> Optional[Hit]:
        """Return what PathFinder finds, were it asked; a notebook too."""
        return self.finders.on_path(name, None if parent is None else self.path_of(parent) or [])

    def fallback_hit(self, name: str, parent: Optional[Hit]) -> Optional[Hit]:
        """Return what dbx-patch's own finder answers a miss with."""
        if parent is not None:
            return self._missed_below(name, parent, self.path_of(parent) or [])
        try:
            return self._missed(name, self._named(self.search.index.providers.get(name, ())))
        except Refused:
            return None

    def _own(
        self, name: str, path: Optional[List[str]], installs: List[EditableInstall], in_namespace: bool
    ) -> Optional[Hit]:
        """Retell ``answers.find``."""
        found: List[str] = []
        is_namespace = False
        for install in installs:
            place = self.search.mapped_place(name, install.modules[name]) if name in install.modules else None
            if place and not place.namespace and self.search.exists(place):
                return self.search.hit_of(place, install)
            found += install.namespaces.get(name, ())
            below = any(mapped.startswith(name + ".") for mapped in install.modules)
            is_namespace = is_namespace or name in install.namespaces or below
        for folder in answers.folders_for(name, path, self.search.index, installs, in_namespace):
            if self.paths.was_asked(folder, path):
                continue
            for place in self.search.on_path(name, [folder]):
                if not place.namespace:
                    return self.search.hit_at(place, "fallback")
                found += place.search or ()
        if not found and not is_namespace:
            return None
        hit = self.search.namespace_hit(name, list(dict.fromkeys(found)))
        hit.how = "fallback"
        return hit


def _spec_of(hit: Optional[Hit]) -> Optional[ModuleSpec]:
    if hit is None:
        return None
    loader: Any = None if hit.namespace and not hit.has_loader else hit  # that there is one is all that counts
    spec = ModuleSpec(hit.name, loader, origin=None if hit.namespace else hit.location or "built-in")
    spec.submodule_search_locations = hit.search
    return spec


def loaded_from(name: str) -> str:
    """Return where this process has a module from, "" where it has it not."""
    module = sys.modules.get(name)
    if module is None:
        return ""
    file = getattr(module, "__file__", None)
    if isinstance(file, str):
        return file
    folders = getattr(module, "__path__", None)
    known = folders if isinstance(folders, list) else getattr(folders, "_path", [])
    return str(next(iter(known), "built in"))
