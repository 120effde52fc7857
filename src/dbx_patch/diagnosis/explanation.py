"""How ``import name`` would resolve, layer by layer: the result of ``explain``."""

from dataclasses import dataclass, field
from typing import List

from dbx_patch.output.rendering import Section
from dbx_patch.output.results import Result


@dataclass
class Offer:
    """Who has a module by that name. ``kind``: editable, installed, standard or path; ``wins``: it is imported."""

    kind: str
    provider: str
    location: str
    wins: bool = False


@dataclass
class FinderSays:
    """What a finder on ``sys.meta_path`` would say, in its order. Known by reading, not by asking it."""

    finder: str
    says: str


@dataclass
class EntrySays:
    """What a path entry in the workspace would say: ``user`` to a cell or editable code, ``library`` to a library."""

    entry: str
    offers: bool
    user: str
    library: str


@dataclass
class ImporterSays:
    """What an import by one importer comes to. ``who``: a cell, a library, or a function of a cell's on an executor.

    ``location``: where it gets the module from; ``why``: what stands in the way, "" where nothing does.
    """

    who: str
    works: bool
    location: str
    why: str = ""


@dataclass
class Layer:
    """One of Databricks' layers: what it does to this import ``without`` dbx-patch, and what happens ``now``.

    ``state``: ``passes`` (it is no hindrance), ``handled`` (it would be, but for dbx-patch), ``waiting`` (it is not
    loaded in this process) or ``stops``. ``stops``: it is one without dbx-patch.
    """

    name: str
    stops: bool
    state: str
    without: str
    now: str


@dataclass
class Explanation(Result):
    """``works``: whether the import would succeed in a cell; ``verdict``: all of it in a sentence.

    ``loaded``: where this process has it from already, or ""; ``location``: where it would come from; ``near``: names
    that are much like one that was not found; ``importers``: the answer for each who may import it.
    """

    name: str
    works: bool
    verdict: str
    loaded: str = ""
    location: str = ""
    offers: List[Offer] = field(default_factory=list)
    finders: List[FinderSays] = field(default_factory=list)
    entries: List[EntrySays] = field(default_factory=list)
    layers: List[Layer] = field(default_factory=list)
    near: List[str] = field(default_factory=list)
    importers: List[ImporterSays] = field(default_factory=list)

    def headline(self) -> str:
        return self.verdict

    def sections(self) -> List[Section]:
        state = "works" if self.works else "fails"
        summary = [(state, f"import {self.name}"), ("loaded", self.loaded or "not yet")]
        if self.near:
            summary.append(("similar", ", ".join(self.near)))
        sections = [Section("Summary", summary)]
        if len({(one.works, one.location) for one in self.importers}) > 1:
            rows = [("works" if one.works else "fails", one.who, one.why or one.location) for one in self.importers]
            sections.append(Section("Who can import it", rows))
        top = self.name.partition(".")[0]
        if self.offers:
            rows = [
                (
                    "wins" if o.wins else "other",
                    o.kind,
                    o.location if o.kind == "path" else f"{o.provider}: {o.location}",
                )
                for o in self.offers
            ]
            sections.append(Section(f"Who provides `{top}`", rows))
        if self.finders:
            sections.append(Section("Finders, in the order they are asked", [(f.finder, f.says) for f in self.finders]))
        if self.entries:
            said = [(e.entry, f"a cell: {e.user}", f"a library: {e.library}") for e in self.entries]
            sections.append(Section(f"How path entries in the workspace answer `import {top}`", said, layout="lines"))
        if self.layers:
            items = [
                (layer.state, layer.name, f"Without dbx-patch: {layer.without}", f"Now: {layer.now}")
                if layer.stops
                else (layer.state, layer.name, layer.without)
                for layer in self.layers
            ]
            sections.append(Section("What the import layers of Databricks do", items, layout="list"))
        return sections

    def exit_code(self) -> int:
        return 0 if self.works else 1
