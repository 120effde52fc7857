"""Checks of what an editable install has and lacks: its requirements, and the packages in its sources."""

import os
import sys
from typing import Iterator, List, Set

from dbx_patch.diagnosis import remedies
from dbx_patch.diagnosis.findings import Finding
from dbx_patch.diagnosis.installs import EditableInstall
from dbx_patch.diagnosis.requirements import requirements_of
from dbx_patch.diagnosis.search import Search
from dbx_patch.index.source_roots import NOT_MEANT

# Each look can be a remote call: what is told is a note
_MAX_NAMES = _MAX_LISTINGS = 20


def missing_requirements(search: Search) -> Iterator[Finding]:
    """What an editable install requires and this environment lacks, as after `pip install --no-deps`."""
    installed: Set[str] = set()
    for entry in (entry for entry in sys.path if isinstance(entry, str) and entry):
        stems = (found.rpartition(".")[0] for found in search.disk.distributions(entry))
        installed.update(remedies.plain(stem.partition("-")[0]) for stem in stems)
    for install in search.installs:
        info = os.path.join(install.site_folder, f"{install.name}-{install.version}.dist-info")
        missing = [
            text
            for name, text in requirements_of(info)
            # a runtime's own pyspark is a folder on sys.path, and no distribution
            if remedies.plain(name) not in installed and not search.find(name.replace("-", "_"))
        ]
        if missing:
            more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
            cause = (
                f"It requires {', '.join(missing[:5])}{more}, which this environment does not have. To install that:"
            )
            yield Finding("warning", "requirement-missing", install.name, cause, remedies.pip("install", *missing))


def no_init(search: Search) -> Iterator[Finding]:
    """Folders with modules and without ``__init__.py`` in packages that have one everywhere else."""
    for install in search.installs:
        found = _without_init(install, search)
        if found:
            more = f" and {len(found) - 3} more" if len(found) > 3 else ""
            cause = (
                "These folders have modules but no __init__.py, unlike the packages around them:"
                f" {', '.join(found[:3])}{more}. Some build backends leave such folders out, so that an import which"
                " works here may fail with a wheel. If they are meant to be packages, give each an empty __init__.py."
            )
            yield Finding("note", "no-init", install.name, cause, "")


def _without_init(install: EditableInstall, search: Search) -> List[str]:
    names = list(install.names)[:_MAX_NAMES]
    places = [place for name in names for place in search.sources(install, name)[:1]]
    packages = [os.path.dirname(place.location) for place in places if place.search and not place.namespace]
    # What lies beside the packages in a project's own folder is no part of them; whose folder that is has to be known.
    beside = {os.path.dirname(package) for package in packages} - {install.project} if install.project else set()
    folders, found, left = list(dict.fromkeys([*packages, *beside])), [], _MAX_LISTINGS
    for folder in folders:
        for name in sorted(search.disk.listing(folder) or ()) if left > 0 else ():
            below = os.path.join(folder, name)
            if left <= 0 or not name.isidentifier() or name in _NOT_PACKAGES:
                continue
            left -= 1
            listed = search.disk.listing(below)
            if listed and "__init__.py" in listed:
                folders += [below] if below not in folders else []
            elif listed and any(file.endswith(".py") for file in listed):
                found.append(below)
    return found


_NOT_PACKAGES = NOT_MEANT | {"__pycache__", "templates", "site-packages"}
SOURCE_CHECKS = [missing_requirements, no_init]
