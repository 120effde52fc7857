"""The import state of this process, and dbx-patch's own: taken before the self-test, and put back after it."""

from __future__ import annotations

import site
import sys
from importlib.machinery import FileFinder
from typing import Any

from dbx_patch import hooks
from dbx_patch.hooks import rationed, sys_path
from dbx_patch.index import snapshot


class ProcessState:
    """What there is now. ``token``: what the names and folders of the self-test have in them, and no others."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._path_list, self._path = sys.path, list(sys.path)
        self._ours = set(rationed.ours)
        self._cache = dict(sys.path_importer_cache)
        self._prefixes: Any = getattr(site, "PREFIXES", None)
        self._bytecode = sys.dont_write_bytecode
        sys.dont_write_bytecode = True  # none beside the notebook, nor where sys.pycache_prefix says

    def is_ours(self, name: object) -> bool:
        """Tell whether a name or a path is the self-test's."""
        return isinstance(name, str) and self._token in name

    def forget_modules(self, kept: tuple[str, ...] = ()) -> None:
        """Have the throw-away packages imported anew by whoever imports them next."""
        for name in [name for name in list(sys.modules) if self.is_ours(name) and not name.startswith(kept)]:
            sys.modules.pop(name, None)

    def added_by_others(self, known: list[str]) -> list[str]:
        """Return what is on ``sys.path`` beside ``known``, and was put there neither by the self-test nor dbx-patch."""
        return [e for e in sys.path if e not in known and not self.is_ours(e) and id(e) not in rationed.ours]

    def put_path_back(self, entries: list[str]) -> None:
        """Give ``sys.path`` these entries; it is the same list again, which the runtime may have replaced."""
        self._path_list[:] = entries
        sys.path = self._path_list

    def restore(self) -> None:
        """Put everything back. What others have added meanwhile stays. Can be called again."""
        sys.meta_path[:] = [finder for finder in sys.meta_path if not self.is_ours(type(finder).__module__)]
        self.forget_modules()
        if isinstance(self._prefixes, list):
            self._prefixes[:] = [prefix for prefix in self._prefixes if not self.is_ours(prefix)]
        self.put_path_back([*self._path, *self.added_by_others(self._path)])
        if snapshot.known() is not None:
            sys_path.learn()  # the site folder of the self-test is on no path any more
        sys_path._complete = (None, [])
        self._forget_paths()
        self._restore_cache()
        sys.dont_write_bytecode = self._bytecode

    def _forget_paths(self) -> None:
        """Take the self-test out of what dbx-patch remembers for as long as the process lives."""
        tables = {
            "dbx_patch.hooks.fallback": ("served",),
            "dbx_patch.hooks.answers": ("_finders",),
            "dbx_patch.hooks.portions": ("_extends",),
            "dbx_patch.hooks": ("watched",),
        }
        for module, names in tables.items():
            for table in (getattr(sys.modules.get(module), name, {}) for name in names):
                for key in [key for key in list(table) if self.is_ours(key)]:
                    table.pop(key, None)
        entries = getattr(sys.modules.get("dbx_patch.patches.wsfs_import_hook_patch"), "_entries", {})
        for number, (entry, *_) in list(entries.items()):
            if self.is_ours(entry):
                entries.pop(number, None)
        kept = self._ours.union(map(id, sys.path))  # the runtime's functions have rebuilt sys.path meanwhile
        for number in [number for number in list(rationed.ours) if number not in kept]:
            rationed.ours.pop(number, None)
        hooks.faults[:] = [fault for fault in hooks.faults if not any(map(self.is_ours, fault))]

    def _restore_cache(self) -> None:
        cache = sys.path_importer_cache
        for entry, finder in list(cache.items()):
            if self.is_ours(entry) or (entry not in self._cache and type(finder) in (type(None), FileFinder)):
                cache.pop(entry, None)
        for entry, finder in self._cache.items():
            if type(cache.get(entry, self)) is not type(finder):
                cache[entry] = finder

    def left(self) -> list[str]:
        """Return what is still there of the self-test."""
        found = {
            "sys.path": sys.path,
            "sys.modules": list(sys.modules),
            "sys.path_importer_cache": list(sys.path_importer_cache),
            "sys.meta_path": [type(finder).__module__ for finder in sys.meta_path],
            "the index": getattr(snapshot.known(), "site_folders", []),
        }
        return [f"{where}: {thing}" for where, things in found.items() for thing in things if self.is_ours(thing)]
