"""The index: which editable installs there are, where their sources lie, which names they provide.

An :class:`Index` is a snapshot that never changes; :func:`current` replaces it when a site folder's mtime says
that something was installed, reinstalled or uninstalled, and reads the folders that changed. Nothing here imports,
executes, or takes a lock.
"""

import sys

from dbx_patch.index import pth_files, source_roots
from dbx_patch.index.site_folder import SiteReading
from dbx_patch.index.source_roots import is_source_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, FrozenSet, List, Optional, Tuple

    from dbx_patch.index.install import Install

_MAX_REMEMBERED = 8192
_UNKNOWN: "Any" = object()
_NO_FILES = ("/..", "/site-packages", "/dist-packages")  # their names decide, and not those of their folders alone


class Index:
    """A snapshot of the editable installs of this process. Paths are absolute and normalised.

    ``before``: an earlier one, from which the readings of folders that have not changed are taken over.
    """

    def __init__(self, folders: "List[str]", before: "Optional[Index]" = None) -> None:
        self.path = list(sys.path)  # what `folders` was derived from
        self.folders = folders
        kept = {reading.folder: reading for reading in before.readings if not reading.is_stale()} if before else {}
        self.readings: List[SiteReading] = [kept.get(folder) or SiteReading(folder) for folder in folders]
        self.installs: Tuple[Install, ...] = tuple(i for reading in self.readings for i in reading.installs)
        # path entry, as `site` would have put it on sys.path and in its order -> the top-level names in its folder
        self.names_in: Dict[str, FrozenSet[str]] = {}
        for reading in self.readings:
            for root, names in reading.names_in.items():
                self.names_in.setdefault(root, names)
        self.roots = list(self.names_in)
        self.providers: Dict[str, List[Install]] = {}
        self._known: Dict[str, Optional[bool]] = {}
        self._folders: Dict[str, Optional[bool]] = {}
        self._owners: Dict[str, Optional[bool]] = dict.fromkeys(folders, False)
        # An environment can lie inside a project: what it brings of Python itself is nobody's code all the same
        self._owners.update(dict.fromkeys(source_roots.STANDARD_LIBRARY))
        for reading in self.readings:
            for root, names in reading.names_in.items():  # by its real path too, as a linked entry of the user's has it
                self.names_in.setdefault(reading.real_path(root), names)
            for install in reading.installs:
                for name in self.names_of(install):
                    self.providers.setdefault(name, []).append(install)
                self._own(install, reading)

    def _own(self, install: "Install", reading: "SiteReading") -> None:
        modules = set(install.mapping.values())
        for folder in install.folders():
            if (folder + "/").startswith(install.folder + "/"):
                continue
            real = reading.real_path(folder)
            # setuptools maps a single module without its suffix; beside a root, that would be another's file
            for suffix in ("", ".py", ".pyc") if folder in modules and folder not in install.roots else ("",):
                self._owners[folder + suffix] = self._owners[real + suffix] = True
        for link in install.links:  # the one thing in a site folder that is user code
            self._owners[link] = is_source_root(reading.real_path(link))

    @property
    def source_folders(self) -> "List[str]":
        """Path entries and package folders of every install."""
        return [folder for install in self.installs for folder in install.folders()]

    def names_of(self, install: "Install") -> "FrozenSet[str]":
        """Return the top-level names that ``install`` provides."""
        found = {name.partition(".")[0] for names in (install.mapping, install.namespaces) for name in names}
        return frozenset(found.union(*(self.names_in[root] for root in install.roots)))

    def is_editable(self, path: str) -> "Optional[bool]":
        """Tell whose code ``path`` (a file, or a path entry) is: True an editable install's, False a site folder's.

        None: neither. The most specific folder decides. No file operation; constant in the number of installs.
        """
        try:
            verdict: Optional[bool] = self._known.get(path, _UNKNOWN)
        except TypeError:  # cannot even be hashed
            return None
        if verdict is _UNKNOWN:
            verdict = self._remember(path) if isinstance(path, str) else None
        return verdict

    def _remember(self, path: str) -> "Optional[bool]":
        """Work out a verdict; most paths are a file's, whose folder has one already."""
        if len(self._known) >= _MAX_REMEMBERED:
            self._known.clear()
            self._folders.clear()
        cut = path.rfind("/")
        if cut < 0 or path in self._owners or path.endswith(_NO_FILES):
            verdict = self._owner(path)
        else:
            folder = path[:cut]
            verdict = self._folders.get(folder, _UNKNOWN)  # one look-up: another thread may clear it in between
            if verdict is _UNKNOWN:
                verdict = self._folders[folder] = self._owner(folder)
        self._known[path] = verdict
        return verdict

    def _owner(self, path: str) -> "Optional[bool]":
        if "/../" in path or path.endswith("/.."):
            return None  # where that leads cannot be told without asking the disk
        folder, found = path, None
        while folder:
            if folder in self._owners:
                found = self._owners[folder]
                break
            folder = folder[: max(folder.rfind("/"), 0)]
        rest = (path[len(folder) :] if found else path) + "/"  # the folder itself, as a path entry, is no source either
        return False if "/site-packages/" in rest or "/dist-packages/" in rest else found

    def is_stale(self) -> bool:
        """Tell whether a site folder came, went or changed: a stat for each, and no more."""
        if sys.path != self.path:
            if pth_files.get_site_packages_dirs() != self.folders:
                return True
            self.path = list(sys.path)
        return any(reading.is_stale() for reading in self.readings)


_index: "Optional[Index]" = None


def current(force: bool = False) -> Index:
    """Return an up-to-date index; with ``force`` one that is read anew. Two threads may both read it: harmless."""
    global _index
    index = _index
    if index is None or force or index.is_stale():
        _index = index = Index(pth_files.get_site_packages_dirs(), None if force else index)
    return index


def known() -> "Optional[Index]":
    """Return the index as it is, possibly stale, without a file operation; None before its first use."""
    return _index
