"""One question to ``explain``: what each importer gets by a name, with what was seen of the disk for it."""

import os
import sys
from dataclasses import dataclass
from typing import Dict, List, Optional

from dbx_patch.diagnosis.askers import ASKERS, LIBRARY, Asker
from dbx_patch.diagnosis.bodies import Bodies
from dbx_patch.diagnosis.disk import STANDARD_LIBRARY
from dbx_patch.diagnosis.explanation import ImporterSays
from dbx_patch.diagnosis.retold import Imports, loaded_from
from dbx_patch.diagnosis.search import Hit, Search


@dataclass
class Answer:
    """What one import comes to. ``hits``: what was found, package by package; ``refused``: the notebook it met.

    ``problem``: why what was found does not load.
    """

    asker: Asker
    name: str
    hits: List[Hit]
    refused: Optional[Hit]
    problem: str
    loaded: bool

    @property
    def found(self) -> bool:
        return len(self.hits) == self.name.count(".") + 1

    @property
    def works(self) -> bool:
        return self.loaded or (self.found and not self.problem)


class Question:
    """What was seen of this process and of the disk; made anew for each question, so nothing in it is old."""

    def __init__(self) -> None:
        self.search = Search()
        self.bodies = Bodies(self.search, self.imports)
        self._imports: Dict[Asker, Imports] = {}

    def imports(self, asker: Asker) -> Imports:
        if asker not in self._imports:
            self._imports[asker] = Imports(self.search, asker)
        return self._imports[asker]

    def answer(self, name: str, asker: Asker) -> Answer:
        """Return what an import of ``name`` by an asker comes to."""
        halted = "" if asker.executor else halted_at(name)
        if halted:
            return Answer(asker, name, [], None, f"sys.modules has None for {halted}, which blocks it", False)
        imports = self.imports(asker)
        hits = imports.find(name)
        refused = imports.refused
        is_loaded = _loaded_on_executors if asker.executor else sys.modules.__contains__
        loaded = is_loaded(name)
        problem = "" if loaded else self.bodies.problem(hits, asker, is_loaded)
        return Answer(asker, name, hits, refused, problem, loaded)

    def importers(self, name: str) -> List[ImporterSays]:
        """Return what each importer gets."""
        answers = [self.answer(name, asker) for asker in ASKERS]
        return [ImporterSays(a.asker.who, a.works, self._place(a), self._why(a, answers[0])) for a in answers]

    def _place(self, answer: Answer) -> str:
        if not answer.works:
            return ""
        if answer.loaded:
            file = loaded_from(answer.name)
            return "" if file == "built in" else file
        return answer.hits[-1].location

    def _why(self, answer: Answer, in_cell: Answer) -> str:
        if answer.works:
            return ""
        if answer.problem:
            return answer.problem
        if answer.refused:
            return f"{answer.refused.location} is a notebook, which the runtime refuses to import"
        if answer.asker is LIBRARY and in_cell.found:
            return "the runtime refuses to look for it in the workspace, because a library asks"
        return "not found"

    def is_certain(self, answer: Answer) -> bool:
        """Tell whether what was found is known to load: its source compiles, or it is Python's own."""
        hit = answer.hits[-1]
        if answer.loaded or hit.how == "built-in" or hit.provider == STANDARD_LIBRARY or hit.namespace:
            return True
        return self.bodies.body(hit).compiles and self.bodies.is_certain


def halted_at(name: str) -> str:
    """Return the part of a name that sys.modules has None for, which blocks its import; "" for none."""
    parts = name.split(".")
    names = (".".join(parts[:number]) for number in range(1, len(parts) + 1))
    return next((part for part in names if sys.modules.get(part, sys) is None), "")


def _loaded_on_executors(name: str) -> bool:
    """Tell whether a module is there on an executor from its start: such as ``os.path``, which nobody could find."""
    file = getattr(sys.modules.get(name), "__file__", None)
    return isinstance(file, str) and os.path.dirname(file) == os.path.dirname(os.__file__)
