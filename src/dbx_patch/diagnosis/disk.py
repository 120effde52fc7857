"""Looking for a module on the disk, without asking the import system: no hook, no foreign finder, nothing imported."""

import _imp
import os
import sys
from _frozen_importlib_external import _get_supported_file_loaders  # type: ignore[attr-defined]
from dataclasses import dataclass, field
from typing import Dict, FrozenSet, Iterable, List, Optional, Set, Tuple

from dbx_patch.index.dist_info import read_record
from dbx_patch.index.workspace import NOTEBOOK_HEADER, in_workspace

# In the order in which CPython's FileFinder tries them, which is not that of importlib.machinery.all_suffixes()
_SUFFIXES = [suffix for _, suffixes in _get_supported_file_loaders() for suffix in suffixes]
_MAX_PARENTS = 200
_MAX_FOLDERS = 50
NO_PACKAGES = ("__pycache__", "node_modules")
_MAX_SOURCE = 4 * 1024 * 1024
STANDARD_LIBRARY, BUILT_IN = "the standard library", "the interpreter"


@dataclass
class Place:
    """Module or package ``name`` on the disk. ``location``: its file, or a namespace's folder.

    ``entry`` is where it was found; ``search`` are the folders of its submodules, None for a plain module.
    """

    name: str
    entry: str
    location: str
    search: Optional[List[str]] = None
    namespace: bool = field(default=False)


class Disk:
    """What one question has seen of the disk: each place is looked at once, since each look can be a remote call.

    It holds no file open and never notices a change, so each question makes its own.
    """

    def __init__(self) -> None:
        self._listings: Dict[str, Optional[FrozenSet[str]]] = {}
        self._no_folders: Set[str] = set()  # files, and what would lie in one: an archive, perhaps
        self._places: Dict[Tuple[str, str], Optional[Place]] = {}
        self._files: Dict[str, bool] = {}
        self._sources: Dict[str, Optional[bytes]] = {}
        self._archives: Dict[str, FrozenSet[str]] = {}
        self._distributions: Dict[str, List[str]] = {}
        self._real: Dict[str, str] = {}
        self._records: Dict[str, Dict[str, str]] = {}

    def listing(self, folder: str) -> Optional[FrozenSet[str]]:
        """Return the names in a folder; None where there is no such folder, or it cannot be listed."""
        if folder not in self._listings:
            try:
                self._listings[folder] = frozenset(os.listdir(folder))
            except NotADirectoryError:
                self._listings[folder] = None
                self._no_folders.add(folder)
            except (OSError, ValueError):  # ValueError: a NUL or a lone surrogate, which no folder has in its name
                self._listings[folder] = None
        return self._listings[folder]

    def look(self, name: str, entry: str) -> Optional[Place]:
        """Return what a path entry offers by a module's full name, or None. Zip files are looked into as well."""
        if (name, entry) not in self._places:
            try:
                self._places[name, entry] = self._look(name, entry)
            except (OSError, ValueError):  # the current folder is gone; a NUL in a name
                self._places[name, entry] = None
        return self._places[name, entry]

    def _look(self, name: str, entry: str) -> Optional[Place]:
        """Apply the rules of CPython's FileFinder: a package, else a module, else a part of a namespace."""
        folder = (entry if os.path.isabs(entry) else os.path.join(os.path.abspath(os.curdir), entry)).rstrip("/") or "/"
        tail = name.rpartition(".")[2]
        listed = self.listing(folder)
        if listed is None:
            return self._look_into_archive(name, tail, entry, folder) if folder in self._no_folders else None
        package = self.package(name, entry, os.path.join(folder, tail)) if tail in listed else None
        if package is None or package.namespace:
            file = self._module_file(folder, tail, listed)
            if file:
                return Place(name, entry, file)
        return package

    def package(self, name: str, entry: str, folder: str) -> Optional[Place]:
        """Return a package whose folder is known, a namespace if it has no ``__init__``; None for no folder."""
        listed = self.listing(folder)
        if not self.is_folder(folder):
            return None
        file = self._module_file(folder, "__init__", listed)
        return Place(name, entry, file or folder, [folder], namespace=not file)

    def _module_file(self, folder: str, stem: str, listed: Optional[FrozenSet[str]]) -> str:
        """Return the file of module ``stem``, "" for none; ``listed`` is None for a folder that hides its names."""
        names = (stem + suffix for suffix in _SUFFIXES if listed is None or stem + suffix in listed)
        return next(filter(self.is_file, (os.path.join(folder, name) for name in names)), "")

    def is_file(self, path: str) -> bool:
        """Return ``os.path.isfile(path)``."""
        if path not in self._files:
            self._files[path] = os.path.isfile(path)
        return self._files[path]

    def is_folder(self, path: str) -> bool:
        """Tell whether there is a folder, which may hide its names."""
        return self.listing(path) is not None or (path not in self._no_folders and os.path.isdir(path))

    def source(self, file: str) -> Optional[bytes]:
        """Return what a source file has; None of one that cannot be read, b"" of one that is larger than any source."""
        if file not in self._sources:
            self._sources[file] = _read(file)
        return self._sources[file]

    def is_refused_notebook(self, file: str) -> bool:
        """Tell whether the runtime refuses a file as a notebook."""
        is_source = file.endswith(".py") and in_workspace(file)
        return is_source and (self.source(file) or b"").startswith(NOTEBOOK_HEADER)

    def _look_into_archive(self, name: str, tail: str, entry: str, folder: str) -> Optional[Place]:
        """Apply the rules of CPython's zipimporter; ``folder`` may be one inside an archive."""
        archive = folder
        while not self.is_file(archive):
            archive = os.path.dirname(archive)
            if archive == "/":
                return None
        if archive.endswith(".py"):
            return None  # meson-python's packages have a path through its finder's file
        members = self._members(archive)
        base = (folder[len(archive) :] + "/" + tail).strip("/")
        for file in (f"{base}/__init__.pyc", f"{base}/__init__.py", f"{base}.pyc", f"{base}.py"):
            if file in members:
                search = [os.path.join(folder, tail)] if "/__init__." in file else None
                return Place(name, entry, os.path.join(archive, file), search)
        return None

    def _members(self, archive: str) -> FrozenSet[str]:
        if archive not in self._archives:
            import zipfile

            try:
                with zipfile.ZipFile(archive) as opened:
                    self._archives[archive] = frozenset(opened.namelist())
            except (OSError, zipfile.BadZipFile):
                self._archives[archive] = frozenset()
        return self._archives[archive]

    def names_in(self, entries: Iterable[str]) -> Set[str]:
        """Return the names of the modules in folders, for suggestions."""
        found: Set[str] = set()
        for entry in entries:
            listed = self.listing(entry or os.curdir) or ()
            stems = ((name, name.partition(".")[0]) for name in listed if not name.endswith(("-info", ".pth", ".txt")))
            found.update(stem for name, stem in stems if stem.isidentifier() and not stem.startswith("__"))
        return found

    def real(self, path: str) -> str:
        """Return ``os.path.realpath(path)``; each folder is asked once."""
        real = self._real.get(path)
        if real is None:
            parent, base = os.path.split(path)
            if base in ("", ".", "..") or not os.path.isabs(path) or path.count("/") > _MAX_PARENTS:
                real = os.path.realpath(path)
            else:
                real = os.path.join(self.real(parent), base)
                self._real[path] = real  # ends a loop of links
                if os.path.islink(real):
                    real = self._target(real)
            self._real[path] = real
        return real

    def _target(self, link: str) -> str:
        folder, target = os.path.dirname(link), os.readlink(link)
        while target.startswith("../"):
            folder, target = os.path.dirname(folder), target[len("../") :]
        return self.real(os.path.join(folder, target))

    def distribution_of(self, location: str, site_folder: str) -> str:
        """Return "name version" of the installed distribution whose RECORD lists a file, or "" where none does."""
        relative = os.path.relpath(location, site_folder)
        for name in self.distributions(site_folder):
            if name.endswith(".dist-info") and relative in self.record(os.path.join(site_folder, name)):
                return name[: -len(".dist-info")].replace("-", " ", 1)
        return ""

    def distributions(self, folder: str) -> List[str]:
        """Return the names in a folder by which pip knows a distribution, sorted."""
        if folder not in self._distributions:
            names = self.listing(folder) or ()
            suffixes = (".dist-info", ".egg-info", ".egg-link")
            self._distributions[folder] = sorted(name for name in names if name.endswith(suffixes))
        return self._distributions[folder]

    def record(self, info: str) -> Dict[str, str]:
        """Return what RECORD in a ``.dist-info`` folder lists: file -> hash."""
        if info not in self._records:
            self._records[info] = read_record(info)
        return self._records[info]


