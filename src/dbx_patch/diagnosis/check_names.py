"""Checks of names: what keeps ``import name`` from reaching the editable install that provides the name."""

import os
import sys
from collections import Counter
from typing import Dict, Iterator, List, Optional, Tuple

from dbx_patch.diagnosis import remedies
from dbx_patch.diagnosis.disk import BUILT_IN, STANDARD_LIBRARY, Place, is_frozen
from dbx_patch.diagnosis.findings import Finding
from dbx_patch.diagnosis.installs import EditableInstall
from dbx_patch.diagnosis.search import Search
from dbx_patch.index.pth_files import canonical, get_site_packages_dirs
from dbx_patch.index.source_roots import NOT_MEANT


def shadowed(search: Search) -> Iterator[Finding]:
    """Names that an editable install provides, but that are found elsewhere first."""
    for install in search.installs:
        wanted = _rivalled(install, search)
        by_rival: Dict[Tuple[str, str, bool], List[str]] = {}
        for name in wanted:
            sources = search.means(install, name)
            if name not in NOT_MEANT and sources and install.shape not in ("D", "E", "G", "I", "J"):
                rival = _rival(name, install, search)
                if rival is not None:
                    # a file beside the packages, where the whole project is a path entry: hardly meant to be imported
                    is_stray = install.project in install.paths and sources[0].search is None
                    by_rival.setdefault((*rival, is_stray), []).append(name)
        for (where, provider, is_stray), names in by_rival.items():
            finding = _shadow_finding(search, install, names, where, provider)
            finding.severity = "note" if is_stray else finding.severity
            yield finding


def _rivalled(install: EditableInstall, search: Search) -> List[str]:
    """Return the names of an install that anybody else has as well, told from listings: the others need no look."""
    own = {canonical(root) for root in install.paths}
    entries = [e for e in sys.path if isinstance(e, str) and canonical(e) not in own]
    others = search.disk.names_in(entries).union(sys.builtin_module_names)
    archives = [entry for entry in entries if search.disk.listing(entry) is None and search.disk.is_file(entry)]
    return [
        name
        for name in install.names
        if name in others or is_frozen(name) or any(search.disk.look(name, archive) for archive in archives)
    ]


def _rival(name: str, install: EditableInstall, search: Search) -> Optional[Tuple[str, str]]:
    """Return where a name comes from instead, and who provides that; another editable install is `provided_twice`'s."""
    for hit in search.holders(name):
        if hit.how == "built-in":
            return "the interpreter itself", BUILT_IN
        if not hit.namespace:
            return None if hit.install else (hit.location, hit.provider)
    return None


def _shadow_finding(search: Search, install: EditableInstall, names: List[str], where: str, provider: str) -> Finding:
    cause = f"`import {names[0]}` gets {where}"
    if provider == STANDARD_LIBRARY:
        cause = f"`import {names[0]}` gets {provider} ({where})"
    elif provider and provider != BUILT_IN:
        cause += f", part of the installed distribution {provider}"
    cause += ", which comes before this install on sys.path."
    if len(names) > 1:
        cause += f" The same goes for {', '.join(names[1:])}."
    remedy = ""
    if provider in (BUILT_IN, STANDARD_LIBRARY):
        cause += " Nothing can come before that: rename the package, and install the project again."
    elif provider:
        remedy = _uninstall_rival(search, where, provider.partition(" ")[0])
        cause += " To use the editable one:" if remedy else " pip cannot remove that from here."
    else:
        cause += " To use the editable one, rename the other, or take its folder off sys.path."
    return Finding("error", "shadowed", install.name, cause, remedy)


def _uninstall_rival(search: Search, location: str, name: str) -> str:
    """Return how to uninstall the distribution that has a file, where pip can."""
    above = [folder for folder in get_site_packages_dirs() if location.startswith(folder + "/")]
    return remedies.uninstall(name, max(above, key=len), search.disk) if above else ""


def provided_twice(search: Search) -> Iterator[Finding]:
    """Names that two installs provide; for the parts of one namespace that is as it should be."""
    providers: Dict[str, List[Tuple[EditableInstall, Place]]] = {}
    shared = Counter(name for install in search.installs for name in install.names)
    for install in search.installs:
        for name in (name for name in install.names if shared[name] > 1):
            places = search.means(install, name)
            if places and name not in NOT_MEANT:
                providers.setdefault(name, []).append((install, places[0]))
    for name, found in providers.items():
        files = {search.disk.real(place.location) for _, place in found}
        if len(found) < 2 or len(files) < 2 or all(place.namespace for _, place in found):
            continue
        listed = "; ".join(f"{install.name} has {place.location}" for install, place in found)
        cause = f"{len(found)} editable installs provide `{name}`: {listed}."
        if all(remedies.is_here(install.site_folder) for install, _ in found):
            cause += " Which one is imported depends on their order."
            commands = dict.fromkeys(remedies.drop(install, search.disk, place.entry) for install, place in found[1:])
            remedy = "" if "" in commands else "\n".join(commands)
            yield Finding("warning", "provided-twice", name, cause + (" To keep the first:" if remedy else ""), remedy)
        else:
            cause += " They belong to different environments, of which the upper one wins. There is nothing to do."
            yield Finding("note", "provided-twice", name, cause, "")


def loaded_elsewhere(search: Search) -> Iterator[Finding]:
    """Names that this process has loaded from elsewhere than an import would find them now."""
    for install in search.installs:
        for name in install.names:
            file = getattr(sys.modules.get(name), "__file__", None)
            if not isinstance(file, str) or name in NOT_MEANT:
                continue
            now = [hit.location for hit in search.find(name) if hit.location]  # or what shadows it: `shadowed` says so
            now += [place.location for place in search.sources(install, name)]
            if now and not any(_same(file, location) for location in now):
                cause = (
                    f"This process has already loaded `{name}` from {file}. To use the install as it is now, restart"
                    " Python:"
                )
                yield Finding("warning", "loaded-elsewhere", install.name, cause, remedies.code(remedies.RESTART))


def _same(file: str, location: str) -> bool:
    here, there = os.path.realpath(file), os.path.realpath(location)
    return here == there or os.path.dirname(here) == there


NAME_CHECKS = [shadowed, provided_twice, loaded_elsewhere]
