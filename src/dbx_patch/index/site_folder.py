"""What one site folder has: its editable installs, less what is no source folder, and the names in their roots.

Read in one pass over the site folder and one listing of each source root. Nothing here imports, executes, or takes
a lock. Looks under the workspace can be remote calls: there is one for a root, and one for each folder in its path.
"""

import os
import time

from dbx_patch.index import pth_files, scan
from dbx_patch.index.source_roots import is_source_root, lies_beside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, FrozenSet, List, Optional, Tuple

    from dbx_patch.index.install import Install

# A folder changed again within the clock's tick keeps its mtime: so young an mtime proves nothing yet.
_YOUNG_NS = 50_000_000
_YOUNG = object()
_MAX_PARENTS = 200
_MAX_MISSING = 100
# What was not there, or could not be told, is looked at again after so many seconds, and not at every import.
RETRY_SECONDS = 1.0


class SiteReading:
    """A site folder as it was read. What it read never changes, so an index can take it over while it is not stale.

    ``error``: why the folder itself could not be read, or "". ``sure``: nothing in it was left open (see
    ``pth_files.doubt``). A reading that is not sure, or that misses folders, is looked at again after a while.
    """

    __slots__ = (
        *("_empty", "_look_again", "_real", "_stamp", "beside_in", "error", "folder", "identity", "installs"),
        *("missing", "names_in", "sure"),
    )

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.identity, self._stamp = _state_of(folder)  # taken first: what changes meanwhile makes this stale
        self._real: Dict[str, str] = {}
        self.error = ""
        doubts, certain = pth_files.doubts, True
        roots: List[str] = []
        self.installs: List[Install] = []
        try:
            self.installs, roots = scan.read_installs(folder)
        except (FileNotFoundError, NotADirectoryError):
            pass  # it has no installs, and is not meant to
        except (OSError, ValueError) as error:
            # a ValueError is final where no folder can have this path, and else a file's that could not be read
            certain = self.identity is None if isinstance(error, ValueError) else not pth_files.doubt(error)
            self.error = f"{type(error).__name__}: {error}"
        installs_of: Dict[str, List[Install]] = {}
        for install in self.installs:
            self._narrow(install)
            for root in install.paths:
                installs_of.setdefault(root, []).append(install)
        # path entry, in the order in which `site` would add them -> the top-level names in its folder
        self.names_in: Dict[str, FrozenSet[str]] = {}
        # the same for what lies beside a project's packages, and is no part of it
        self.beside_in: Dict[str, FrozenSet[str]] = {}
        for root in dict.fromkeys(roots):
            if root in installs_of:
                self._add_root(root, installs_of[root])
        # a file that no distribution owns, and that names nothing that can be an install's, is none
        self.missing = [path for install in self.installs for path in install.missing_paths][:_MAX_MISSING]
        self._empty = [root for install in self.installs for root in self._offers_nothing(install)][:_MAX_MISSING]
        self.installs = [i for i in self.installs if i.distribution or i.finder or i.source_folders()]
        self.sure = certain and doubts == pth_files.doubts
        self._look_again = time.monotonic() + RETRY_SECONDS

    def is_stale(self) -> bool:
        """Tell whether the site folder came, went or changed since, or what was away is back: one stat, as a rule."""
        if self.missing or self._empty or not self.sure:
            now = time.monotonic()
            if now >= self._look_again:
                if not self.sure or self._is_back():
                    return True  # each time that it is asked, until the folder has been read anew
                self._look_again = now + RETRY_SECONDS
            elif not self.sure:
                return False
        return self._stamp is _YOUNG or self._stamp != _state_of(self.folder)[1]

    def _is_back(self) -> bool:
        """Tell whether a folder that was away is there, or one that had no module has one."""
        return any(os.path.isdir(path) for path in self.missing) or any(map(_offers, self._empty))

    def keep(self, later: "SiteReading") -> "SiteReading":
        """Return this reading, to go on in place of a later one that could not tell what is there."""
        self.error, self.sure, self._look_again = later.error, False, later._look_again
        return self

    def real_path(self, path: str) -> str:
        """Return ``os.path.realpath(path)`` of an absolute path; each folder is asked once."""
        real = self._real.get(path)
        if real is None and path.count("/") > _MAX_PARENTS:  # no folder that an installer could have made
            real = self._real[path] = path
        if real is None:
            parent, base = os.path.split(path)
            real = path if not base or parent == path else f"{self.real_path(parent).rstrip('/')}/{base}"
            if os.path.islink(real):
                real = os.path.realpath(real)
            self._real[path] = real
        return real

    def _narrow(self, install: "Install") -> None:
        """Take from an install what is no source folder: a finder may name any folder, and a link may lead to any."""
        is_source = self._is_source
        install.paths = [root for root in install.paths if self._leads_to_source(root)]
        install.link_targets = [target for target in install.link_targets if is_source(target)]
        inside = install.site_folder + "/"  # scikit-build-core's compiled modules lie there: no sources, but found
        install.modules = {n: path for n, path in install.modules.items() if path.startswith(inside) or is_source(path)}
        install.namespaces = {
            name: [folder for folder in folders if is_source(folder)] for name, folders in install.namespaces.items()
        }

    def _is_source(self, path: str) -> bool:
        folder = os.path.dirname(path) if path[path.rfind("/") + 1 :].startswith("__init__.") else path
        return is_source_root(folder) and self._leads_to_source(folder)

    def _leads_to_source(self, folder: str) -> bool:
        real = self.real_path(folder)
        return real == folder or is_source_root(real)

    def _offers_nothing(self, install: "Install") -> "List[str]":
        """Return the path entries of an install that has no module at all: its package may be on another branch."""
        if install.modules or install.namespaces or any(self.names_in[root] for root in install.paths):
            return []
        return install.paths

    def _add_root(self, root: str, installs: "List[Install]") -> None:
        listed = _names_in(root)
        if listed is None:
            for install in installs:
                install.paths.remove(root)
                install.missing_paths.append(root)
        elif listed[2] and not any(install.distribution for install in installs):
            for install in installs:  # chained by a hand-written .pth: installed packages, whatever its name
                install.paths.remove(root)
        else:
            self.names_in[root], self.beside_in[root] = listed[:2]


