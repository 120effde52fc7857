"""``explain``: how an import would resolve, told from the disk and the index. Nothing is imported or asked."""

import keyword
import sys
from typing import List, Optional

from dbx_patch.diagnosis.askers import CELL
from dbx_patch.diagnosis.disk import STANDARD_LIBRARY
from dbx_patch.diagnosis.explanation import Explanation, Offer
from dbx_patch.diagnosis.installs import EditableInstall
from dbx_patch.diagnosis.layers import entries_say, finders_say, layers_for
from dbx_patch.diagnosis.question import Answer, Question, halted_at
from dbx_patch.diagnosis.reasons import lost_hit, modules_of, near_names, why_missing
from dbx_patch.diagnosis.retold import loaded_from
from dbx_patch.diagnosis.search import Hit, Search, search_path_of


def explain(name: str) -> Explanation:
    """Return how ``import name`` would resolve in this process, layer by layer, and why; prints nothing.

    ``name`` is a module's full name, dotted or not; it need not exist. Nothing is imported.
    """
    no_name = _no_name(name)
    if no_name is not None:
        return no_name
    words = [part for part in name.split(".") if keyword.iskeyword(part)]
    if words:
        return Explanation(name, False, f"{words[0]!r} is a Python keyword, so no import statement can name it.")
    question = Question()
    halted = halted_at(name)
    if halted:
        result = Explanation(name, False, f"import {name} fails: sys.modules has None for {halted}, which blocks it.")
        result.importers = question.importers(name)
        return result
    answer = question.answer(name, CELL)
    result = _found(question, answer) if answer.found and not answer.refused else _missing(question, answer)
    result.importers = question.importers(name)
    return result


def why_no_name(name: str) -> str:
    """Return why a name is neither a module's nor a distribution's, and what was probably meant; "" if it is one."""
    result = _no_name(name)
    return "" if result is None or result.near else result.verdict


def _no_name(name: str) -> Optional[Explanation]:
    """Return what to say of a name that no module can have; None for one that a module can have.

    A distribution's often looks so, and then its modules are what is told.
    """
    if isinstance(name, str) and all(part.isidentifier() for part in name.split(".")):
        return None
    search, name = Search(), str(name)
    modules = modules_of(search, name)
    if modules:
        return Explanation(name, False, f"{_provides(name, modules)}.", near=modules)
    near = near_names(search, name.replace("-", "_"), None, exact=True)
    hint = f". Did you mean {near[0]}?" if near else ""
    return Explanation(name, False, f"{name!r} is not a module name, such as package.module{hint or '.'}")


def _provides(name: str, modules: List[str]) -> str:
    shown = ", ".join(modules[:5]) + (f" and {len(modules) - 5} more" if len(modules) > 5 else "")
    return f"{name} is the name of a distribution, which is installed, and not of a module. Its modules are: {shown}"


def _found(question: Question, answer: Answer) -> Explanation:
    search, hits = question.search, answer.hits
    hit = hits[-1]
    parent = hits[-2] if len(hits) > 1 else None
    result = Explanation(answer.name, answer.works, "", loaded_from(answer.name), hit.location)
    result.offers = _offers(search, hits[0].name, hits[0].location)
    result.finders = finders_say(question.imports(CELL), answer.name, parent)
    result.entries = entries_say(question, hits[0].name)
    result.layers = layers_for(hit)
    result.verdict = _verdict(question, answer, result)
    return result


def _verdict(question: Question, answer: Answer, result: Explanation) -> str:
    search, hits, name = question.search, answer.hits, answer.name
    top, hit = hits[0], hits[-1]
    rivals = [i.name for i in search.installs if i.name != top.provider and _has(search, i, top.name)]
    if hit.fault:
        text = f"import {name} fails: {hit.fault}"
    elif not answer.works:
        problem = answer.problem.replace(f"{hit.location} ", "that file ", 1) if hit.location else answer.problem
        text = f"import {name} fails. It is found at {hit.location or top.location}, but {problem}"
    elif hit.how == "built-in":
        text = f"import {name} works: it is built into the interpreter"
    else:
        whose = f"the editable install {hit.install.name}" if hit.install else hit.provider or "a path entry"
        known = question.is_certain(answer)
        text = f"import {name} works: it comes from {whose}" if known else f"{name} is found. It comes from {whose}"
        text += (
            f", {hit.location}" if known else f", at {hit.location}; whether it loads cannot be told from its source"
        )
    asked = next((h.name for h in hits if h.how == "fallback" and h.name not in sys.modules), "")
    if hit.install is not None and asked:
        text += f"; dbx-patch's fallback finds {asked}, which no other finder on sys.meta_path would"
    if rivals and top.install is None and not top.namespace:
        text += f". It is not the editable install {rivals[0]}, which is shadowed by {top.provider or top.location}"
    if result.loaded and hit.location and search.disk.real(result.loaded) != search.disk.real(hit.location):
        text += f". This process has already loaded it from elsewhere: {result.loaded}"
    return text + "."


def _has(search: Search, install: EditableInstall, name: str) -> bool:
    return name in install.names and bool(search.means(install, name))


def _missing(question: Question, answer: Answer) -> Explanation:
    search, hits, name = question.search, answer.hits, answer.name
    result = Explanation(name, False, "", loaded_from(name))
    number = min(len(hits), name.count("."))
    wanted = name.split(".")[number]
    top, parent = (hits[0], hits[-1]) if hits else (None, None)
    prefix = parent.name + "." if parent else ""
    result.near = [prefix + near for near in near_names(search, wanted, parent)]
    result.offers = _offers(search, top.name, top.location) if top else _offers(search, wanted, "none of them")
    is_package = parent is None or search_path_of(parent) is not None
    result.finders = finders_say(question.imports(CELL), name, parent) if is_package else []
    lost = lost_hit(search, wanted) if top is None else None
    result.layers = layers_for(lost) if lost else []
    result.entries = entries_say(question, name.partition(".")[0])
    modules = modules_of(search, name) if top is None and "." not in name else []
    why = why_missing(search, answer, wanted, lost)
    hint = f". Did you mean {result.near[0]}?" if result.near else "."
    if modules and not lost:
        result.near, why, hint = modules, _provides(name, modules), "."
    if result.loaded:  # put into sys.modules by hand, or its source is gone since
        result.works = True
        result.verdict = (
            f"import {name} works, because this process has already loaded it. No finder has it now: {why}{hint}"
        )
    else:
        result.verdict = f"import {name} fails: {why}{hint}"
    return result


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
