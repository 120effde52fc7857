"""Whether a path is there, is not there, or cannot be told: a mount that fails proves nothing of what lies on it."""

import os
from typing import Iterator, Tuple

from dbx_patch.diagnosis import remedies
from dbx_patch.diagnosis.findings import Finding
from dbx_patch.diagnosis.installs import EditableInstall, top_modules
from dbx_patch.diagnosis.search import Search
from dbx_patch.index.pth_files import doubt


def is_gone(path: str) -> bool:
    """Tell whether there is certainly no such file or folder."""
    return not os.path.exists(path) and not why_unknown(path)


def why_unknown(path: str) -> str:
    """Return the error that keeps from telling what a path has; "" where it is read, or certainly not there."""
    try:
        os.stat(path)
        with os.scandir(path) as entries:
            next(entries, None)
    except (OSError, ValueError) as error:
        return f"{type(error).__name__}: {error}" if doubt(error) else ""
    return ""


def unreadable_sources(search: Search) -> Iterator[Finding]:
    """Installs of whose sources nothing can be told at the moment: none of them is reported as gone."""
    for install in search.installs:
        folder, why = _unknown(search, install)
        if why:
            cause = (
                f"{folder} could not be read ({why}), so its imports may fail for now. That does not mean that anything"
                " is gone: leave the install as it is. If the folder is on a network mount, wait until that is back:"
            )
            yield Finding("warning", "unreadable-sources", install.name, cause, remedies.shell("ls", "-ld", folder))


def _unknown(search: Search, install: EditableInstall) -> Tuple[str, str]:
    """Return the first of an install's places of which nothing can be told, and why; a sound one costs one look."""
    modules = [path for _, path in top_modules(install)]
    places = [path for path in install.paths if search.disk.listing(path) is None]
    places += [path for path in modules if not os.path.exists(path)]
    if install.project and not os.path.isdir(install.project):
        places.insert(0, install.project)
    return next(((path, why) for path in places for why in [why_unknown(path)] if why), ("", ""))