def identity_of(folder: str) -> object:
    """Return which folder this is, however it is spelled; None where there is none."""
    return _state_of(folder)[0]


def _state_of(folder: str) -> "Tuple[object, object]":
    """Return which folder this is, and when it changed last; None for both where there is none."""
    try:
        state = os.stat(folder)
    except (OSError, ValueError):
        return None, None
    young = 0 <= time.time_ns() - state.st_mtime_ns < _YOUNG_NS
    return (state.st_dev, state.st_ino), _YOUNG if young else state.st_mtime_ns


def _names_in(root: str) -> "Optional[Tuple[FrozenSet[str], FrozenSet[str], bool]]":
    """Return the names that a path entry's folder is for, those that lie beside, and whether it is a site folder.

    None: there is no such folder. One that cannot be listed has no names. Names need not be identifiers:
    ``importlib.import_module("my-module")`` finds those, too.
    """
    names = set()
    listed = set()
    is_site_folder = False
    try:
        with os.scandir(root) as entries:
            for entry in entries:
                stem, dot, _ = entry.name.partition(".")
                listed.add(entry.name)
                if entry.name.endswith(".dist-info"):
                    is_site_folder = True
                is_module = entry.name.endswith(pth_files.SOURCE_SUFFIXES) or (not dot and _is_dir(entry))
                if is_module and stem and stem != "__pycache__":
                    names.add(stem)
    except (OSError, ValueError) as error:
        if not pth_files.doubt(error) and not names and not os.path.isdir(root):
            return None
    beside = {name for name in names if lies_beside(name, listed)}
    return frozenset(names - beside), frozenset(beside), is_site_folder


def _offers(root: str) -> bool:
    listed = _names_in(root)
    return listed is None or bool(listed[0])


def _is_dir(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
