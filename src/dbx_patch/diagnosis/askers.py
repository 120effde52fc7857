"""Who imports, and what that one's path entries would say: whose question decides as much as the entry."""

import os
import sys
from _frozen_importlib_external import FileFinder
from dataclasses import dataclass, replace
from typing import Any, Dict, Iterator, List, Optional, Sequence

import _dbx_patch_bootstrap as bootstrap
from dbx_patch import hooks
from dbx_patch.diagnosis.disk import Place, standard_folders
from dbx_patch.diagnosis.holders import Holders
from dbx_patch.hooks import rationed, sys_path
from dbx_patch.index.install import any_before
from dbx_patch.index.pth_files import canonical
from dbx_patch.index.snapshot import EDITABLE
from dbx_patch.index.source_roots import lies_beside
from dbx_patch.index.workspace import in_workspace


@dataclass(frozen=True)
class Asker:
    """Whose import it is. ``user``: the runtime's stack walk says so; ``editable``: editable code is what asks.

    ``executor``: it is asked on an executor, in a function that a cell has defined.
    """

    who: str
    user: bool
    editable: bool = False
    executor: bool = False

    def in_file_of(self, whose: str) -> "Asker":
        """Return who asks where a file's own body imports, given whose that file is."""
        return replace(self, editable=True) if whose is EDITABLE else self


CELL = Asker("a cell", True)
LIBRARY = Asker("a library", False)
EXECUTOR = Asker("an executor", True, executor=True)
ASKERS = (CELL, LIBRARY, EXECUTOR)


class Paths:
    """The path entries as one asker meets them, and what dbx-patch does in that process.

    ``before`` is ``sys.path`` as it is; ``after``, as it is once dbx-patch has put back what was lost.
    """

    def __init__(self, search: Holders, asker: Asker) -> None:
        self.search, self.asker = search, asker
        disabled = hooks.disabled_patches()
        if asker.executor:
            self.armed = bootstrap.decide()[0]
            self.fallback = self.armed and "fallback" not in disabled
            self.before = _on_executors(search)
        else:
            self.armed = hooks.is_in_place(hooks.TRIGGER)
            self.fallback = hooks.is_in_place(hooks.FALLBACK)
            self.before = [entry for entry in sys.path if isinstance(entry, str)]
        # the trigger answers for the names of editable installs
        self.named = self.armed and "fallback" not in disabled
        self.patched_executors = self.armed and "executor_wsfs_import_hook" not in disabled
        self.after = sys_path.as_restored(self.before, search.index) if self.named or self.fallback else self.before
        self._judged: Dict[int, Dict[str, str]] = {}
        self._guards: Dict[str, str] = {}

    def rationed(self, path: List[str]) -> Dict[str, str]:
        """Return the entries of a path that dbx-patch has a finder of its own for -> "early" or "open"."""
        if not self.armed:
            return {}
        if id(path) not in self._judged:
            early = rationed.early_places(self.search.index, [canonical(entry) for entry in path])
            self._judged[id(path)] = {
                entry: kind for entry in path for kind in [self._rationed_as(entry, early)] if kind
            }
        return self._judged[id(path)]

    def _rationed_as(self, entry: str, early: "set[str]") -> str:
        folder = canonical(entry)
        if folder not in self.search.index.names_in or not in_workspace(folder):
            return ""
        if folder in early:
            is_ours = id(entry) in rationed.ours or entry not in self.before
            return "early" if is_ours or (not self.asker.executor and rationed.is_guarded()) else "open"
        return "open" if self.asker.executor and not self.guard(entry) else ""

    def guard(self, entry: str) -> str:
        """Return "hook" or "patched" where a hook of the runtime's answers for a path entry, else ""."""
        if entry not in self._guards:
            if self.asker.executor:
                guard = ("patched" if self.patched_executors else "hook") if entry in self._notebooks() else ""
            else:
                name = guard_of(entry)
                guard = "" if not name or name.startswith("Rationed") else "patched" if "dbx-patch" in name else "hook"
            self._guards[entry] = guard
        return self._guards[entry]

    def _notebooks(self) -> List[str]:
        """Return the notebook's folder where it is guarded on executors: outside a Git folder, where it comes last."""
        library = [n for n, entry in enumerate(self.before) if not in_workspace(entry)]
        last = max(library, default=-1)
        ours = self.search.index.names_in
        return [e for e in self.before[last + 1 :] if in_workspace(e) and canonical(e) not in ours][:1]

    def asked(self, name: str, entry: str, path: List[str], is_top: bool) -> bool:
        """Tell whether an entry of a path is looked into for a full name, if this asker imports it."""
        allowed = self.asker.user or self.asker.editable
        index = self.search.index
        kind = self.rationed(path if is_top else self.after).get(entry, "")
        if kind:
            return self._is_known(name, entry) or (kind == "open" and allowed)
        guard = self.guard(entry) if in_workspace(entry) else ""
        if guard != "patched":
            return not guard or self.asker.user
        if "." in name:
            return allowed or index.whose(entry) is EDITABLE
        return allowed or (name in index.names_in.get(canonical(entry), ()) and self._is_due(name, entry, path))

    def _is_known(self, name: str, entry: str) -> bool:
        """Tell whether the index has a name in an entry; an executor's is read when that starts, and so knows more."""
        if name in self.search.index.names_in[canonical(entry)]:
            return True
        listed = self.search.disk.listing(entry) if self.asker.executor and "." not in name else None
        return bool(listed and self.search.disk.look(name, entry) and not lies_beside(name, set(listed)))

    def _is_due(self, name: str, entry: str, path: List[str]) -> bool:
        """Apply the patched hook's rule: what a library would get elsewhere, it goes on getting there."""
        order = [canonical(other) for other in path]
        place = order.index(canonical(entry)) if canonical(entry) in order else len(order)
        if any_before(self.search.index.providers.get(name, ()), place, order):
            return True
        rivals = self.search.on_path(name, [other for other in path[place + 1 :] if not in_workspace(other)])
        return all(rival.namespace for rival in rivals)

    def places(self, name: str, entry: str, path: List[str], is_top: bool) -> Iterator[Place]:
        """Yield what an entry of a path has by a name, if it is looked into for this asker."""
        if self.asked(name, entry, path, is_top):
            yield from self.search.on_path(name, [entry])

    def was_asked(self, folder: str, path: Optional[Sequence[str]]) -> bool:
        """Tell whether the import system's own finder has looked into a folder for anybody who asks."""
        entries = self.after if path is None else path
        for entry in (entry for entry in entries if canonical(entry) == folder):
            if self.rationed(self.after).get(entry):
                continue
            guard = self.guard(entry)
            cached = self.asker.executor or type(sys.path_importer_cache.get(entry)) is FileFinder
            if (not guard and cached) or (path is not None and guard == "patched"):
                return True
        return False


