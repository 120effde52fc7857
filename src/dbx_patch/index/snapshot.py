"""The index: which editable installs there are, where their sources lie, which names they provide.

An :class:`Index` is a snapshot that never changes; :func:`current` replaces it when a site folder's mtime says
that something was installed, reinstalled or uninstalled, and reads the folders that changed. Nothing here imports,
executes, or takes a lock.
"""

import sys

from dbx_patch.index import pth_files, source_roots
from dbx_patch.index.site_folder import SiteReading, identity_of
from dbx_patch.index.source_roots import is_source_root
from dbx_patch.index.workspace import spellings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, FrozenSet, List, Optional, Set, Tuple

    from dbx_patch.index.install import Install

# Whose code a path is: an editable install's; an installed library's; or nobody's, which is most of the disk.
EDITABLE = "editable"
LIBRARY = "library"
NOBODY = "nobody"

_MAX_REMEMBERED = 8192
# A path that ends so is judged itself; any other shares its folder's verdict.
_JUDGED_THEMSELVES = ("/..", "/site-packages", "/dist-packages")


class Index:
    """A snapshot of the editable installs of this process. Paths are absolute and normalised.

    It answers three questions, each by a look into a dictionary that was made when the site folders were read: which
    installs provide a name (``providers``), which names a path entry has (``names_in``), and whose code a file is
    (:meth:`whose`). All are asked inside other people's imports, some of them at every import, by any thread: so an
    index holds no lock, never changes but for what it remembers of verdicts, and is replaced as a whole.

    ``site_folders``: in ``site``'s order. ``before``: an earlier index, from which the readings of folders that have
    not changed are taken over.
    """

    def __init__(self, site_folders: "List[str]", before: "Optional[Index]" = None) -> None:
        self.path = list(sys.path)  # what `site_folders` was derived from
        self.site_folders = site_folders
        self.readings: List[SiteReading] = _read(site_folders, before.readings if before else [])
        self.installs: Tuple[Install, ...] = tuple(i for reading in self.readings for i in reading.installs)
        # path entry, as `site` would have put it on sys.path and in its order -> the top-level names in its folder
        self.names_in: Dict[str, FrozenSet[str]] = {}
        for reading in self.readings:
            for root, names in reading.names_in.items():
                self.names_in.setdefault(root, names)
        self.path_entries = list(self.names_in)
        # top-level name -> the path entries in whose folders a module of that name merely lies
        self.beside: Dict[str, List[str]] = {}
        # top-level name, or full name of what a finder maps into a namespace -> the installs that provide it
        self.providers: Dict[str, List[Install]] = {}
        self._verdicts: Dict[str, str] = {}
        self._verdicts_of_folders: Dict[str, str] = {}
        self._projects = {s for i in self.installs if i.distribution for s in spellings(i.distribution.project or "")}
        self._owners: Dict[str, str] = dict.fromkeys(site_folders, LIBRARY)
        # An environment can lie inside a project: what it brings of Python itself is nobody's code all the same
        self._owners.update(dict.fromkeys(source_roots.STANDARD_LIBRARY, NOBODY))
        for reading in self.readings:
            for root, names in reading.beside_in.items():
                for name in names:
                    self.beside.setdefault(name, []).append(root)
            for root, names in reading.names_in.items():  # however else it is spelled: a linked entry of the user's
                for spelling in (*spellings(root), *spellings(reading.real_path(root))):
                    self.names_in.setdefault(spelling, names)
            for install in reading.installs:
                for name in self._importable(install) | _mapped_into_namespaces(install):
                    self.providers.setdefault(name, []).append(install)
                self._own(install, reading)

    def _own(self, install: "Install", reading: "SiteReading") -> None:
        modules = set(install.modules.values())
        for folder in install.source_folders():
            if (folder + "/").startswith(install.site_folder + "/"):
                continue
            real = reading.real_path(folder)
            # setuptools maps a single module without its suffix; beside a root, that would be another's file
            for suffix in ("", ".py", ".pyc") if folder in modules and folder not in install.paths else ("",):
                for spelling in (*spellings(folder), *spellings(real)):
                    self._owners[spelling + suffix] = EDITABLE
        for link in install.links:  # the one thing in a site folder that is user code
            self._owners[link] = EDITABLE if is_source_root(reading.real_path(link)) else LIBRARY

    @property
    def source_folders(self) -> "List[str]":
        """Path entries and package folders of every install."""
        return [folder for install in self.installs for folder in install.source_folders()]

    def names_of(self, install: "Install") -> "FrozenSet[str]":
        """Return the top-level names that ``install`` provides to import statements."""
        beside = {name for name, roots in self.beside.items() if not set(roots).isdisjoint(install.paths)}
        return frozenset({*_mapped(install), *filter(str.isidentifier, self._importable(install) | beside)})

    def _importable(self, install: "Install") -> "Set[str]":
        return _mapped(install).union(*(self.names_in[root] for root in install.paths))

    def whose(self, path: str) -> str:
        """Tell whose code ``path`` (a file, or a path entry) is: :data:`EDITABLE`, :data:`LIBRARY` or :data:`NOBODY`.

        The most specific folder decides. No file operation; constant in the number of installs.
        """
        try:
            verdict = self._verdicts.get(path)
        except TypeError:  # cannot even be hashed
            return NOBODY
        if verdict is None:
            verdict = self._remember(path) if isinstance(path, str) else NOBODY
        return verdict

    def _remember(self, path: str) -> str:
        """Work out a verdict; most paths are a file's, whose folder has one already."""
        if len(self._verdicts) >= _MAX_REMEMBERED:
            self._verdicts.clear()
            self._verdicts_of_folders.clear()
        cut = path.rfind("/")
        if cut < 0 or path in self._owners or path.endswith(_JUDGED_THEMSELVES):
            verdict = self._judge(path)
        else:
            folder = path[:cut]
            known = self._verdicts_of_folders.get(folder)  # one look-up: another thread may clear it in between
            if known is None:
                known = self._verdicts_of_folders[folder] = self._judge(folder)
            verdict = known
        self._verdicts[path] = verdict
        return verdict

    def _judge(self, path: str) -> str:
        if "/../" in path or path.endswith("/.."):
            return NOBODY  # where that leads cannot be told without asking the disk
        folder, found = path, NOBODY
        while folder:
            if folder in self._owners:
                found = self._owners[folder]
                break
            folder = folder[: max(folder.rfind("/"), 0)]
        # Installed packages below an editable folder are a library's; such a folder, as a path entry, is no source.
        rest = (path[len(folder) :] if found is EDITABLE else path) + "/"
        return LIBRARY if "/site-packages/" in rest or "/dist-packages/" in rest else found

    def is_in_project(self, path: str) -> bool:
        """Tell whether ``path`` is an editable install's project folder, or lies in one and is no library's."""
        folder = path
        while folder and folder not in self._projects:
            folder = folder[: max(folder.rfind("/"), 0)]
        return folder != "" and self.whose(path) is not LIBRARY

    def is_stale(self) -> bool:
        """Tell whether a site folder came, went or changed: a stat for each, and no more."""
        if sys.path != self.path:
            if pth_files.get_site_packages_dirs() != self.site_folders:
                return True
            self.path = list(sys.path)
        return any(reading.is_stale() for reading in self.readings)


def _mapped(install: "Install") -> "Set[str]":
    return {name.partition(".")[0] for names in (install.modules, install.namespaces) for name in names}


def _mapped_into_namespaces(install: "Install") -> "Set[str]":
    return {name for name in install.modules if name.rpartition(".")[0] in install.namespaces}


def _read(site_folders: "List[str]", before: "List[SiteReading]") -> "List[SiteReading]":
    """Return a reading of each site folder, once where a folder is spelled twice; the earlier one where that holds.

    A reading that could not tell what is there takes nothing away: the earlier one goes on until a later one can.
    """
    earlier = {reading.folder: reading for reading in before}
    readings = []
    seen: Set[object] = set()
    for folder in site_folders:
        reading = earlier.get(folder)
        identity = reading.identity if reading else identity_of(folder)
        if identity is not None and identity in seen:
            continue
        seen.add(identity)
        if reading is None or reading.is_stale():
            now = SiteReading(folder)
            reading = now if reading is None or now.sure else reading.keep(now)
        readings.append(reading)
    return readings


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
