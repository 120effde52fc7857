"""Reading what installers leave in site folders, by ``site``'s own rules, and executing none of it.

Everything here takes and returns plain strings and runs inside the import system at times, so it imports
nothing that an interpreter's start has not loaded, codecs included (EDITABLES.md, "Traps").
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Optional, Tuple, Union

    AnyPath = Union[str, "os.PathLike[str]"]

# No installer writes more than a few kB; what is larger is not read, and `verify` says so.
MAX_BYTES = 4 * 1024 * 1024
MAX_PTH_BYTES = 256 * 1024  # each line can become an install, of a kB or so
# Errors that say for good what a path is: nothing, or nothing that can be read. Any other is a mount's or a process's
# that passes (too many open files, a stale handle, no answer), and then the disk could not be told. By number, because
# even `errno` would be a module more: EINVAL, ENXIO, ENODEV, ELOOP and ENAMETOOLONG.
_NO_FILE = (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError)
_NO_PATH = (22, 6, 19, 62, 63) if sys.platform == "darwin" else (22, 6, 19, 40, 36)
SOURCE_SUFFIXES = (".py", ".pyc", ".so", ".pyd")
_SITE_FOLDER_NAMES = ("site-packages", "dist-packages")


def canonical(entry: str) -> str:
    """Return a path entry as ``site`` spells it: normalised, no trailing slash. A relative one is left alone."""
    return os.path.normpath(entry) if os.path.isabs(entry) else entry


def above(path: str, levels: int) -> str:
    """Return the folder so many levels above a path."""
    for _ in range(levels):
        path = os.path.dirname(path)
    return path


doubts = 0  # how often a look at the disk could not tell what is there, in this process


def doubt(error: Exception) -> bool:
    """Tell whether an error leaves open what is on the disk, and count it if so."""
    global doubts
    if isinstance(error, OSError) and not isinstance(error, _NO_FILE) and error.errno not in _NO_PATH:
        doubts += 1
        return True
    return False


def read_text(path: "AnyPath", limit: int = MAX_BYTES) -> "Optional[str]":
    """Return a regular file's text; None where there is none, it cannot be read, or has more than ``limit`` bytes.

    Where it could not be told whether there is one, that is counted in :data:`doubts`.
    UTF-8 with or without a BOM; bytes that are none are kept as surrogates, as :func:`os.fsdecode` would.
    Of a FIFO, socket or device nothing is read, and opening one does not wait: neither may block.
    """
    try:
        # O_NONBLOCK: should the file become a FIFO between the look and the open, open does not wait for a writer
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError) as error:
        doubt(error)
        return None
    try:
        info = os.fstat(handle)
        if info.st_mode & 0o170000 != 0o100000 or info.st_size > limit:
            return None
        raw = b""
        while len(raw) < info.st_size:
            chunk = os.read(handle, info.st_size - len(raw))  # all of it, as a rule, into a buffer of that size
            if not chunk:
                break
            raw += chunk
    except OSError as error:
        doubt(error)
        return None
    finally:
        os.close(handle)
    if raw.startswith(b"\xef\xbb\xbf"):
        raw = raw[3:]
    return raw.decode("utf-8", "surrogateescape")


def lines_of(text: str) -> "List[str]":
    r"""Split at ``\n``, ``\r\n`` and ``\r`` only: str.splitlines() also splits at characters that paths may have."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def is_import_line(line: str) -> bool:
    """Tell whether ``site`` would execute this line of a ``.pth``."""
    return line.startswith(("import ", "import\t"))


def path_of_line(line: str, folder: str) -> "Optional[str]":
    """Return the path entry that ``site`` would make of a ``.pth`` line in ``folder``, or None where it is no path."""
    line = line.rstrip()
    if not line or line.startswith("#") or is_import_line(line) or "\0" in line:
        return None
    return canonical(os.path.join(folder, line))


def files_ending(folder: "AnyPath", suffix: str) -> "List[str]":
    """Return a folder's files with that suffix, sorted, less hidden ones; none of a folder that cannot be listed."""
    try:
        names = os.listdir(folder)
    except (OSError, ValueError):
        return []
    return [os.path.join(os.fspath(folder), name) for name in sorted(names) if name.endswith(suffix) and name[0] != "."]


def find_pth_files(site_packages: "AnyPath") -> "List[str]":
    """Return a site folder's ``.pth`` files in the order in which ``site`` reads them."""
    return files_ending(site_packages, ".pth")


_ordered: "Tuple[List[object], List[str]]" = ([], [])  # sys.path as it was, and its entries in one spelling


def entries_in_order() -> "List[str]":
    """Return ``sys.path`` with its entries spelled as ``site`` would, to compare places; "" for what is no string.

    One comparison where it has not changed, since imports ask for it that find an editable.
    """
    global _ordered
    path, order = _ordered
    if path != sys.path:
        path = list(sys.path)
        order = [canonical(entry) if isinstance(entry, str) else "" for entry in path]
        _ordered = (path, order)
    return list(order)


def folders_of_site() -> "List[str]":
    """Return the folders whose ``.pth`` files ``site`` itself reads in this process, in its order."""
    folders: List[str] = []
    site = sys.modules.get("site")  # absent under -S: then no .pth counts but those of folders on sys.path
    if site is not None and not sys.flags.no_site:
        if getattr(site, "ENABLE_USER_SITE", False) and getattr(site, "USER_SITE", None):
            folders.append(site.USER_SITE)
        try:
            folders += site.getsitepackages()
        except (AttributeError, TypeError, OSError):  # an embedder's or an old virtualenv's site.py need not have it
            pass
    return [canonical(folder) for folder in folders]


def get_site_packages_dirs() -> "List[str]":
    """Return the site folders of this process, existing or not, in ``site``'s order, once each.

    These are the folders that ``site`` reads (user site first), and after them any ``site-packages`` or
    ``dist-packages`` on ``sys.path`` that it did not: a cluster's libraries come in that way (RUNTIME.md).
    """
    folders = folders_of_site()
    for entry in sys.path:
        if isinstance(entry, str) and entry.rstrip(os.sep).endswith(_SITE_FOLDER_NAMES):
            folders.append(entry)
    return list(dict.fromkeys(canonical(folder) for folder in folders))