def guard_of(entry: str) -> str:
    """Return the name of the workspace hook that answers for a path entry, and whether it is patched; "" for none."""
    cached = sys.path_importer_cache.get(entry)
    kind: Any = type(cached)
    if cached is None and entry not in sys.path_importer_cache:
        kinds = [getattr(hook, "func", hook) for hook in sys.path_hooks]
        kind = next((kind for kind in kinds if isinstance(kind, type) and _is_hook(kind)), type(None))
    if kind.__module__ == "dbx_patch.hooks.rationed":
        return "RationedFinder (of dbx-patch)" if kind is rationed.RationedFinder else ""
    if not _is_hook(kind):
        return ""
    patched = getattr(getattr(kind, "find_spec", None), "__wrapped__", None) is not None
    return str(kind.__name__) + (" (patched by dbx-patch)" if patched else "")


def _is_hook(kind: type) -> bool:
    return kind.__module__.startswith(("dbruntime.", "pyspark.", "_engine_pyspark."))


def _on_executors(search: Holders) -> List[str]:
    """Return ``sys.path`` as an executor has it: what its own start makes, and what the driver sends.

    The driver sends its entries in the workspace, which come last; but in a Git folder the notebook's folder and the
    repository's stay where they are. Anything else that a cell has added stays on the driver.
    """
    own = {canonical(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry}
    own.update(map(canonical, [*standard_folders(), *search.index.site_folders]))
    libraries = ("site-packages", "dist-packages", ".zip", "/spark/python", ".__path_hook__")
    driver = [entry for entry in sys.path if isinstance(entry, str) and entry]
    path = [e for e in driver if not in_workspace(e) and (e.endswith(libraries) or canonical(e) in own)]
    started = sys_path.as_restored(path, search.index)  # `site` has put there what .pth files name
    library = [canonical(folder) for folder in standard_folders()]
    here = _current_folder()
    first = next((number for number, entry in enumerate(driver) if canonical(entry) in library), len(driver))
    in_git = [e for e in driver[:first] if in_workspace(e) and (here + "/").startswith(e.rstrip("/") + "/")]
    slot = next((number for number, entry in enumerate(started) if canonical(entry) in library), 0)
    started[slot:slot] = in_git
    made = [entry for entry in started if entry in in_git or not in_workspace(entry)]
    sent = [entry for entry in driver if in_workspace(entry) and entry not in in_git]
    finders = (sys.modules.get(install.finder) for install in search.installs)
    made += [place for finder in finders for place in [getattr(finder, "PATH_PLACEHOLDER", "")] if place]
    return [*dict.fromkeys(made), *sorted(sent, key=lambda entry: canonical(entry) != here)]


def _current_folder() -> str:
    """Return the current folder, which is the notebook's; "" where it is gone."""
    try:
        return os.path.abspath(os.curdir)
    except OSError:
        return ""
