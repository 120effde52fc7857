"""One editable install, as the files of a site folder describe it."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Optional, Tuple

    from dbx_patch.index.dist_info import Distribution
    from dbx_patch.index.readers import Sources


class Install:
    """One editable install. Paths are absolute and normalised, as the installer spelled them."""

    __slots__ = (
        *("distribution", "finder", "folder", "gone", "line", "links", "mapping", "name", "namespaces"),
        *("pth", "roots", "shape", "targets"),
    )

    def __init__(self, name: str, folder: str, distribution: "Optional[Distribution]" = None) -> None:
        self.name = name  # the distribution's, or the file's that makes the install
        self.folder = folder  # the site folder
        self.distribution = distribution
        self.shape = ""  # letter of EDITABLES.md, "PEP 662", or "?" for one that no reader knows
        self.pth: List[str] = []
        self.roots: List[str] = []  # path entries, as `site` would add them where they exist
        self.gone: List[str] = []  # those that do not: told when they are listed (site_readings)
        self.mapping: Dict[str, str] = {}  # full name -> package folder, module file, or either without suffix
        self.namespaces: Dict[str, List[str]] = {}
        self.links: List[str] = []  # files and folders in the site folder that are symlinks to the sources
        self.targets: List[str] = []  # what a tree of links leads to
        self.line = ""  # the import line that puts the installer's finder in place
        self.finder = ""  # the module which that line imports

    @property
    def key(self) -> "Tuple[object, ...]":
        """What makes a later reading of the same install another one: where its sources lie, and its finder."""
        portions = tuple((name, tuple(folders)) for name, folders in sorted(self.namespaces.items()))
        return (self.folder, self.line, tuple(sorted(self.mapping.items())), portions)

    def add(self, sources: "Sources") -> None:
        """Take over what a reader found; the first shape stays."""
        self.shape = self.shape or sources.shape
        self.mapping.update(sources.mapping)
        self.namespaces.update(sources.namespaces)

    def maps_below(self, name: str) -> bool:
        """Tell whether a module below ``name`` is mapped."""
        return any(mapped.startswith(name + ".") for mapped in self.mapping)

    def folders(self) -> "List[str]":
        """Return where the sources lie: path entries, package folders, and the files of single modules."""
        found = self.roots + self.targets
        for path in self.mapping.values():
            found.append(os.path.dirname(path) if os.path.basename(path).startswith("__init__.") else path)
        for portions in self.namespaces.values():
            found += portions
        return list(dict.fromkeys(found))
