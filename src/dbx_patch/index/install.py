"""One editable install, as the files of a site folder describe it."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Iterable, List, Optional, Tuple

    from dbx_patch.index.dist_info import Distribution
    from dbx_patch.index.readers import Sources


def any_before(installs: "Iterable[Install]", place: int, order: "List[str]") -> bool:
    """Tell whether a site folder of these installs, where a wheel would be found, stands before a place in ``order``.

    ``order``: a path, as ``entries_in_order`` spells it.
    """
    before = order[:place]
    return any(install.site_folder in before for install in installs)


class Install:
    """One editable install. Paths are absolute and normalised, as the installer spelled them.

    The attributes are named as those of the public ``EditableInstall``, and mean the same:

    - ``name``: the distribution's, or the file's that makes the install;
    - ``site_folder``: where it is installed; ``distribution``: its ``.dist-info``, None for a hand-written ``.pth``;
    - ``shape``: a letter of EDITABLES.md, "PEP 662", or "?" for one that no reader knows;
    - ``pth_files``: the start-up files that make it;
    - ``paths``: its path entries, as ``site`` would add them where they exist; ``missing_paths``: those that do not;
    - ``modules``: full name -> package folder, module file, or either without its suffix;
    - ``namespaces``: full name of a namespace -> its folders;
    - ``links``: files and folders in the site folder that are symlinks to the sources; ``link_targets``: what a tree
      of links leads to;
    - ``import_line``: the line that puts the installer's finder in place; ``finder``: the module that it imports.
    """

    __slots__ = (
        *("distribution", "finder", "import_line", "link_targets", "links", "missing_paths", "modules", "name"),
        *("namespaces", "paths", "pth_files", "shape", "site_folder"),
    )

    def __init__(self, name: str, site_folder: str, distribution: "Optional[Distribution]" = None) -> None:
        self.name = name
        self.site_folder = site_folder
        self.distribution = distribution
        self.shape = ""
        self.pth_files: List[str] = []
        self.paths: List[str] = []
        self.missing_paths: List[str] = []
        self.modules: Dict[str, str] = {}
        self.namespaces: Dict[str, List[str]] = {}
        self.links: List[str] = []
        self.link_targets: List[str] = []
        self.import_line = ""
        self.finder = ""

    @property
    def key(self) -> "Tuple[object, ...]":
        """What makes a later reading of the same install another one: where its sources lie, and its finder."""
        portions = tuple((name, tuple(folders)) for name, folders in sorted(self.namespaces.items()))
        return (self.site_folder, self.import_line, tuple(sorted(self.modules.items())), portions)

    def add(self, sources: "Sources") -> None:
        """Take over what a reader found; the first shape stays."""
        self.shape = self.shape or sources.shape
        self.modules.update(sources.modules)
        self.namespaces.update(sources.namespaces)
        if sources.finder:
            self.import_line, self.finder = sources.import_line, sources.finder

    def maps_below(self, name: str) -> bool:
        """Tell whether a module below ``name`` is mapped."""
        return any(mapped.startswith(name + ".") for mapped in self.modules)

    def source_folders(self) -> "List[str]":
        """Return where the sources lie: path entries, package folders, and the files of single modules."""
        found = self.paths + self.link_targets
        for path in self.modules.values():
            found.append(os.path.dirname(path) if os.path.basename(path).startswith("__init__.") else path)
        for portions in self.namespaces.values():
            found += portions
        return list(dict.fromkeys(found))
