"""Every remedy of every kind of finding is pasted in a throw-away environment; then `verify` is asked again.

The finding is gone, what is installed can be imported, other environments work, and no file of a project has changed.
Where nothing is safe to paste, there is nothing to paste.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import get_args

import pytest

from dbx_patch.diagnosis import findings
from support import cases_of_installs, cases_of_names, cases_of_processes, cases_of_projects, cases_of_sources
from support.environments import ROOT, once
from support.pasting import World, make_template
from support.remedy_cases import Case, judge
from support.stacked import CHAININGS
from support.wheels import make_index

KINDS = (cases_of_processes, cases_of_installs, cases_of_projects, cases_of_sources, cases_of_names)
CASES = [case for kind in KINDS for case in kind.CASES]
WORLDS = [(case, chaining) for case in CASES for chaining in CHAININGS if case.stacked or chaining == "path line"]

# In a notebook remedies are spelled otherwise: one case of each kind
FIRST = [*{case.code: case for case in reversed(CASES) if case.pastes}.values()]
IN_CELLS = [case for case in FIRST if case.once or case.otherwise]


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path, shared: Path, tools: Path, wheel: Path) -> World:
    template = once(shared / "remedies", lambda folder: make_template(folder, tools, wheel))
    index = once(shared / "index", lambda folder: make_index(folder, tools, wheel))
    return World(tmp_path, template, index, tools, request.param)


@pytest.mark.parametrize(
    "case, world", WORLDS, indirect=["world"], ids=[f"{case.code}: {case.name}, {how}" for case, how in WORLDS]
)
def test_a_remedy_that_is_pasted_does_what_it_says(case: Case, world: World) -> None:
    """A notebook gets the same one in a cell's spelling; where it does not, it is pasted there, too: see below."""
    case.make(world)
    judge(case, world, spellings=case in FIRST and case not in IN_CELLS)


@pytest.mark.parametrize(
    "case, world", [(case, "path line") for case in IN_CELLS], indirect=["world"], ids=[case.code for case in IN_CELLS]
)
def test_a_remedy_that_is_pasted_into_a_notebook(case: Case, world: World) -> None:
    case.make(world)
    world.session.in_notebook = True
    judge(case, world)


def test_every_kind_of_finding_has_a_case() -> None:
    kinds = set(get_args(findings.Code))
    assert {case.code for case in CASES} == kinds
    made = {code for file in (ROOT / "src/dbx_patch/diagnosis").glob("*.py") for code in codes_in(file)}
    assert made <= kinds and len(made) > 20


def codes_in(file: Path) -> set[str]:
    """The kinds that the calls of `Finding` in a file name; where one is a variable, mypy knows its values."""
    calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
    named = [call.args[1] for call in calls if getattr(call.func, "id", "") == "Finding"]
    return {node.value for node in named if isinstance(node, ast.Constant)}
