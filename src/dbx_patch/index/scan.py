"""One pass over a site folder: which editable installs its files make, whatever wrote them.

Order is ``site``'s: ``.pth`` files by name, lines as they stand. Nothing is imported or executed.
"""

import os
import sys

from dbx_patch.index import readers
from dbx_patch.index.dist_info import Distribution, is_marked, read_editable_distribution
from dbx_patch.index.install import Install
from dbx_patch.index.pth_files import MAX_PTH_BYTES, doubt, is_import_line, lines_of, path_of_line, read_text
from dbx_patch.index.source_roots import is_source_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Iterator, List, Optional, Set, Tuple


class _Listing:
    """What a site folder has that matters here; ``path_entries``: those that it adds, in ``site``'s order."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.path_entries: List[str] = []
        self.startup_files: List[str] = []  # .pth and .start
        self.egg_links: List[str] = []
        self.links: Set[str] = set()
        self.distributions: List[Distribution] = []
        handle = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0))
        try:
            self._sort(handle)
        finally:
            os.close(handle)
        self.startup_files.sort()  # `site` reads them by name
        self.distributions.sort(key=lambda distribution: distribution.name)

    def _sort(self, handle: int) -> None:
        """Sort the entries of the open folder: thousands, as a rule, so no call for those that say nothing."""
        with os.scandir(handle) as entries:
            for entry in entries:
                name = entry.name
                if name[0] == ".":  # `site` passes over hidden files
                    continue
                if name.endswith(".dist-info"):
                    if is_marked(name, handle):
                        distribution = read_editable_distribution(self.folder, name)
                        if distribution is not None:
                            self.distributions.append(distribution)
                elif name.endswith((".pth", ".start")):
                    self.startup_files.append(name)
                elif name.endswith(".egg-link"):
                    self.egg_links.append(name)
                elif entry.is_symlink():
                    self.links.add(name)


def read_installs(folder: str) -> "Tuple[List[Install], List[str]]":
    """Return a site folder's editable installs, and their path entries in the order in which ``site`` adds them.

    A file that cannot be read has none. Raises OSError where the folder itself cannot be listed.
    """
    listing = _Listing(folder)
    installs: Dict[str, Install] = {d.name: Install(d.name, folder, d) for d in listing.distributions}
    owners = {file: distribution for distribution in listing.distributions for file in distribution.files}
    for name in listing.startup_files:
        read = _read_start if name.endswith(".start") else _read_pth
        read(listing, name, owners.get(name), installs)
    _name_after_egg_links(listing, installs)
    for distribution in listing.distributions:
        _read_distribution(distribution, installs[distribution.name], listing.links)
    return [install for install in installs.values() if install.shape], listing.path_entries


def _read_pth(listing: "_Listing", name: str, owner: "Optional[Distribution]", installs: "Dict[str, Install]") -> None:
    folder = listing.folder
    for line in lines_of(read_text(os.path.join(folder, name), limit=MAX_PTH_BYTES) or ""):
        root = None if is_import_line(line) else path_of_line(line, folder)
        if root is None and not is_import_line(line):
            continue
        # Each path line of a file that no one distribution owns (easy-install.pth) is an install of its own.
        key = owner.name if owner else f"{name}:{root or 'import'}"
        install = installs.get(key) or Install(name, folder)
        if root is None:
            _read_import_line(folder, line, install)
        elif is_source_root(root):
            _add_root(root, install, listing)
        pth = os.path.join(folder, name)
        if pth not in install.pth_files:
            install.pth_files.append(pth)
        installs[key] = install


def _add_root(root: str, install: "Install", listing: "_Listing") -> None:
    is_link_tree = os.path.basename(root).startswith("__editable__.")
    install.shape = install.shape or ("F" if is_link_tree else "A")
    if root not in install.paths:
        install.paths.append(root)
        listing.path_entries.append(root)
        if is_link_tree:
            install.link_targets += _link_targets(root)


_MAX_FOLDERS = 10_000
# root of a tree of links -> (when it changed last, where its links lead): setuptools makes a new tree at each install
_trees: "Dict[str, Tuple[int, List[str]]]" = {}


def _link_targets(root: str) -> "List[str]":
    """Shape F: return the folders of the files that a tree of links leads to, and those files at its top.

    One listing a folder, and none at all where the tree is the one that was walked last time.
    """
    try:
        if os.path.islink(root):
            return []  # setuptools makes a folder; a link of that name may lead to the whole machine
        changed = os.stat(root).st_mtime_ns
    except (OSError, ValueError):
        return []
    if _trees.get(root, (0, []))[0] != changed:
        _trees[root] = (changed, list(dict.fromkeys(_walk_links(root))))
    return _trees[root][1]


def _walk_links(root: str) -> "Iterator[str]":
    folders = [root]
    for number, folder in enumerate(folders):
        if number == _MAX_FOLDERS:
            return
        linked = False  # all links of a folder lead into one, so the first tells
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_symlink():
                        target = os.path.normpath(os.path.join(folder, os.readlink(entry.path)))
                        if folder == root or not linked:
                            yield target if folder == root else os.path.dirname(target)
                        linked = True
                    elif entry.name != "__pycache__" and entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
        except OSError as error:
            doubt(error)


def _read_start(
    listing: "_Listing", name: str, owner: "Optional[Distribution]", installs: "Dict[str, Install]"
) -> None:
    """PEP 829: a line ``module:function`` stands for what an import line of a ``.pth`` does."""
    folder = listing.folder
    for line in lines_of(read_text(os.path.join(folder, name)) or ""):
        module, colon, function = line.strip().partition(":")
        if colon and module.isidentifier() and function.isidentifier():
            key = owner.name if owner else f"{name}:import"
            install = installs.setdefault(key, Install(name, folder, owner))
            if not install.import_line:
                _read_import_line(folder, f"import {module}; {module}.{function}()", install)
                if sys.version_info < (3, 15):
                    install.import_line = ""  # `site` would not run it either


def _read_import_line(folder: str, line: str, install: "Install") -> None:
    sources = readers.read_line(line, folder)
    if sources is not None:
        if sources.finder:
            install.shape = ""  # a finder says more than the path lines beside it
        install.add(sources)


def _name_after_egg_links(listing: "_Listing", installs: "Dict[str, Install]") -> None:
    """Shape H: an egg-link names the distribution of one line of easy-install.pth."""
    for egg_link in listing.egg_links:
        line = lines_of(read_text(os.path.join(listing.folder, egg_link)) or "")[0]
        root = path_of_line(line, listing.folder)
        for install in installs.values():
            if install.distribution is None and root in install.paths:
                install.name, install.shape = egg_link[: -len(".egg-link")], "H"


def _read_distribution(distribution: "Distribution", install: "Install", links: "Set[str]") -> None:
    """Shapes G (symlinks), I (stand-in modules), J (a copy) and PEP 662: RECORD tells of them."""
    for name in distribution.files:
        top = name.split("/", 1)[0]
        path = os.path.join(install.site_folder, name)
        if top in links and top.partition(".")[0] != install.finder:
            _add_link(top, install)
        elif "/" in name and "." not in os.path.basename(name)[:-3] and os.path.islink(path):
            _add_link(name, install)  # flit links the last part of a dotted name, into a namespace's real folder
        elif name.endswith(".py") and len(install.modules) < 100:
            sources = readers.read_stand_in(name, read_text(path, limit=4096) or "")
            if sources is not None:
                install.add(sources)
    if distribution.editable_json:
        source = read_text(os.path.join(distribution.info, "editable.json")) or ""
        install.add(readers.read_editable_json(source, distribution.project))
    # With a .pth that no reader knows, an install is no copy: a later release's backend, or a file broken or gone.
    has_pth = install.pth_files or any(name.endswith(".pth") for name in distribution.files)
    install.shape = install.shape or ("?" if has_pth else "J")


def _add_link(name: str, install: "Install") -> None:
    link = os.path.join(install.site_folder, name)
    module = name[: -len(".py")] if name.endswith(".py") else name
    install.links.append(link)
    install.add(readers.Sources("G", {module.replace("/", "."): os.path.realpath(link)}))
