"""The layers of ``explain``: what each finder, path entry and patch has to do with an import."""

import sys
from typing import Any, Dict, List, Optional, Sequence

import _dbx_patch_bootstrap as bootstrap
from dbx_patch import hooks
from dbx_patch.diagnosis.askers import CELL, LIBRARY, Paths, guard_of
from dbx_patch.diagnosis.disk import is_frozen
from dbx_patch.diagnosis.explanation import EntrySays, FinderSays, Layer
from dbx_patch.diagnosis.holders import IN_FRONT
from dbx_patch.diagnosis.question import Question
from dbx_patch.diagnosis.retold import Imports
from dbx_patch.diagnosis.search import Hit
from dbx_patch.diagnosis.status import current_status, is_databricks
from dbx_patch.index.workspace import in_workspace
from dbx_patch.output.results import PatchStatus


def finders_say(imports: Imports, name: str, parent: Optional[Hit]) -> List[FinderSays]:
    """Return what each finder on ``sys.meta_path`` would say of ``name``; ``parent`` is its package."""
    return [FinderSays(_called(finder), _says(imports, finder, name, parent)) for finder in tuple(sys.meta_path)]


def _called(finder: Any) -> str:
    kind = finder if isinstance(finder, type) else type(finder)
    return str(kind.__qualname__)


def _says(imports: Imports, finder: Any, name: str, parent: Optional[Hit]) -> str:
    kind = finder if isinstance(finder, type) else type(finder)
    module, called = kind.__module__, kind.__qualname__
    if finder is hooks.TRIGGER:
        ours = any(name in modules for modules in hooks.RUNTIME_MODULES.values())
        return "patches it when it loads" if ours else "nothing: it only handles modules of the runtime"
    if finder is hooks.FALLBACK:
        found = imports.fallback_hit(name, parent)
        if found:
            return f"has it, if no other finder does: {found.location}"
        known = any(name.partition(".")[0] in install.names for install in imports.search.installs)
        return f"nothing: {'it looks nowhere else than the others' if known else 'no editable install has it'}"
    if called in ("BuiltinImporter", "FrozenImporter"):
        has_it = name in sys.builtin_module_names if called == "BuiltinImporter" else is_frozen(name)
        return "has it" if parent is None and has_it else "nothing"
    on_path = imports.on_path(name, parent)
    if called == "PathFinder":
        return f"has it: {on_path.location}" if on_path else "nothing: no path entry has it"
    if called in ("WsfsPathFinder", "_WorkspacePathFinder"):
        return "asks PathFinder, and refuses the answer if it is a notebook" if on_path else "nothing, like PathFinder"
    if called == "ImportHookFinder":
        return "nothing: it runs callbacks when modules have loaded"
    if module in ("_distutils_hack", "_virtualenv"):
        return "nothing: it only handles distutils"
    for install in imports.search.installs:
        if install.finder == module and install.shape in IN_FRONT:
            path = None if parent is None else imports.path_of(parent) or []
            front = imports.finders.fronts.answer(finder, install, name, path)
            what = front and (f"fails: {front.fault}" if front.fault else f"has it: {front.location}")
            return what or "nothing: it belongs to another install"
        if install.finder == module or (module == "editables.redirector" and install.shape == "C"):
            mapped = imports.search.mapped(name, install)
            if mapped:
                return f"has it, from {install.name}: {mapped.location}"
    if module.startswith(("__editable__", "_editable", "editables.")):
        return "nothing: it belongs to another install"
    return "unknown: asking it could have side effects"


def entries_say(question: Question, name: str) -> List[EntrySays]:
    """Return what each ``sys.path`` entry in the workspace would say of a top-level name."""
    said = []
    for entry in dict.fromkeys(e for e in sys.path if isinstance(e, str) and in_workspace(e)):
        offers = question.search.disk.look(name, entry) is not None
        texts = [_entry_says(question.imports(asker).paths, name, entry, offers) for asker in (CELL, LIBRARY)]
        said.append(EntrySays(entry, offers, *texts))
    return said


