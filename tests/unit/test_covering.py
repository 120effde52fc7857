"""Of all combinations of a test's parameters, the few that are run have each pair, or triple, of values."""

from __future__ import annotations

import itertools

import pytest

from support.covering import covering

FACTORS = (("a", "b"), (1, 2, 3), (True, False), ("x", "y"), ("p", "q", "r", "s"))


@pytest.mark.parametrize("strength", [1, 2, 3, 5])
def test_values_of_different_factors_meet(strength: int) -> None:
    chosen = covering(*FACTORS, strength=strength)
    for columns in itertools.combinations(range(len(FACTORS)), strength):
        met = {tuple(row[column] for column in columns) for row in chosen}
        assert met == {*itertools.product(*(FACTORS[column] for column in columns))}
    assert len(set(chosen)) == len(chosen) and chosen == covering(*FACTORS, strength=strength)


def test_they_are_few() -> None:
    every = len([*itertools.product(*FACTORS)])
    assert len(covering(*FACTORS)) <= 16 and len(covering(*FACTORS, strength=3)) < every / 2
    assert len(covering(*FACTORS, strength=5)) == every
