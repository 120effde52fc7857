"""Names of users and of their folders, replaced in whatever is to be shown to strangers.

What tells where a module is found stays: the folders of Databricks, Python and the site folders, and what lies in an
installed package. The same name gets the same replacement everywhere.
"""

from __future__ import annotations

import getpass
import os
import platform
import re
import sys
from typing import Any, Iterable, Iterator

from dbx_patch.output.results import paths_in
from dbx_patch.output.text import BLANK_PATH

# What tells nothing of anybody, wherever it stands in a path
_KNOWN = frozenset(
    name
    for line in (
        "Workspace Users Repos Shared Volumes Applications Library Trash home root usr local opt tmp var etc mnt srv",
        "private bin lib lib64 lib-dynload site-packages dist-packages python python3 src scripts tests build dist",
        "databricks python_shell spark jars driver .python_edge_libs local_disk0 .ephemeral_nfs envs cluster_libraries",
        ".fuse-mounts wsfs dbfs WSFS_NOTEBOOK_DIR .ipython .ipykernel IPython extensions .venv venv env __init__.py",
        "pyproject.toml setup.py setup.cfg dbx_patch _dbx_patch_bootstrap.py sitecustomize.py",
    )
    for name in line.split()
)
_PATTERNS = re.compile(r"\.?python\d[\w.]*|pythonEnv-[\w-]+|py4j[\w.-]*|zzz_dbx_patch\.\w+|__editable__.*|\d+|")
_HOMES = ("Users", "Repos", "home")  # each folder in one of these is a user's
_PATH = re.compile(r"(?<![\w<>.~-])/(?:[^\s/'\"`,;:()<>|]+/?)+")
_ADDRESS = re.compile(r"[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")


class Anonymous:
    """Replaces names in texts. ``open_places``: folders and files whose own name, and what is below, stays."""

    def __init__(self, open_places: Iterable[str], paths: Iterable[str]) -> None:
        self._open = sorted({place.rstrip("/") for place in open_places}, key=len, reverse=True)
        self._replaced: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        for name in (*_own_names(), platform.node()):
            if len(name) > 2 and name not in _KNOWN:
                self._stand_in(name, "host" if name == platform.node() else "user")
        # the longest first: one may lie in another, and any of them may have blanks in it
        self._paths = {path: self._path(path) for path in sorted(set(paths), key=len, reverse=True) if len(path) > 1}

    def value(self, value: Any) -> Any:
        """Return a copy of JSON-ready data, or of a result, with every text in it replaced."""
        if isinstance(value, str):
            return type(value)(self.text(value))
        if isinstance(value, (list, tuple)):
            return type(value)(map(self.value, value))
        if isinstance(value, dict):
            return {self.value(key): self.value(item) for key, item in value.items()}
        if hasattr(value, "__dataclass_fields__"):
            copy = object.__new__(type(value))
            vars(copy).update({name: self.value(item) for name, item in vars(value).items()})
            return copy
        return value

    def text(self, text: str) -> str:
        """Return ``text`` without the names."""
        for path, stand_in in self._paths.items():
            if path in text:
                text = re.sub(rf"(?<![\w.]){re.escape(path)}(?![\w.-])", _verbatim(stand_in), text)
        for pattern in (BLANK_PATH, _PATH):
            text = pattern.sub(self._matched, text)
        text = _ADDRESS.sub(lambda match: self._stand_in(match[0].replace("%40", "@"), "user"), text)
        for name, stand_in in self._replaced.items():
            if " " in name or stand_in.startswith(("<user", "<host")):  # another folder's may be any word
                text = re.sub(rf"(?<![\w<.-]){re.escape(name)}(?![\w>-])", _verbatim(stand_in), text)
        return text

    def _matched(self, match: re.Match[str]) -> str:
        path = match[0].rstrip("'\"`,;:.)")
        return self._path(path) + match[0][len(path) :]

    def _path(self, path: str) -> str:
        for place in self._open:
            if (path + "/").startswith(place + "/"):
                folder, slash, name = place.rpartition("/")
                return self._folders(folder) + slash + name + path[len(place) :]
        return self._folders(path)

    def _folders(self, path: str) -> str:
        parts = path.split("/")
        for number, part in enumerate(parts):
            if part in _KNOWN or _PATTERNS.fullmatch(part) or part.startswith("<"):
                continue
            is_user = number > 0 and parts[number - 1] in _HOMES
            parts[number] = self._stand_in(part.replace("%40", "@"), "user" if is_user else "folder")
        return "/".join(parts)

    def _stand_in(self, name: str, kind: str) -> str:
        if name not in self._replaced:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._replaced[name] = f"<{kind}-{self._counts[kind]}>"
        return self._replaced[name]


def _verbatim(text: str) -> str:
    """Return what re.sub() puts in as ``text``."""
    return text.replace("\\", r"\\")


def _own_names() -> Iterator[str]:
    """Yield what this user is called."""
    try:
        yield getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user need have no name
        pass
    yield os.path.basename(os.path.expanduser("~"))


def of_this_process(installs: Iterable[Any], data: Any) -> Anonymous:
    """Return what replaces the names in ``data``; of ``installs``, what lies in their packages stays readable."""
    open_places = [entry for entry in sys.path if entry.rstrip("/").endswith(("site-packages", "dist-packages"))]
    open_places.append(os.path.dirname(os.__file__))
    for install in installs:
        open_places += [install.site_folder, *install.modules.values()]
        open_places += [folder for folders in install.namespaces.values() for folder in folders]
        open_places += [f"{root.rstrip('/')}/{name}" for root in install.paths for name in install.names]
    return Anonymous(open_places, [*paths_in(data), os.path.expanduser("~"), os.path.abspath(os.curdir)])
