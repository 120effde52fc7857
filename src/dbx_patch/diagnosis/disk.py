"""Looking for a module on the disk, without asking the import system: no hook, no foreign finder, nothing imported."""

import _imp
import os
import sys
from dataclasses import dataclass, field
from typing import Dict, Iterable, Iterator, List, Optional, Set

from dbx_patch.hooks import rationed
from dbx_patch.index.dist_info import recorded_files
from dbx_patch.index.pth_files import lines_of, read_text

# What a project's folder has besides its packages. On a path entry these are "modules" that no one means to import.
NOT_MEANT = frozenset(
    {
        *("setup", "conftest", "noxfile", "fabfile", "tasks", "versioneer", "test", "tests", "testing", "doc", "docs"),
        *("example", "examples", "script", "scripts", "build", "dist", "bin", "env", "venv", "node_modules"),
        *("notebooks", "benchmark", "benchmarks", "tools", "data", "ci", "resources", "conf", "config"),
    }
)


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


def look(name: str, entry: str) -> Optional[Place]:
    """Return what a path entry offers by a module's full name, or None. Zip files are looked into as well."""
    tail = name.rpartition(".")[2]
    try:
        if os.path.isfile(entry):
            return _look_into_zip(name, tail, entry)
        spec = rationed.new_file_finder(entry or os.curdir).find_spec(tail)
    except ValueError:  # a NUL or a lone surrogate: no folder has such a name
        return None
    if spec is None:
        return None
    search = None if spec.submodule_search_locations is None else list(spec.submodule_search_locations)
    if spec.loader is None:
        return Place(name, entry, search[0] if search else entry, search, namespace=True)
    return Place(name, entry, spec.origin or entry, search)


def _look_into_zip(name: str, tail: str, entry: str) -> Optional[Place]:
    import zipfile

    try:
        with zipfile.ZipFile(entry) as archive:
            files = set(archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return None
    for file in (f"{tail}/__init__.py", f"{tail}/__init__.pyc", f"{tail}.py", f"{tail}.pyc"):
        if file in files:
            search = [os.path.join(entry, tail)] if "/" in file else None
            return Place(name, entry, os.path.join(entry, file), search)
    return None


def is_built_in(name: str) -> bool:
    """Tell whether the interpreter itself has a module, without a file."""
    return name in sys.builtin_module_names or is_frozen(name)


def is_frozen(name: str) -> bool:
    """Tell whether the interpreter has a module's code in itself."""
    return bool(_imp.is_frozen(name))


def names_in(entries: Iterable[str]) -> Set[str]:
    """Return the names of the modules in folders, for suggestions."""
    found: Set[str] = set()
    for entry in entries:
        try:
            listed = os.listdir(entry or os.curdir)
        except (OSError, ValueError):
            continue
        stems = ((name, name.partition(".")[0]) for name in listed if not name.endswith(("-info", ".pth", ".txt")))
        found.update(stem for name, stem in stems if stem.isidentifier() and not stem.startswith("__"))
    return found


def standard_folders() -> List[str]:
    """Return the folders of the standard library."""
    library = os.path.dirname(os.__file__)
    return [library, os.path.join(library, "lib-dynload")]


def distribution_of(location: str, site_folder: str) -> str:
    """Return "name version" of the installed distribution whose RECORD lists a file, or "" where none does."""
    relative = os.path.relpath(location, site_folder)
    try:
        listed = sorted(os.listdir(site_folder))
    except OSError:
        return ""
    for name in listed:
        if name.endswith(".dist-info"):
            record = read_text(os.path.join(site_folder, name, "RECORD")) or ""
            if any(line.startswith((relative + ",", f'"{relative}",')) for line in lines_of(record)):
                return name[: -len(".dist-info")].replace("-", " ", 1)
    return ""


def owners_of_pth(site_folder: str) -> Dict[str, str]:
    """Return which distribution's RECORD lists which ``.pth``: each RECORD is read once."""
    owners: Dict[str, str] = {}
    try:
        listed = sorted(os.listdir(site_folder))
    except OSError:
        return owners
    for name in listed:
        if name.endswith(".dist-info"):
            for file in recorded_files(os.path.join(site_folder, name)):
                if file.endswith(".pth"):
                    owners.setdefault(file, name.partition("-")[0])
    return owners


def package_files(folder: str, limit: int = 20000) -> Iterator[str]:
    """Yield the source files of a package's folder, subpackages included, as long as they are no environment's."""
    for base, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if f.isidentifier() and f not in ("__pycache__", "node_modules"))
        if "pyvenv.cfg" in files:
            folders[:] = []
            continue
        for file in sorted(files):
            if file.endswith(".py"):
                limit -= 1
                if limit < 0:
                    return
                yield os.path.join(base, file)
