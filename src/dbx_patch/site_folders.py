"""One pass over a site folder: which editable installs its files make, whatever wrote them.

Order is ``site``'s: ``.pth`` files by name, lines as they stand. Nothing is imported or executed.
"""

import os
import sys

from dbx_patch import readers
from dbx_patch.distributions import Distribution, read_editable_distribution
from dbx_patch.pth_processor import canonical, is_import_line, lines_of, path_of_line, read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Optional, Set, Tuple

    from dbx_patch.readers import Sources


class Install:
    """One editable install. Paths are absolute and normalised, as the installer spelled them."""

    __slots__ = (
        *("distribution", "finder", "folder", "line", "links", "mapping", "name", "namespaces", "pth", "roots"),
        "shape",
    )

    def __init__(self, name: str, folder: str, distribution: "Optional[Distribution]" = None) -> None:
        self.name = name  # the distribution's, or the file's that makes the install
        self.folder = folder  # the site folder
        self.distribution = distribution
        self.shape = ""  # letter of EDITABLES.md
        self.pth: List[str] = []
        self.roots: List[str] = []  # path entries, as `site` would add them
        self.mapping: Dict[str, str] = {}  # full name -> package folder, module file, or either without suffix
        self.namespaces: Dict[str, List[str]] = {}
        self.links: List[str] = []  # files and folders in the site folder that are symlinks to the sources
        self.line = ""  # the import line that puts the installer's finder in place
        self.finder = ""  # the module which that line imports

    @property
    def key(self) -> "Tuple[object, ...]":
        """What makes a later reading of the same install another one: where its sources lie, and its finder."""
        portions = tuple((name, tuple(folders)) for name, folders in sorted(self.namespaces.items()))
        return (self.folder, self.line, tuple(sorted(self.mapping.items())), portions)

    def add(self, sources: "Sources") -> None:
        """Take over what a reader found."""
        self.shape = sources.shape
        self.mapping.update(sources.mapping)
        self.namespaces.update(sources.namespaces)

    def folders(self) -> "List[str]":
        """Return where the sources lie: path entries, package folders, and the files of single modules."""
        found = list(self.roots)
        for path in self.mapping.values():
            found.append(os.path.dirname(path) if os.path.basename(path).startswith("__init__.") else path)
        for portions in self.namespaces.values():
            found += portions
        return list(dict.fromkeys(found))


def read_installs(folder: str) -> "List[Install]":
    """Return the editable installs of a site folder. A folder or file that cannot be read has none."""
    pths: List[str] = []
    links: Set[str] = set()
    egg_links: List[str] = []
    distributions: List[Distribution] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                if name.endswith(".dist-info"):
                    distribution = read_editable_distribution(folder, name)
                    if distribution is not None:
                        distributions.append(distribution)
                elif name.endswith(".pth"):
                    pths.append(name)
                elif name.endswith(".egg-link"):
                    egg_links.append(name)
                elif entry.is_symlink():
                    links.add(name)
    except OSError:
        pass
    owners = {name: distribution for distribution in distributions for name in distribution.files}
    installs: Dict[str, Install] = {}
    for name in sorted(pths):
        _read_pth(folder, name, owners.get(name), installs)
    _name_after_egg_links(folder, egg_links, installs)
    found = [install for install in installs.values() if install.shape]
    for distribution in sorted(distributions, key=lambda d: d.name):
        if not any(install.distribution is distribution for install in found):
            found.append(_without_pth(folder, distribution, links))
    return found


def _read_pth(folder: str, name: str, owner: "Optional[Distribution]", installs: "Dict[str, Install]") -> None:
    text = read_text(os.path.join(folder, name))
    for line in lines_of(text or ""):
        if is_import_line(line):
            key = owner.name if owner else name
            _read_import_line(folder, line, installs.setdefault(key, Install(key, folder, owner)))
        else:
            root = path_of_line(line, folder)
            # Each line of a file that no one distribution owns (easy-install.pth) is an install of its own.
            key = owner.name if owner else f"{name}:{root}"
            if root is not None and is_source_root(root) and os.path.isdir(root):
                install = installs.setdefault(key, Install(key if owner else name, folder, owner))
                if root not in install.roots:
                    install.roots.append(root)
                install.shape = install.shape or ("F" if _is_link_tree(root) else "A")
        if key in installs and name not in installs[key].pth:
            installs[key].pth.append(name)


def _is_link_tree(root: str) -> bool:
    return os.path.basename(root).startswith("__editable__.")


def _read_import_line(folder: str, line: str, install: "Install") -> None:
    sources = readers.read_namespace_line(line)
    if sources is not None:
        shape = install.shape
        install.add(sources)
        install.shape = shape or sources.shape
        return
    module = readers.module_of_line(line)
    source = read_text(os.path.join(folder, module + ".py")) if module else None
    for reader in readers.FINDER_READERS if source else ():
        sources = reader(source or "", folder)
        if sources is not None:
            install.add(sources)
            install.line, install.finder = line, module
            return


def _name_after_egg_links(folder: str, egg_links: "List[str]", installs: "Dict[str, Install]") -> None:
    """Shape H: an egg-link names the distribution of one line of easy-install.pth."""
    for egg_link in egg_links:
        root = path_of_line(lines_of(read_text(os.path.join(folder, egg_link)) or "")[0], folder)
        for install in installs.values():
            if root in install.roots and install.distribution is None:
                install.name, install.shape = egg_link[: -len(".egg-link")], "H"


def _without_pth(folder: str, distribution: "Distribution", links: "Set[str]") -> "Install":
    """Shapes G (symlinks), I (stand-in modules) and J (a copy): nothing but RECORD tells of them."""
    install = Install(distribution.name, folder, distribution)
    for name in distribution.files:
        top = name.split("/", 1)[0]
        if top in links:
            link = os.path.join(folder, top)
            install.links.append(link)
            install.add(readers.Sources("G", {top.partition(".")[0]: os.path.realpath(link)}))
        elif name.endswith(".py") and len(install.mapping) < 100:
            sources = readers.read_stand_in(name, read_text(os.path.join(folder, name), limit=4096) or "")
            if sources is not None:
                install.add(sources)
    install.shape = install.shape or "J"
    return install


def is_source_root(path: str) -> bool:
    """Tell whether a folder can be an editable install's: not the whole machine, a home, or an environment.

    A ``.pth`` may name any folder (EDITABLES.md, "Traps"). Saying yes makes all code below it user code.
    """
    parts = path.strip("/").split("/")
    if "site-packages" in parts or "dist-packages" in parts or parts[0] == "databricks" or path in _TOO_WIDE:
        return False
    if parts[-1] == "Workspace" or parts[-2:-1] == ["Workspace"]:
        return False  # the workspace itself, and its Users, Repos and Shared
    return parts[-3:-1] != ["Workspace", "Users"]  # somebody's home


_STANDARD_LIBRARY = os.path.dirname(os.__file__)
_HOME = canonical(os.environ.get("HOME", "/"))
_TOO_WIDE = {
    *("/", "/home", "/Users", "/root", "/usr", "/usr/local", "/opt", "/tmp", "/var", "/local_disk0", "/dbfs"),
    *(_HOME, os.path.dirname(_HOME), _STANDARD_LIBRARY, os.path.join(_STANDARD_LIBRARY, "lib-dynload")),
    *map(canonical, (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)),
}
