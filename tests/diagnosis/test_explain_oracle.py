"""For a cell, a library and an executor, `explain` says of any name what its import then does, and where it is from.

The environments are drawn from seeds, so a failure can be repeated. `DBX_PATCH_TEST_SEEDS` asks for more of them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from support.environments import Environment
from support.generated import KINDS, draw
from support.generated_backends import is_here
from support.generated_projects import FAULTS
from support.outcomes_of_imports import answers, differences

# 27: what pytest imports, of a project whose path entry was put on `sys.path` by hand
SEEDS = dict.fromkeys([*range(int(os.environ.get("DBX_PATCH_TEST_SEEDS", "20"))), 27])


@pytest.mark.parametrize("seed", SEEDS)
def test_what_it_says_is_what_happens(seed: int, installed: Environment, tmp_path: Path, record_property: Any) -> None:
    drawn = draw(seed, tmp_path, installed)
    found = differences(drawn)
    assert not found, "\n".join([*drawn.told, *found])
    record_property("names explained to three importers", len(drawn.names))


def test_the_seeds_draw_every_kind(installed: Environment, tmp_path: Path) -> None:
    """Else the test above could stop seeing something without anybody's noticing."""
    told = "\n".join("\n".join(draw(seed, tmp_path / str(seed), installed).told) for seed in range(20))
    drawn = [
        *(f": {kind.__name__} in" for kind in KINDS if is_here(kind)),
        *FAULTS,
        "lower environment",
        "was moved",
        "'0'",
        "'fallback'",
    ]
    drawn += ["stand-in for replaced", "stand-in for its parts", "stand-in for a part", "a file gone", "half a file"]
    drawn += ["legacy", "modern", "'path_hooks'", "'cache'", "'cache_outside_git'", "new module", "paths lost"]
    assert [kind for kind in drawn if kind not in told] == []


def test_outcomes_differ_between_importers(installed: Environment, tmp_path: Path) -> None:
    """Imports work and fail in the same environments, and not for all importers alike: equality is not cheap."""
    seen = set()
    for seed in range(4):
        _, real = answers(draw(seed, tmp_path / str(seed), installed))
        in_cell, in_library = real["a cell"], real["a library"]
        seen |= {(in_cell[name][0], in_library[name][0]) for name in in_cell}
    assert {(True, True), (False, False)} <= seen and (True, False) in seen
