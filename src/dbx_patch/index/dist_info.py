"""What a ``.dist-info`` folder says of an editable install: PEP 610's direct_url.json, and RECORD."""

import os

from dbx_patch.index.literals import NotLiteral, literal
from dbx_patch.index.pth_files import MAX_PTH_BYTES, lines_of, read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional


class Distribution:
    """A distribution that is marked editable. ``files`` are RECORD's, relative to the site folder, "/" between."""

    __slots__ = ("editable_json", "files", "info", "name", "project", "version")

    def __init__(self, info: str, project: "Optional[str]") -> None:
        self.info = info
        self.project = project  # the project's folder: never the source folder by itself
        recorded = recorded_files(info)
        self.files = [name for name in recorded if ".dist-info/" not in name]
        self.editable_json = os.path.basename(info) + "/editable.json" in recorded
        stem = os.path.basename(info)[: -len(".dist-info")]
        self.name, _, self.version = stem.partition("-")


def is_marked(name: str, handle: int) -> bool:
    """Tell whether ``.dist-info`` folder ``name`` in an open site folder has a file that can mark it editable.

    Most have none. Asked relative to the open folder, because this is asked for each of a thousand distributions.
    """
    exists = os.access
    return exists(f"{name}/direct_url.json", 0, dir_fd=handle) or exists(f"{name}/editable.json", 0, dir_fd=handle)


def read_editable_distribution(folder: str, name: str) -> "Optional[Distribution]":
    """Return the distribution of ``.dist-info`` folder ``name``, or None where it is not marked editable.

    The mark is PEP 610's ``direct_url.json``, or an ``editable.json`` (PEP 662) that RECORD lists.
    """
    info = os.path.join(folder, name)
    project = editable_project(info)
    distribution = Distribution(info, project or None)
    return distribution if project is not None or distribution.editable_json else None


def editable_project(info: str) -> "Optional[str]":
    """Return the project folder of an editable install's ``.dist-info``, "" where unknown, None where not editable."""
    text = read_text(info + "/direct_url.json", limit=MAX_PTH_BYTES)
    if text is None or '"editable"' not in text:
        return None
    try:
        origin = literal(text)
    except NotLiteral:
        return None
    if not isinstance(origin, dict) or not _is_editable(origin.get("dir_info")):
        return None
    return path_of_url(origin.get("url")) or ""


def _is_editable(dir_info: "Any") -> bool:
    return isinstance(dir_info, dict) and dir_info.get("editable") is True


def path_of_url(url: "Any") -> "Optional[str]":
    """Return the folder of a ``file:`` URL, unquoted once, or None. Installers quote differently (EDITABLES.md)."""
    if not isinstance(url, str) or not url.startswith("file://"):
        return None
    path = url[len("file://") :]
    if path.startswith("localhost/"):
        path = path[len("localhost") :]
    head, *quoted = path.split("%")
    raw = head.encode("utf-8", "surrogatepass")
    for part in quoted:
        try:
            raw += bytes([int(part[:2], 16)]) + part[2:].encode("utf-8", "surrogatepass")
        except ValueError:
            raw += b"%" + part.encode("utf-8", "surrogatepass")
    path = raw.decode("utf-8", "surrogateescape")
    return os.path.normpath(path) if path.startswith("/") and "\0" not in path else None


def recorded_files(info: str) -> "List[str]":
    """Return the files that RECORD lists, relative to the site folder; absolute where it has them so."""
    return list(read_record(info))


def read_record(info: str) -> "Dict[str, str]":
    """Return RECORD's files, relative to the site folder (absolute where it has them so), each with its hash."""
    files = {}
    for line in lines_of(read_text(os.path.join(info, "RECORD")) or ""):
        name, hashed = (*line.rsplit(",", 2), "")[:2]
        if name.startswith('"'):
            name = name.strip('"').replace('""', '"')
        if name.startswith("/") and name.endswith(".pth"):  # `poetry install` writes absolute paths
            name = os.path.basename(name)
        if name:
            files[name] = hashed
    return files
