"""Answers for :class:`dbx_patch.hooks.EditableFallback`: loaded at the first miss, and knows every layer below.

By then every other finder has been asked and has missed, or has been refused by the runtime. What ``site`` would have
done and did not is made good, whoever else is on ``sys.meta_path`` is asked again, so that the runtime's own answers
win, refusals of notebooks included; and only then do our own finders answer.
"""

import sys

from dbx_patch.hooks import (
    FALLBACK,
    answers,
    ask_others,
    callers,
    portions,
    rationed,
    record_fault,
    sys_path,
    unseen,
    upkeep,
)
from dbx_patch.hooks.journal import note
from dbx_patch.index.pth_files import canonical
from dbx_patch.index.snapshot import EDITABLE
from dbx_patch.index.source_roots import is_of_tests
from dbx_patch.index.workspace import in_workspace, is_refused_notebook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Dict, List, Optional, Sequence, Tuple

    from dbx_patch.index.install import Install
    from dbx_patch.index.snapshot import Index

# import -> why it was answered here, for status
served: "Dict[str, str]" = {}


@unseen
def resolve(
    name: str, path: "Optional[Sequence[str]]" = None, target: "Optional[ModuleType]" = None
) -> "Optional[ModuleSpec]":
    """Return a spec for ``name`` where an editable install provides it, else None. ``path`` is its parent's.

    A miss ends at the first look into the index, a dictionary and a stat for each site folder, but for user code's at
    the top level: that has a look into each source folder in the workspace as well, where a new module may be. What
    other finders raise passes through; a fault of our own is recorded and is no answer.
    """
    try:
        # A hook patched just now has already answered this import unpatched: ask again.
        asks_again = upkeep.keep_first()
        index = sys_path.learn()
        top = name.partition(".")[0]
        installs = index.providers.get(top, [])
        if not (installs or path is None or is_of_tests(top)):
            return None
        asks_again = asks_again or (bool(installs) and not any(finder is FALLBACK for finder in sys.meta_path[-1:]))
    except Exception as fault:
        record_fault("fallback", fault)
        return None
    spec = ask_others(name, path, target) if asks_again else None
    if spec is not None:
        return spec  # mostly of a finder that was put behind ours, and would be asked without us
    restored: List[str] = []
    can_help = False
    try:
        restored = sys_path.restore(index, f"import {name}") if path is None else []
        # In the workspace an entry of ours has nothing but what the index knows.
        can_help = any(installs or not in_workspace(entry) for entry in restored)
    except Exception as fault:
        record_fault("fallback", fault)
    spec = ask_others(name, path, target) if can_help else None
    try:
        if spec is None:
            spec = _find(name, path, index, installs) if installs else _lying_about(name, path, index)
        if spec is not None:
            served[name] = "its path entry was lost" if restored else "a finder of the runtime refused it"
            note("served by the fallback: %s (%s)", name, served[name])
    except Exception as fault:
        record_fault("fallback", fault)
    return spec


@unseen
def _find(
    name: str, path: "Optional[Sequence[str]]", index: "Index", installs: "List[Install]"
) -> "Optional[ModuleSpec]":
    """Return what our own finders have, less what the runtime's would refuse: it was not asked about this file."""
    parent = name.rpartition(".")[0]
    in_namespace = path is not None and _is_namespace(parent)
    if path is not None and not in_namespace:
        joined = portions.joined(parent, index, installs)
        # An installed package of the same name: nothing is mixed into that, unless it looks for portions itself.
        path = [*path, *joined] if _is_editable_package(parent, path, index) else joined
        if not path:
            return None
    spec = answers.find(name, path, index, installs, in_namespace)
    return None if spec is None or is_refused_notebook(spec.origin or "") else spec


@unseen
def _lying_about(name: str, path: "Optional[Sequence[str]]", index: "Index") -> "Optional[ModuleSpec]":
    """Return what has this name in a project, though the index does not know it for what the install provides.

    That is what lies beside a flat project's packages, and what is new since the folder was listed; and tests, which
    pytest imports from path entries of its own. A miss owes the workspace no other look that it would not have had
    without us: what anybody's import would look into without us is looked into for libraries, which our finders have
    kept from it, and an entry that we put back for user code.
    """
    beside, has_tests = index.beside.get(name, ()), is_of_tests(name.partition(".")[0])
    entries = [  # as `sys.path` has them: the first one wins, if nothing says which of them is meant
        entry
        for entry in (sys.path if path is None else path)
        if entry in beside or (has_tests and isinstance(entry, str) and index.is_in_project(canonical(entry)))
    ]
    if len(entries) > 1:
        asked_for = callers.having_its_file(name, entries)
        entries.sort(key=lambda entry: entry != asked_for)
    early: List[str] = []
    if path is None and index.path_entries:
        is_users = callers.is_user_import(index, name)  # which has looked into the open ones itself
        early = rationed.entries_of("early", index) if is_users else []
        entries += early if is_users else rationed.entries_of("open", index)
    for entry in entries:
        spec: Optional[ModuleSpec] = answers.look_into(entry, name)
        if spec is not None and spec.loader is not None:
            if entry in early:
                sys_path.learn(force=True)  # from now on libraries find it as well
            return None if is_refused_notebook(spec.origin or "") else spec
    return None


def _is_namespace(module: str) -> bool:
    return module in sys.modules and getattr(sys.modules[module], "__file__", None) is None


def _is_editable_package(module: str, path: "Sequence[str]", index: "Index") -> bool:
    # meson-python's packages have a __path__ in the build folder: there the file tells
    places: Tuple[str, ...] = (*path, getattr(sys.modules.get(module), "__file__", None) or "")
    return any(index.whose(place) is EDITABLE for place in places)
