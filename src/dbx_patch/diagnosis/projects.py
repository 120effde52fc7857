"""What a project's folder says of the project, read and not run: its name, and the packages that it would install."""

import os
import re
import sys
from contextlib import suppress
from typing import Dict, Iterator, List

from dbx_patch.diagnosis.disk import Disk
from dbx_patch.diagnosis.remedies import plain
from dbx_patch.diagnosis.search import Search
from dbx_patch.index.pth_files import MAX_PTH_BYTES, canonical, lines_of, path_of_line, read_text
from dbx_patch.index.snapshot import NOBODY
from dbx_patch.index.source_roots import NOT_MEANT, is_source_root
from dbx_patch.index.workspace import in_workspace, is_too_wide

# The section of a file that makes the folder a project which pip can install; setup.py has none
_SECTIONS = {
    "pyproject.toml": ("[project]", "[tool.poetry]", "[build-system]"),
    "setup.cfg": ("[metadata]", "[options]"),
    "setup.py": (),
}
_NAMED_IN = ("[project]", "[tool.poetry]", "[metadata]")
_NAME = re.compile(r"""name\s*=\s*["']?([A-Za-z0-9][A-Za-z0-9._-]*)["']?\s*(#.*)?$""")
_MAX_PARENTS = 8
_MAX_SIBLINGS = 40


def is_project(folder: str, disk: Disk) -> bool:
    """Tell whether pip could install a folder: it has a file that says how."""
    for file in _SECTIONS.keys() & (disk.listing(folder) or frozenset()):
        sections = _SECTIONS[file]
        if not sections or any(line in sections for line in _lines(os.path.join(folder, file))):
            return True
    return False


def _lines(file: str) -> List[str]:
    return [line.strip() for line in (read_text(file, limit=1 << 20) or "").splitlines()]


def name_of(project: str) -> str:
    """Return the name that a project gives itself in pyproject.toml or setup.cfg, "" where it gives none there."""
    for file in ("pyproject.toml", "setup.cfg"):
        section = ""
        for line in _lines(os.path.join(project, file)):
            section = line if line.startswith("[") else section
            found = _NAME.match(line) if section in _NAMED_IN else None
            if found:
                return found.group(1)
    return ""


def packages_of(project: str, disk: Disk) -> List[str]:
    """Return the names of the packages that lie where a project has its own: in `src`, or at its top."""
    source = os.path.join(project, "src")
    in_src = disk.listing(source) is not None and not disk.is_file(os.path.join(source, "__init__.py"))
    base = source if in_src else project
    names = [name for name in sorted(disk.listing(base) or ()) if name.isidentifier() and name not in NOT_MEANT]
    return [name for name in names if disk.is_file(os.path.join(base, name, "__init__.py"))]


def around(search: Search) -> List[str]:
    """Return the projects that the working directory and the notebook lie in, the nearest above each."""
    found: Dict[str, str] = {}
    for start in _whereabouts(search):
        for folder in _upwards(start):
            if is_project(folder, search.disk):
                found.setdefault(search.disk.real(folder), folder)
                break
    return list(found.values())


def _whereabouts(search: Search) -> Iterator[str]:
    """Yield the working directory, and the folders of notebooks, which the runtime puts on ``sys.path``."""
    with suppress(OSError):  # it is gone
        yield os.path.abspath(os.curdir)
    for entry in sys.path:
        if isinstance(entry, str) and in_workspace(entry) and search.index.whose(canonical(entry)) is NOBODY:
            yield canonical(entry)


def _upwards(folder: str) -> Iterator[str]:
    for _ in range(_MAX_PARENTS):
        if not is_source_root(folder):  # a home, or the workspace's root: what is above is nobody's project
            return
        yield folder
        folder = os.path.dirname(folder)


def moved_to(project: str, name: str, search: Search) -> str:
    """Return where a project that is gone is now: beside its old place, or around; "" where that is not clear.

    A folder that was renamed may be the project's own, or one above it.
    """
    above, rest = os.path.split(project)
    while search.disk.listing(above) is None and above != os.path.dirname(above):
        above, base = os.path.split(above)
        rest = os.path.join(base, rest)
    below = os.path.join(*rest.split("/")[1:], "")
    siblings = sorted(search.disk.listing(above) or ())[:_MAX_SIBLINGS] if above != "/" else []
    beside = [os.path.join(above, sibling, below).rstrip("/") for sibling in siblings if sibling[0] != "."]
    found: Dict[str, str] = {}
    for folder in (*beside, *around(search)):
        if is_project(folder, search.disk) and plain(name_of(folder)) == plain(name):
            found.setdefault(search.disk.real(folder), folder)
    return next(iter(found.values())) if len(found) == 1 else ""


def wide_lines(pth: str, is_projects: bool, search: Search) -> List[str]:
    """Return the folders that a ``.pth`` names, that are there, and that are too wide to be a source folder.

    ``is_projects``: it belongs to an editable install. Another file may chain site folders, or a home of no modules.
    """
    lines = lines_of(read_text(pth, limit=MAX_PTH_BYTES) or "")
    roots = [root for root in (path_of_line(line, os.path.dirname(pth)) for line in lines) if root]
    return [root for root in roots if _is_wide(root, search) and (is_projects or _is_meant(root, search.disk))]


def _is_wide(root: str, search: Search) -> bool:
    if is_source_root(root) and is_source_root(search.disk.real(root)):
        return False
    is_site = root.endswith(("/site-packages", "/dist-packages"))
    return not is_site and search.disk.listing(root) is not None


def _is_meant(root: str, disk: Disk) -> bool:
    is_home = os.path.dirname(root) in ("/home", "/Users") or root == os.path.expanduser("~")
    listed = disk.listing(root) or frozenset()
    has_module = any(name.endswith(".py") for name in listed) or bool(packages_of(root, disk))
    return has_module and (is_home or is_too_wide(root))