def _read(file: str) -> Optional[bytes]:
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a FIFO must not block this
        with os.fdopen(handle, "rb") as stream:
            source = stream.read(_MAX_SOURCE + 1)
            return source if len(source) <= _MAX_SOURCE else b""
    except (OSError, ValueError):  # ValueError: a NUL in its name
        return None


def is_built_in(name: str) -> bool:
    """Tell whether the interpreter itself has a module, without a file."""
    return name in sys.builtin_module_names or is_frozen(name)


def is_frozen(name: str) -> bool:
    """Tell whether the interpreter has a module's code in itself."""
    return bool(_imp.is_frozen(name))


def standard_folders() -> List[str]:
    """Return the folders of the standard library."""
    library = os.path.dirname(os.__file__)
    return [library, os.path.join(library, "lib-dynload")]


def has_source(folder: str) -> bool:
    """Tell whether a folder or one below it has a source file; those of an environment do not count."""
    folders = [folder]
    for number, current in enumerate(folders):
        if number == _MAX_FOLDERS:
            return True  # too many to tell
        try:
            with os.scandir(current) as entries:
                found = {entry.name: entry for entry in entries}
                if "pyvenv.cfg" in found:
                    continue
                if any(name.endswith(".py") for name in found):
                    return True
                names = (name for name in sorted(found) if name.isidentifier() and name not in NO_PACKAGES)
                folders += [os.path.join(current, name) for name in names if found[name].is_dir()]
        except OSError:
            continue
    return False
