"""The promises about each layer of the runtime by itself, tried with the runtime's own functions."""

from __future__ import annotations

import gc
import os
import sys
from typing import Any, Callable

from dbx_patch.diagnosis.status import current_status
from dbx_patch.selftest.trial import Broken, NotTried, Trial, guard_of, loaded_layers, state_of


def patches(trial: Trial) -> str:
    """Each patch whose runtime module is loaded is applied to it."""
    wrong = []
    for patch in current_status().patches:
        missed = patch.state == "waiting" and "was not patched" in patch.reason
        if missed or patch.state not in ("applied", "waiting"):
            wrong.append(f"{patch.name} is {patch.state.replace('_', ' ')}: {patch.reason}")
    if wrong:
        raise Broken(". ".join(wrong))
    return f"for {', '.join(loaded_layers())}"


def rebuilt_path(trial: Trial) -> str:
    """``sys_path_init`` rebuilds ``sys.path`` once more, as at the kernel's start; the path entry is there again."""
    module = _loaded("sys_path_init")
    rebuild = getattr(module, "patch_sys_path_with_developer_paths", None)
    return _kept(trial, "sys_path_init", rebuild, getattr(rebuild, "__wrapped__", None))


def between_cells(trial: Trial) -> str:
    """``PythonPathHook`` does what it does after each cell; the path entry is there again."""
    kind = getattr(_loaded("dbruntime.pythonPathHook"), "PythonPathHook", None)
    # by type(): isinstance() would ask lazy proxies of other packages for their class, and so make them do things
    hooks = [thing for thing in gc.get_objects() if issubclass(type(thing), kind)] if isinstance(kind, type) else []
    if not hooks:
        raise NotTried("this process has no PythonPathHook")
    name = "_handle_sys_path_maybe_updated"
    original = getattr(getattr(kind, name, None), "__wrapped__", None)
    unpatched = original.__get__(hooks[0]) if original else None
    return _kept(trial, "python_path_hook", getattr(hooks[0], name, None), unpatched)


def _kept(trial: Trial, patch: str, function: Any, original: Any) -> str:
    """Call the runtime's function, less our patch and with it, and see whether the path entry is there."""
    if not callable(function):
        raise NotTried(state_of(patch) or "this release has no such function")
    if original is not None and _survives(trial, original):
        raise NotTried("the runtime's own function left the path entry alone")
    if _survives(trial, function):
        if original is None:
            raise NotTried("the runtime's own function left the path entry alone; " + state_of(patch))
        return "the runtime's own function drops the path entry, and dbx-patch puts it back"
    raise Broken("the runtime has dropped the path entry, and it was not put back")


def _survives(trial: Trial, function: Callable[[], object]) -> bool:
    trial.begin()
    before = list(sys.path)
    try:
        function()
        return trial.stage.root in sys.path
    finally:
        trial.state.put_path_back(before)


def hook_answers(trial: Trial) -> str:
    """The runtime's hook itself lets a library see a submodule of an editable package."""
    trial.needs_library()
    trial.needs_workspace()
    folder = trial.stage.package_folder(trial.stage.line)
    guard = guard_of(folder)
    if guard is None:
        raise NotTried("nothing of the runtime guards the project's folder here")
    name = trial.stage.line + ".part"
    library = sys.modules[trial.asker.library].__dict__
    library.update(_guard=guard)
    trial.cell(f"import {trial.stage.line}")
    trial.cell(f"import LIBRARY; LIBRARY._found = LIBRARY.call(LIBRARY._guard.find_spec, {name!r})")
    if library.pop("_found") is not None:
        return f"asked: {type(guard).__name__}"
    patch = "wsfs_import_hook" if "WsfsImportHook" in type(guard).__name__ else "workspace_import_machinery"
    raise Broken(f"{type(guard).__name__} refuses it; imports need the fallback. {state_of(patch)}".rstrip())


def autoreload(trial: Trial) -> str:
    """The runtime's own function allows an editable file outside the workspace, and no other one there."""
    module = _loaded("dbruntime.autoreload.file_module_utils")
    is_allowed = getattr(module, "is_file_in_allowlist", None)
    if not callable(is_allowed):
        raise NotTried("this release has no is_file_in_allowlist")
    if is_allowed(os.path.join(trial.stage.temporary, "nobody's", "module.py")):
        raise NotTried("the runtime allows every file outside the workspace here")
    trial.cell(f"import {trial.stage.outside}")
    file = os.path.join(trial.stage.package_folder(trial.stage.outside), "part.py")
    if not is_allowed(file):
        raise Broken("autoreload passes over the sources of an editable install outside the workspace")
    return ""


def _loaded(name: str) -> Any:
    module = sys.modules.get(name)
    if module is None:
        raise NotTried(f"{name} is not loaded in this process")
    return module
