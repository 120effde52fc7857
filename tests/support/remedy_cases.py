"""One finding of ``verify`` in a throw-away world, and what its remedy must do there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from support.pasting import Findings, World, tree


@dataclass
class Case:
    """A world that has one kind of finding.

    ``pastes``: it has a remedy; ``looks``: one that merely looks. ``works``: what works when it has been pasted.
    ``then``: the findings that are to be expected afterwards, which were hidden by the first. ``stacked``: the lower
    environment has to do with it, so it is tried in every way in which that comes in. ``once``: the process that asks
    has changed the world by then, so that another one would not find the same. ``otherwise``: in a notebook there is
    another remedy, and not only another spelling.
    """

    code: str
    make: Callable[[World], object]
    pastes: bool = True
    looks: bool = False
    works: str = "import acme; acme.VALUE"
    then: tuple[str, ...] = ()
    stacked: bool = False
    once: bool = False
    otherwise: bool = False

    @property
    def name(self) -> str:
        return self.make.__name__


def remedies_of(case: Case, before: Findings) -> dict[tuple[str, str], str]:
    """What there is to paste for each finding of the case's kind."""
    found = {key: finding["remedy"] for key, finding in before.items() if key[0] == case.code}
    assert found, f"{case.code} was not found, but {[*before]}"
    return found


def judge(case: Case, world: World, spellings: bool = False) -> None:
    """Paste the remedies of a case, which the world has been made for, and ask again.

    ``spellings``: a notebook is told the same remedies, in a cell's spelling.
    """
    before, files = world.verify(), _others(world)
    found = remedies_of(case, before)
    if spellings:
        world.session.in_notebook = True
        in_cells = remedies_of(case, world.verify())
        world.session.in_notebook = False
        assert in_cells == {key: world.in_a_cell(remedy) for key, remedy in found.items()}
    remedies = dict.fromkeys(found.values())
    if not case.pastes:
        assert [*remedies] == [""], remedies
        return
    for remedy in remedies:
        assert remedy, found
        world.paste(remedy, must_work=not case.looks)
    after = world.verify()
    if not case.looks:
        assert not {*found} & {*after}, after
    fresh = {key: f for key, f in after.items() if key not in before and f["severity"] != "note"}
    assert {code for code, _ in fresh} <= {*case.then}, fresh
    assert _others(world) == files
    if case.works:
        assert world.value(case.works)
    assert world.lower.value("import neighbour, json; print(json.dumps(neighbour.VALUE))") == "neighbour"


def _others(world: World) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """What no remedy changes: the users' files, and the other environment."""
    return tree(world.workspace.folder), tree(world.lower.folder)
