"""The index: which editable installs there are, where their sources lie, which names they provide.

An :class:`Index` is a snapshot that never changes; :func:`current` replaces it when a site folder's mtime says
that something was installed, reinstalled or uninstalled. Reading costs one pass over the site folders and one
listing of each source root, at the first use. Nothing here imports, executes, or takes a lock.
"""

import os
import sys
import time

from dbx_patch import pth_processor, site_folders
from dbx_patch.site_folders import is_source_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, FrozenSet, List, Optional, Tuple

    from dbx_patch.site_folders import Install

# A folder changed again within the clock's tick keeps its mtime: so young an mtime proves nothing yet.
_YOUNG_NS = 50_000_000
_MAX_REMEMBERED = 8192
_MAX_PARENTS = 200


class Index:
    """A snapshot of the editable installs of this process. Paths are absolute and normalised."""

    def __init__(self, folders: "List[str]") -> None:
        self.path = list(sys.path)  # what `folders` was derived from
        self.folders = folders
        self.stamps = [_stamp(folder) for folder in folders]  # taken first: what changes meanwhile makes it stale
        read = [site_folders.read_installs(folder) for folder in folders]
        self.installs: Tuple[Install, ...] = tuple(install for installs, _ in read for install in installs)
        real: Dict[str, str] = {}
        for install in self.installs:
            _narrow(install, real)
        # path entry, as `site` would have put it on sys.path and in its order -> the top-level names in its folder
        self.names_in: Dict[str, FrozenSet[str]] = {}
        installs_of: Dict[str, List[Install]] = {}
        for install in self.installs:
            for root in install.roots:
                installs_of.setdefault(root, []).append(install)
        for root in dict.fromkeys(root for _, roots in read for root in roots):
            if root in installs_of:
                self._add_root(root, installs_of[root])
        self.roots = list(self.names_in)
        for root in self.roots:  # found under its real path too, as a symlinked entry of the user's spells it
            self.names_in.setdefault(real_path(root, real), self.names_in[root])
        self.providers: Dict[str, List[Install]] = {}
        self._known: Dict[str, Optional[bool]] = {}
        self._owners: Dict[str, Optional[bool]] = dict.fromkeys(folders, False)
        # An environment can lie inside a project: what it brings of Python itself is nobody's code all the same
        self._owners.update(dict.fromkeys(site_folders.STANDARD_LIBRARY))
        for install in self.installs:
            for name in self.names_of(install):
                self.providers.setdefault(name, []).append(install)
            self._own(install, real)

    def _add_root(self, root: str, installs: "List[Install]") -> None:
        names, is_site_folder = _names_in(root)
        if is_site_folder and not any(install.distribution for install in installs):
            for install in installs:  # chained by a hand-written .pth: installed packages, whatever its name
                install.roots.remove(root)
        else:
            self.names_in[root] = names

    def _own(self, install: "Install", known: "Dict[str, str]") -> None:
        modules = set(install.mapping.values())
        for folder in install.folders():
            if (folder + "/").startswith(install.folder + "/"):
                continue
            real = real_path(folder, known)
            # setuptools maps a single module without its suffix; beside a root, that would be another's file
            for suffix in ("", ".py", ".pyc") if folder in modules and folder not in install.roots else ("",):
                self._owners[folder + suffix] = self._owners[real + suffix] = True
        for link in install.links:  # the one thing in a site folder that is user code
            self._owners[link] = is_source_root(os.path.realpath(link))

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
            return self._known[path]
        except (KeyError, TypeError):
            verdict = self._owner(path) if isinstance(path, str) else None
            if len(self._known) >= _MAX_REMEMBERED:
                self._known.clear()
            if isinstance(path, str):
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
            if pth_processor.get_site_packages_dirs() != self.folders:
                return True
            self.path = list(sys.path)
        return any(stamp is _YOUNG or stamp != _stamp(folder) for folder, stamp in zip(self.folders, self.stamps))


_YOUNG = object()
_index: "Optional[Index]" = None


def current(force: bool = False) -> Index:
    """Return an up-to-date index; with ``force`` one that is read anew. Two threads may both read it: harmless."""
    global _index
    index = _index
    if index is None or force or index.is_stale():
        _index = index = Index(pth_processor.get_site_packages_dirs())
    return index


def known() -> "Optional[Index]":
    """Return the index as it is, possibly stale, without a file operation; None before its first use."""
    return _index


def _narrow(install: "Install", known: "Dict[str, str]") -> None:
    """Take from an install what is no source folder: a finder may name any folder, and a link may lead to any."""

    def is_source(path: str) -> bool:
        folder = os.path.dirname(path) if os.path.basename(path).startswith("__init__.") else path
        return is_source_root(folder) and is_source_root(real_path(folder, known))

    install.roots = [root for root in install.roots if is_source(root)]
    install.targets = [target for target in install.targets if is_source(target)]
    inside = install.folder + "/"  # scikit-build-core's compiled modules lie in the site folder: found, but no source
    install.mapping = {n: path for n, path in install.mapping.items() if path.startswith(inside) or is_source(path)}
    install.namespaces = {
        name: [folder for folder in folders if is_source(folder)] for name, folders in install.namespaces.items()
    }


def _stamp(folder: str) -> object:
    try:
        changed = os.stat(folder).st_mtime_ns
    except (OSError, ValueError):
        return None
    return _YOUNG if 0 <= time.time_ns() - changed < _YOUNG_NS else changed


def real_path(path: str, known: "Dict[str, str]") -> str:
    """Return ``os.path.realpath(path)`` of an absolute path; ``known`` spares asking for common parents again."""
    real = known.get(path)
    if real is None and path.count("/") > _MAX_PARENTS:  # no folder that an installer could have made
        real = known[path] = path
    if real is None:
        parent, base = os.path.split(path)
        real = path if not base or parent == path else f"{real_path(parent, known).rstrip('/')}/{base}"
        if os.path.islink(real):
            real = os.path.realpath(real)
        known[path] = real
    return real


def _names_in(root: str) -> "Tuple[FrozenSet[str], bool]":
    """Return the modules, packages and namespaces in a path entry's folder, and whether things are installed there."""
    names = set()
    is_site_folder = False
    try:
        with os.scandir(root) as entries:
            for entry in entries:
                stem, dot, _ = entry.name.partition(".")
                if entry.name.endswith(".dist-info"):
                    is_site_folder = True
                is_module = entry.name.endswith(pth_processor.SOURCE_SUFFIXES) or (not dot and _is_dir(entry))
                if is_module and stem.isidentifier() and stem != "__pycache__":
                    names.add(stem)
    except OSError:
        pass
    return frozenset(names), is_site_folder


def _is_dir(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
