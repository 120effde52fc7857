"""``explain``: how an import would resolve, told from the disk and the index. Nothing is imported or asked."""

import difflib
import keyword
import sys
from typing import List, Optional

import _dbx_patch_bootstrap as bootstrap
from dbx_patch import hooks
from dbx_patch.diagnosis.disk import STANDARD_LIBRARY
from dbx_patch.diagnosis.explanation import Explanation, Offer
from dbx_patch.diagnosis.layers import entries_say, finders_say, layers_for
from dbx_patch.diagnosis.search import Hit, Search, search_path_of
from dbx_patch.index.workspace import is_refused_notebook


def explain(name: str) -> Explanation:
    """Return how ``import name`` would resolve in this process, layer by layer, and why; prints nothing.

    ``name`` is a module's full name, dotted or not; it need not exist. Nothing is imported.
    """
    parts = name.split(".") if isinstance(name, str) else []
    if not parts or not all(part.isidentifier() for part in parts):
        return Explanation(str(name), False, f"{name!r} is not a module name, such as package.module.")
    words = [part for part in parts if keyword.iskeyword(part)]
    if words:
        return Explanation(name, False, f"{words[0]!r} is a Python keyword, so no import statement can name it.")
    for number in range(1, len(parts) + 1):
        halted = ".".join(parts[:number])
        if sys.modules.get(halted, sys) is None:
            return Explanation(name, False, f"import {name} fails: sys.modules has None for {halted}, which blocks it.")
    search = Search()
    hits = search.find(name)
    if len(hits) == len(parts):
        return _found(search, name, hits)
    if hits and search_path_of(hits[-1]) is None:
        return _missing(search, name, hits, f"{hits[-1].name} is a module, not a package, so it has no submodules")
    return _missing(search, name, hits, "")


def _found(search: Search, name: str, hits: List[Hit]) -> Explanation:
    hit = hits[-1]
    parent = hits[-2] if len(hits) > 1 else None
    result = Explanation(name, True, "", _loaded(name), hit.location)
    result.offers = _offers(search, hits[0].name, hits[0].location)
    result.finders = finders_say(search, name, parent)
    result.entries = entries_say(search, hits[0].name)
    result.layers = layers_for(hit)
    refused = [h for h in hits if is_refused_notebook(h.location)] if runtime_refuses_notebooks() else []
    if refused and not result.loaded:
        result.works = False
        result.verdict = (
            f"import {name} fails: {refused[0].location} begins with `# Databricks notebook source`, so the runtime"
            " treats it as a notebook and refuses to import it."
        )
    else:
        result.verdict = _verdict(search, name, hits, result)
    return result


def _verdict(search: Search, name: str, hits: List[Hit], result: Explanation) -> str:
    top, hit = hits[0], hits[-1]
    rivals = [i.name for i in search.installs if top.name in i.names and i.name != top.provider]
    if hit.how == "built-in":
        text = f"import {name} works: it is built into the interpreter"
    elif hit.install is not None:
        text = f"import {name} works: it comes from the editable install {hit.install.name}, {hit.location}"
        asked = next((h.name for h in hits if h.how == "fallback" and h.name not in sys.modules), "")
        if asked:
            text += f"; dbx-patch's fallback finds {asked}, which no other finder on sys.meta_path would"
    else:
        text = f"import {name} works: it comes from {hit.provider or 'a path entry'}, {hit.location}"
    if rivals and top.install is None and not top.namespace:
        text += f". It is not the editable install {rivals[0]}, which is shadowed by {top.provider or top.location}"
    if result.loaded and hit.location and search.disk.real(result.loaded) != search.disk.real(hit.location):
        text += f". This process has already loaded it from elsewhere: {result.loaded}"
    return text + "."


