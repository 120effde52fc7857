"""Users' names and folders, replaced: a report is there to be attached to an issue that anybody can read."""

from __future__ import annotations

import os
import re
import sys
from typing import Any

# Components that every cluster has, and that say nothing of its users
_KNOWN = frozenset(
    {
        *(
            "Workspace",
            "Users",
            "Repos",
            "Shared",
            ".fuse-mounts",
            "wsfs",
            "Volumes",
            "dbfs",
            "mnt",
            "WSFS_NOTEBOOK_DIR",
        ),
        *("home", "tmp", "var", "opt", "srv", "root", "usr", "local", "lib", "lib64", "bin", "src", "etc"),
        *("databricks", "driver", "python", "python3", "python_shell", "dbruntime", "scripts", "spark", "pyspark"),
        *("jars", "site-packages", "dist-packages", "lib-dynload", "IPython", "ipykernel", "extensions", ".ipython"),
        *(".python_edge_libs", "local_disk0", ".ephemeral_nfs", "cluster_libraries", "envs", "autoreload"),
        *("discoverability", "WSFS_NOTEBOOK_DIR"),
    }
)
_PATTERNS = re.compile(
    r"<[^<>]+>|python\d\.\d+|python\d+\.zip|pythonEnv-[\w-]+|py4j-[\d.]+-src\.zip|_engine_pyspark\.zip|userFiles-\S*"
    r"|dbx_patch\w*(\.py)?|zzz_dbx_patch\.\w+|spark-[\w.-]+|hook\.py|file_module_utils\.py|sys_path_init\.py"
    r"|wsfs_import_hook\.py|workspace_import_machinery\.py|pythonPathHook\.py|PostImportHook\.py|WsfsPathFinder\.py"
)
# What lies below these is the runtime's or the installers', not the users'
_KEPT = ("/databricks/", "/usr/", "/lib/", "/lib64/", "/local_disk0/.ephemeral_nfs/")
_USERS_OWN = "/databricks/driver/"
_IN_TEXT = re.compile(r"(?<![\w.~/<>-])/[^\s'\",;()\[\]{}]+")
_OF_USERS = re.compile(r"/(?:Users|Repos|home)/([^/]+)")


class Mask:
    """Replaces each name by a number, the same one everywhere in a report. ``named``: folder -> what to call it."""

    def __init__(self, named: dict[str, str]) -> None:
        self._numbers: dict[str, str] = {}
        self._words: set[str] = set()
        self._prefix = os.environ.get("WSFS_TEST_DIR", "").rstrip("/")  # what the runtime's own tests put before all
        self._named = {**_folders_of_python(), **{folder: label for folder, label in named.items() if folder}}
        environ = (os.environ.get(name, "") for name in ("HOME", "PWD"))
        self._note_words(*self._named, *filter(_is_text, sys.path), *environ)
        for name in ("USER", "LOGNAME"):
            self._words.add(os.environ.get(name, ""))
        self._words -= {"", "root", *_KNOWN}

    def _note_words(self, *paths: str) -> None:
        for path in paths:
            self._words.update(_OF_USERS.findall(path + "/"))

    def path(self, path: str) -> str:
        """Return an absolute path with what is users' replaced."""
        for folder in sorted(self._named, key=len, reverse=True):
            if path == folder or path.startswith(folder + "/"):
                rest, label = path[len(folder) :], self._named[folder]
                return label + (rest if label in ("<environment>", "<python>") else self._parts(rest))
        if self._prefix and path.startswith(self._prefix + "/"):
            path = path[len(self._prefix) :]
        if path.startswith(_KEPT) and not path.startswith(_USERS_OWN):
            return path
        return self._parts(path)

    def _parts(self, path: str) -> str:
        return "/".join(self._part(part) for part in path.split("/"))

    def _part(self, part: str) -> str:
        if not part or part in _KNOWN or _PATTERNS.fullmatch(part):
            return part
        return self._numbers.setdefault(part, f"<{len(self._numbers) + 1}>")

    def text(self, text: str) -> str:
        """Return any text with the paths and the names of users in it replaced."""
        known = {e for e in [*self._named, *sys.path] if _is_text(e) and e.count("/") > 1 and e in text}
        for folder in sorted(known, key=len, reverse=True):  # these may have blanks in them
            text = text.replace(folder, self.path(folder))
        text = _IN_TEXT.sub(lambda match: self.path(match.group()), text)
        for word in sorted(self._words, key=len, reverse=True):
            text = text.replace(word, self._part(word))
        return text

    def data(self, value: Any) -> Any:
        """Return JSON-ready data with all strings in it replaced, but for a dictionary's keys that are no paths."""
        if isinstance(value, str):
            return self.path(value) if value.startswith("/") and "\n" not in value else self.text(value)
        if isinstance(value, (list, tuple)):
            return [self.data(item) for item in value]
        if isinstance(value, dict):
            return {self.data(key): self.data(item) for key, item in value.items()}
        return value


def _is_text(entry: object) -> bool:
    return isinstance(entry, str)


def _folders_of_python() -> dict[str, str]:
    """Return the environment's and Python's own folders, where they are not the runtime's."""
    found = {sys.base_prefix: "<python>", sys.prefix: "<environment>", os.environ.get("HOME", ""): "<home>"}
    real = {os.path.realpath(folder): label for folder, label in found.items() if folder}
    return {
        folder: label
        for folder, label in {**real, **found}.items()
        if folder.count("/") > 1 and not (folder + "/").startswith(_KEPT)
    }