def _entry_says(paths: Paths, name: str, entry: str, offers: bool) -> str:
    has_it = "has it" if offers else "does not have it"
    guard = guard_of(entry)
    if not guard:
        return has_it if paths.asker.user else f"{has_it} (no runtime hook guards this entry)"
    if paths.asked(name, entry, paths.before, True):
        because = ", because an editable install provides the name" if offers and not paths.asker.user else ""
        return has_it + because
    if not guard.startswith("RationedFinder"):
        return f"refused by {guard.partition(' (')[0]} without looking"
    if paths.asker.user:
        return f"{has_it}; dbx-patch looks there only if nothing else has the name"
    return "refused by dbx-patch without looking, as the runtime would do"


def layers_for(hit: Hit) -> List[Layer]:
    """Return what the runtime's layers do to an editable module, and what is done about it now."""
    if hit.install is None:
        return []
    states = {patch.name: patch for patch in current_status().patches}
    lost = f"it drops the path entry of {hit.install.name} from sys.path."
    back = "the entry is put back"
    layers = [
        ("1 sys_path_init", ("sys_path_init",), f"when the kernel starts, {lost}", back),
        ("3 pythonPathHook", ("python_path_hook",), f"after a cell, {lost}", back),
    ]
    if not hit.install.paths:
        safe = "No effect: an import finder answers, which needs no path entry."
        start, cells = (Layer(name, False, "passes", safe, "The same.") for name, *_ in layers)
    else:
        start, cells = (_layer(states, *layer) for layer in layers)
    return [start, _workspace_layer(hit, states), cells, _autoreload_layer(hit, states)]


def _workspace_layer(hit: Hit, states: Dict[str, PatchStatus]) -> Layer:
    name = "2 workspace hooks"
    names = ("wsfs_import_hook", "workspace_import_machinery", "executor_wsfs_import_hook")
    if not in_workspace(hit.location):
        return Layer(name, False, "passes", "No effect: its source is outside /Workspace.", "The same.")
    rule = "the folder belongs to an editable package" if "." in hit.name else "the install provides the name"
    without = "a library's import of it is refused, but not a cell's."
    return _layer(states, name, names, without, f"a library gets it too, because {rule}")


def _autoreload_layer(hit: Hit, states: Dict[str, PatchStatus]) -> Layer:
    name = "4 autoreload"
    if in_workspace(hit.location):
        return Layer(name, False, "passes", "No effect: files under /Workspace are reloaded.", "The same.")
    without = "an edited file is not reloaded, because it is outside /Workspace. The import itself works."
    return _layer(states, name, ("autoreload",), without, "an edited file is reloaded")


def _layer(states: Dict[str, PatchStatus], name: str, patches: Sequence[str], without: str, effect: str) -> Layer:
    """Return a layer that stops an import, with what its patches do now; a release has one of several."""
    active, reason = bootstrap.decide()
    if not active:
        here = is_databricks()
        now = f"the same, because dbx-patch is off ({reason})." if here else "not present: this is not Databricks."
        return Layer(name, True, "stops" if here else "waiting", without, now)
    mine = [states[patch] for patch in patches]
    applied = [patch.name for patch in mine if patch.state == "applied"]
    if applied:
        return Layer(name, True, "handled", without, f"{effect} ({' and '.join(applied)} applied).")
    other = next((patch for patch in mine if patch.state != "waiting"), mine[0])
    if other.state == "waiting":
        now = f"the layer is not loaded in this process. Once it is, {effect}."
        return Layer(name, True, "waiting", without, now)
    fallback = hooks.is_in_place(hooks.FALLBACK) and name != "4 autoreload"
    instead = "the fallback answers instead" if fallback else "nothing replaces it"
    state = "handled" if fallback else "stops"
    return Layer(name, True, state, without, f"{other.name} is {other.state} ({other.reason}); {instead}.")