def _missing(search: Search, name: str, hits: List[Hit], why: str) -> Explanation:
    result = Explanation(name, False, "", _loaded(name))
    wanted = name.split(".")[len(hits)]
    top, parent = (hits[0], hits[-1]) if hits else (None, None)
    prefix = parent.name + "." if parent else ""
    result.near = [prefix + near for near in _near(search, wanted, parent)]
    result.offers = _offers(search, top.name, top.location) if top else _offers(search, wanted, "none of them")
    result.finders = finders_say(search, name, parent) if not why else []
    lost = _lost(search, wanted) if top is None else None
    result.layers = layers_for(lost) if lost else []
    result.entries = entries_say(search, name.partition(".")[0])
    if not why:
        why = _why_no_part(search, wanted, hits) if top else _why_nowhere(lost)
    hint = f". Did you mean {result.near[0]}?" if result.near else "."
    if result.loaded:  # put into sys.modules by hand, or its source is gone since
        result.works = True
        result.verdict = (
            f"import {name} works, because this process has already loaded it. No finder has it now: {why}{hint}"
        )
    else:
        result.verdict = f"import {name} fails: {why}{hint}"
    return result


def _why_no_part(search: Search, wanted: str, hits: List[Hit]) -> str:
    top, parent = hits[0], hits[-1]
    rivals = [i.name for i in search.installs if top.name in i.names and not (top.install or top.namespace)]
    shadow = f". It shadows the editable install {rivals[0]}" if rivals else ""
    where = f"{parent.provider or 'a path entry'}, {parent.location}"
    return f"{parent.name} comes from {where}, and has no submodule {wanted}{shadow}"


def _lost(search: Search, name: str) -> Optional[Hit]:
    """Return where an editable install has a name that the import system does not reach."""
    for install in search.installs:
        for place in search.sources(install, name) if name in install.names else ():
            return search.hit_at(place, "lost")
    return None


def _why_nowhere(lost: Optional[Hit]) -> str:
    if lost is None or lost.install is None:
        return "no editable install, installed distribution or path entry has it"
    where = f"the editable install {lost.install.name} has it, but "
    where += "its path entry is not on sys.path" if lost.install.paths else "its import finder is not loaded"
    if hooks.is_in_place(hooks.FALLBACK):
        return where
    active, reason = bootstrap.decide()
    return f"{where} and dbx-patch is {'not armed' if active else f'off ({reason})'}"


def _near(search: Search, wanted: str, parent: Optional[Hit]) -> List[str]:
    if parent:
        known = search.disk.names_in(search_path_of(parent) or ())
    else:
        known = search.disk.names_in(e for e in sys.path if isinstance(e, str)).union(sys.builtin_module_names)
        known.update(name for install in search.installs for name in install.names)
    lower = {name.lower(): name for name in sorted(known)}
    return [lower[near] for near in difflib.get_close_matches(wanted.lower(), lower, 3, 0.72) if lower[near] != wanted]


def _loaded(name: str) -> str:
    module = sys.modules.get(name)
    if module is None:
        return ""
    file = getattr(module, "__file__", None)
    if isinstance(file, str):
        return file
    folders = getattr(module, "__path__", None)
    known = folders if isinstance(folders, list) else getattr(folders, "_path", [])
    return str(next(iter(known), "built in"))


def _offers(search: Search, name: str, winner: str) -> List[Offer]:
    """Return everyone who has a top-level name, editable installs first; ``winner``: the location that is imported."""
    found = [_offer(hit, hit.location == winner) for hit in search.holders(name)]
    return sorted(found, key=lambda offer: offer.kind != "editable")


def _offer(hit: Hit, wins: bool) -> Offer:
    if hit.install:
        return Offer("editable", hit.provider, hit.location, wins)
    if hit.how == "built-in":
        return Offer("standard", hit.provider, "built in", wins)
    if hit.provider == STANDARD_LIBRARY:
        return Offer("standard", hit.provider, hit.location, wins)
    return Offer("installed" if hit.provider else "path", hit.provider or hit.entry, hit.location, wins)


def runtime_refuses_notebooks() -> bool:
    """Tell whether a finder of the runtime's that refuses notebooks is in place."""
    return any(type(finder).__module__.startswith("dbruntime.") for finder in sys.meta_path)
