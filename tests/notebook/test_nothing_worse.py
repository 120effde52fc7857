"""What works without dbx-patch works with it, and gives the same: in every variant of the simulated runtimes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Tuple

import pytest

from support.covering import covering
from support.kernels import ERAS, renamed_runtime
from support.nothing_worse import Variant, World, world_of
from support.situations_in_cells import FROM_A_CELL, FROM_A_LIBRARY, FROM_THE_STANDARD_LIBRARY
from support.situations_on_executors import ON_EXECUTORS
from support.situations_with_paths import BY_HAND, IN_PYTEST, MODES

SITUATIONS = {
    "cells": FROM_A_CELL,
    "standard library": FROM_THE_STANDARD_LIBRARY,
    "libraries": FROM_A_LIBRARY,
    "paths": BY_HAND,
    "pytest": IN_PYTEST,
}
# How many work at least without it: the hook on path hooks refuses most of what libraries, and pytest, ask for.
AT_LEAST = {"cells": 0.8, "standard library": 0.8, "libraries": 0.3, "paths": 0.6, "pytest": 0.6}
AT_LEAST_UNDER_PATH_HOOKS = {**AT_LEAST, "pytest": 0.09}
Combination = Tuple[str, str, bool, bool, str]
# hook, notebook's folder, in a Git folder, bytecode, world: each pair of values is there
COMBINATIONS = [
    ("path_hooks", "end", False, False, "one environment"),
    ("path_hooks", "slot", False, True, "path lines"),
    ("path_hooks", "slot", True, False, "addsitedir, mounted"),
    ("cache", "end", True, True, "one environment"),
    ("cache", "end", False, False, "path lines"),
    ("cache", "slot", False, True, "addsitedir, mounted"),
    ("cache_outside_git", "slot", True, True, "one environment"),
    ("cache_outside_git", "end", True, False, "path lines"),
    ("cache_outside_git", "end", True, True, "addsitedir, mounted"),
]


@pytest.fixture
def world(shared: Path, tools: Path, wheel: Path, combination: Combination) -> World:
    return world_of(shared, tools, wheel, combination[-1])


def compare(world: World, combination: Combination, kind: str, **options: Any) -> None:
    """Run a kind of situations without dbx-patch and with it."""
    hook, place, in_git, bytecode, _ = combination
    repository = world.repository if in_git else None
    options["variant"] = Variant(hook=hook, notebook_folder=place, repository=repository, bytecode=bytecode)
    situations = situations_of(kind, combination)
    without = world.outcomes(situations, enabled=False, **options)
    with_it = world.outcomes(situations, enabled=True, **options)
    worked = {situation: (cell.ok, cell.value) for situation, cell in without.items()}
    works = {s: (c.ok, c.value if c.ok else f"{c.error_type}: {c.error}") for s, c in with_it.items()}
    check(worked, works, (AT_LEAST_UNDER_PATH_HOOKS if hook == "path_hooks" else AT_LEAST)[kind])


def situations_of(kind: str, combination: Combination) -> dict[str, str]:
    """All of a kind; of pytest's import modes one, so that each hook and each world meets each."""
    if kind != "pytest":
        return SITUATIONS[kind]
    number = COMBINATIONS.index(combination)
    mode = MODES[(number + number // len(MODES)) % len(MODES)]
    others = tuple(f"{other}: " for other in MODES if other != mode)
    return {name: cell for name, cell in IN_PYTEST.items() if not name.startswith(others)}


def check(without: dict[str, tuple[bool, Any]], with_it: dict[str, tuple[bool, Any]], at_least: float) -> None:
    """All that worked works and gives the same; enough of it worked for that to say something."""
    working = {situation: value for situation, (worked, value) in without.items() if worked}
    assert len(working) >= at_least * len(without)
    worse = [
        f"{situation}: {value!r} without it, with it {with_it[situation][1]!r}"
        for situation, value in working.items()
        if with_it[situation] != (True, value)
    ]
    if worse:
        pytest.fail("\n".join(["worse with dbx-patch", *worse]), pytrace=False)


def name_of(combination: Any) -> str:
    if not isinstance(combination, tuple):
        return str(combination)
    hook, place, in_git, bytecode, world = combination
    in_words = ["in Git" if in_git else "no Git", "bytecode" if bytecode else "no bytecode"]
    return ", ".join([hook, place, *in_words, world])


@pytest.mark.parametrize("combination, kind, era", covering(COMBINATIONS, [*SITUATIONS], ERAS), ids=name_of)
def test_what_works_without_it_works_with_it(world: World, era: str, combination: Combination, kind: str) -> None:
    compare(world, combination, kind, runtime=era)


@pytest.mark.parametrize(
    "combination, kind, era", covering(COMBINATIONS[::3], ["cells", "libraries", "paths"], ERAS), ids=name_of
)
def test_where_a_release_has_renamed_everything(
    world: World, era: str, combination: Combination, kind: str, tmp_path: Path
) -> None:
    compare(world, combination, kind, runtime=era, runtime_dir=renamed_runtime(era))


@pytest.mark.parametrize("refuse_notebooks", [False, True])
@pytest.mark.parametrize("sent", [False, True])
@pytest.mark.parametrize("in_git", [False, True])
@pytest.mark.parametrize("combination", [COMBINATIONS[0], COMBINATIONS[2]], ids=["one environment", "mounted"])
@pytest.mark.parametrize("era", ERAS)
def test_what_works_on_executors(world: World, era: str, in_git: bool, sent: bool, refuse_notebooks: bool) -> None:
    paths = [str(world.repository / "src_proj/src"), str(world.flat)] if sent else []
    variant = Variant(repository=world.repository if in_git else None, refuse_notebooks=refuse_notebooks)
    options: dict[str, Any] = {"runtime": era, "variant": variant, "driver_sys_path": paths}
    without = world.on_executor(ON_EXECUTORS, enabled=False, **options)
    check(without, world.on_executor(ON_EXECUTORS, enabled=True, **options), 0.4)
