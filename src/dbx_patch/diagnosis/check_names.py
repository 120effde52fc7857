"""Checks of names: what keeps ``import name`` from reaching the editable install that provides the name."""

import os
import sys
from typing import Dict, Iterator, List, Optional, Tuple

from dbx_patch.diagnosis import remedies
from dbx_patch.diagnosis.disk import NOT_MEANT, STANDARD_LIBRARY, Place
from dbx_patch.diagnosis.findings import Finding
from dbx_patch.diagnosis.installs import EditableInstall
from dbx_patch.diagnosis.search import Search


def shadowed(search: Search) -> Iterator[Finding]:
    """Names that an editable install provides, but that are found elsewhere first."""
    for install in search.installs:
        by_rival: Dict[Tuple[str, str, bool], List[str]] = {}
        for name in install.names:
            sources = search.sources(install, name)
            if name not in NOT_MEANT and sources and install.shape not in ("D", "E", "G", "I", "J"):
                rival = _rival(name, install, search)
                if rival is not None:
                    # a file beside the packages, where the whole project is a path entry: hardly meant to be imported
                    is_stray = install.project in install.paths and sources[0].search is None
                    by_rival.setdefault((*rival, is_stray), []).append(name)
        for (where, distribution, is_stray), names in by_rival.items():
            finding = _shadow_finding(search, install, names, where, distribution)
            finding.severity = "note" if is_stray else finding.severity
            yield finding


def _rival(name: str, install: EditableInstall, search: Search) -> Optional[Tuple[str, str]]:
    """Return where a name comes from instead, and the distribution that it belongs to."""
    for hit in search.holders(name):
        if hit.how == "built-in":
            return "the interpreter itself", ""
        if hit.namespace:
            continue
        if hit.install is install:
            return None
        if hit.provider == STANDARD_LIBRARY:
            return f"{STANDARD_LIBRARY} ({hit.location})", ""
        return hit.location, "" if hit.install else hit.provider
    return None


def _shadow_finding(
    search: Search, install: EditableInstall, names: List[str], where: str, distribution: str
) -> Finding:
    owner = f", part of the installed distribution {distribution}" if distribution else ""
    cause = f"`import {names[0]}` gets {where}{owner}, which comes before this install on sys.path."
    if len(names) > 1:
        cause += f" The same goes for {', '.join(names[1:])}."
    if distribution:
        remedy = remedies.pip("uninstall", "-y", distribution.partition(" ")[0])
        return Finding("error", "shadowed", install.name, cause + " To use the editable one:", remedy)
    if where.startswith("the "):
        source = search.sources(install, names[0])[0].location
        folder = os.path.dirname(source) if os.path.basename(source).startswith("__init__.") else source
        cause += " Nothing can come before that. Rename the package:"
        return Finding(
            "error", "shadowed", install.name, cause, remedies.shell("git", "mv", folder, folder + "_renamed")
        )
    cause += " Move that file or folder out of the way:"
    package = os.path.dirname(where) if os.path.basename(where).startswith("__init__.") else where
    return Finding("error", "shadowed", install.name, cause, remedies.shell("mv", package, package + ".away"))


def provided_twice(search: Search) -> Iterator[Finding]:
    """Names that two installs provide; for the parts of one namespace that is as it should be."""
    providers: Dict[str, List[Tuple[EditableInstall, Place]]] = {}
    for install in search.installs:
        for name in install.names:
            places = search.sources(install, name)
            if places and name not in NOT_MEANT:
                providers.setdefault(name, []).append((install, places[0]))
    for name, found in providers.items():
        files = {os.path.realpath(place.location) for _, place in found}
        if len(found) < 2 or len(files) < 2 or all(place.namespace for _, place in found):
            continue
        listed = "; ".join(f"{install.name} has {place.location}" for install, place in found)
        cause = f"Two editable installs provide `{name}`: {listed}. Which one is imported depends on their order."
        last = next((i for i, _ in reversed(found) if i.name != found[0][0].name), found[-1][0])
        remedy = remedies.drop(last, found[-1][1].entry)
        yield Finding("warning", "provided-twice", name, cause + " To keep only the first:", remedy)


def loaded_elsewhere(search: Search) -> Iterator[Finding]:
    """Names that this process has loaded from elsewhere than an import would find them now."""
    for install in search.installs:
        for name in install.names:
            file = getattr(sys.modules.get(name), "__file__", None)
            if not isinstance(file, str) or name in NOT_MEANT:
                continue
            sources = search.sources(install, name)
            if sources and not any(_same(file, place.location) for place in sources):
                cause = (
                    f"This process has already loaded `{name}` from {file}. To use the install as it is now, restart"
                    " Python:"
                )
                yield Finding("warning", "loaded-elsewhere", install.name, cause, remedies.code(remedies.RESTART))


def _same(file: str, location: str) -> bool:
    here, there = os.path.realpath(file), os.path.realpath(location)
    return here == there or os.path.dirname(here) == there


NAME_CHECKS = [shadowed, provided_twice, loaded_elsewhere]
