"""Why an import finds nothing, and what was probably meant."""

import difflib
import os
import sys
from typing import Iterator, List, Optional

import _dbx_patch_bootstrap as bootstrap
from dbx_patch import hooks
from dbx_patch.diagnosis import remedies
from dbx_patch.diagnosis.installs import EditableInstall, top_modules
from dbx_patch.diagnosis.question import Answer
from dbx_patch.diagnosis.search import Hit, Search, search_path_of
from dbx_patch.index.workspace import in_workspace

_SUFFIXES = (".dist-info", ".egg-info")


def why_missing(search: Search, answer: Answer, wanted: str, lost: Optional[Hit]) -> str:
    """Return why nothing answers for ``wanted``, the part of the name that was not found."""
    hits = answer.hits
    if answer.refused:
        return (
            f"{answer.refused.location} begins with `# Databricks notebook source`, so the runtime treats it as a"
            " notebook and refuses to import it"
        )
    if answer.problem:
        return answer.problem
    if not hits:
        return _why_nowhere(search, wanted, lost)
    if search_path_of(hits[-1]) is None:
        return f"{hits[-1].name} is a module, not a package, so it has no submodules"
    exported = _exported(search, search_path_of(hits[-1]) or (), wanted)
    return exported or _why_no_part(search, wanted, hits)


def _why_no_part(search: Search, wanted: str, hits: List[Hit]) -> str:
    top, parent = hits[0], hits[-1]
    shadowed = [i for i in search.installs if top.name in i.names and not (top.install or top.namespace)]
    rivals = [i.name for i in shadowed if search.means(i, top.name)]
    shadow = f". It shadows the editable install {rivals[0]}" if rivals else ""
    where = f"{parent.provider or 'a path entry'}, {parent.location}"
    return f"{parent.name} comes from {where}, and has no submodule {wanted}{shadow}"


def _why_nowhere(search: Search, wanted: str, lost: Optional[Hit]) -> str:
    if lost is None or lost.install is None:
        in_workspace_only = [entry for entry in sys.path if isinstance(entry, str) and in_workspace(entry)]
        others = (_exported(search, in_workspace_only, wanted), _not_mapped(search, wanted), _gone(search, wanted))
        return next(filter(None, others), "no editable install, installed distribution or path entry has it")
    install = lost.install
    if not search.exists_at(lost):
        again = remedies.pip("install", "--no-deps", "-e", install.project or os.curdir)
        moved = " If the project was moved or renamed, install it from where it is now" if _is_gone(install) else ""
        return f"the editable install {install.name} has it at {lost.location}, which does not exist." + (
            moved or f" Install it again: {again}"
        )
    where = f"the editable install {install.name} has it, but "
    where += "its path entry is not on sys.path" if install.paths else "its import finder is not loaded"
    if hooks.is_in_place(hooks.FALLBACK):
        return where
    active, reason = bootstrap.decide()
    if active and "fallback" in hooks.disabled_patches():
        return f"{where}, and DBX_PATCH_DISABLE leaves out dbx-patch's fallback, which would find it"
    return f"{where} and dbx-patch is {'not armed' if active else f'off ({reason})'}"


def lost_hit(search: Search, name: str) -> Optional[Hit]:
    """Return where an editable install has a name that the import system does not reach."""
    for install in search.installs:
        for place in search.sources(install, name) if name in install.names else ():
            hit = search.hit_at(place, "lost")
            hit.install = hit.install or install
            return hit
    return None


def _exported(search: Search, folders: "list[str] | tuple[()]", wanted: str) -> str:
    """A notebook that the workspace shows by its name, and that has another kind of file."""
    for folder in folders:
        if wanted + ".ipynb" in (search.disk.listing(folder) or ()):
            return (
                f"{os.path.join(folder, wanted)}.ipynb is a notebook, and a notebook is no module. Move what is to be"
                f" imported into {wanted}.py, or use %run"
            )
    return ""


def _not_mapped(search: Search, wanted: str) -> str:
    """A module that is newer than the map in its install's finder, which is written at the installation."""
    for install in search.installs:
        folders = [os.path.dirname(path) for _, path in top_modules(install)] if install.finder else []
        if install.project and install.finder:
            folders += [install.project, os.path.join(install.project, "src")]
        for folder in dict.fromkeys(folders):
            place = search.disk.look(wanted, folder)
            if place is not None and not place.namespace:
                again = remedies.pip("install", "--no-deps", "-e", install.project or folder)
                return (
                    f"{place.location} is in the project of the editable install {install.name}, but its import finder"
                    f" knows only what was there when it was installed. If it is to be part of it, reinstall: {again}"
                )
    return ""


def _is_gone(install: EditableInstall) -> bool:
    return bool(install.project) and not os.path.isdir(install.project or "")


def _gone(search: Search, wanted: str) -> str:
    """An install of that name whose folders are gone: nobody can tell any more what it had."""
    for install, known in zip(search.installs, search.index.installs):
        if remedies.plain(wanted) in remedies.plain(install.name) and (known.missing_paths or _is_gone(install)):
            where = next(iter(known.missing_paths), install.project)
            return (
                f"the editable install {install.name} points to {where}, which does not exist. If the project was moved"
                " or renamed, install it from where it is now"
            )
    return ""


def near_names(search: Search, wanted: str, parent: Optional[Hit], exact: bool = False) -> List[str]:
    """Return names that are there and much like the one that is not; with ``exact``, that one too if it is there."""
    if parent:
        known = search.disk.names_in(search_path_of(parent) or ())
    else:
        known = search.disk.names_in(e for e in sys.path if isinstance(e, str)).union(sys.builtin_module_names)
        known.update(name for install in search.installs for name in install.names)
    lower = {name.lower(): name for name in sorted(known)}
    near = difflib.get_close_matches(wanted.lower(), lower, 3, 0.72)
    return [lower[name] for name in near if exact or lower[name] != wanted]


def modules_of(search: Search, name: str) -> List[str]:
    """Return the modules of the distribution of that name, which is often not what its modules are called."""
    for install in search.installs:
        if remedies.plain(install.name) == remedies.plain(name):
            return [module for module in install.names if module != name]
    for folder in search.index.site_folders:
        for info in search.disk.distributions(folder):
            stem = info.rpartition(".")[0]
            if info.endswith(_SUFFIXES) and remedies.plain(stem.partition("-")[0]) == remedies.plain(name):
                files = search.disk.record(os.path.join(folder, info))
                return sorted(set(_top_levels(files)) - {name})
    return []


def _top_levels(files: "dict[str, str]") -> Iterator[str]:
    for file in files:
        first, slash, rest = file.partition("/")
        stem = first.partition(".")[0]
        is_package = slash and rest.endswith((".py", ".so")) and first.isidentifier()
        if is_package or (not slash and first.endswith((".py", ".so")) and stem.isidentifier()):
            yield stem
