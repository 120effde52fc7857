"""Reading ``.pth`` files by hand: functions under the name that the first dbx-patch documented.

A door: nothing inside dbx-patch uses it. Import lines are never executed, and files that cannot be read are empty.
"""

import os
import sys
from typing import TYPE_CHECKING, Iterable, List, Optional

from dbx_patch.api import get_editable_install_paths as get_editable_install_paths
from dbx_patch.api import process_all_pth_files as process_all_pth_files
from dbx_patch.index.pth_files import (
    MAX_PTH_BYTES,
    canonical,
    files_ending,
    lines_of,
    path_of_line,
    read_text,
)
from dbx_patch.index.pth_files import find_pth_files as find_pth_files
from dbx_patch.index.pth_files import get_site_packages_dirs as get_site_packages_dirs

if TYPE_CHECKING:
    from dbx_patch.index.pth_files import AnyPath


def process_pth_file(pth_file: "AnyPath") -> List[str]:
    """Return the existing folders that a ``.pth`` names, absolute, in its order, once each.

    Import lines are never executed. An unreadable file gives an empty list.
    """
    pth_file = os.fspath(pth_file)
    text = read_text(pth_file, limit=MAX_PTH_BYTES)
    found: List[str] = []
    for line in lines_of(text or ""):
        path = path_of_line(line, os.path.dirname(os.path.abspath(pth_file)))
        if path is not None and path not in found and os.path.isdir(path):
            found.append(path)
    return found


def process_egg_link_file(egg_link: "AnyPath") -> Optional[str]:
    """Return the folder that the first line of a ``.egg-link`` names (``setup.py develop``), or None if it is gone."""
    egg_link = os.fspath(egg_link)
    line = lines_of(read_text(egg_link) or "")[0]
    path = path_of_line(line, os.path.dirname(os.path.abspath(egg_link)))
    return path if path is not None and os.path.isdir(path) else None


def find_egg_link_files(site_packages: "AnyPath") -> List[str]:
    """Return a site folder's ``.egg-link`` files, sorted."""
    return files_ending(site_packages, ".egg-link")


def add_paths_to_sys_path(paths: Iterable["AnyPath"], prepend: bool = False) -> int:
    """Put ``paths`` on ``sys.path``, at the end or (``prepend``) at the start, in their order, once each.

    Returns how many were not there yet. Compared as ``site`` does: absolute, without a trailing slash.
    """
    present = {canonical(entry) for entry in sys.path if isinstance(entry, str)}
    new: List[str] = []
    for path in paths:
        entry = canonical(os.path.abspath(os.fspath(path)))
        if entry not in present:
            present.add(entry)
            new.append(entry)
    if prepend:
        sys.path[0:0] = new
    else:
        sys.path.extend(new)
    return len(new)
