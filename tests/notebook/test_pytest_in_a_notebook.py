"""pytest.main() in a cell, under the hook that rules over all of /Workspace: the tests of editable projects run."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.nothing_worse import Variant, world_of
from support.situations_with_paths import IN_PYTEST

REFUSED = """
import importlib, os, pytest, sys, library
write(NOTEBOOKS, "in_the_notebooks_project.py", "VALUE = 1")
try: found = library.load("in_the_notebooks_project").VALUE
except ModuleNotFoundError as error: found = str(error)
found
"""


@pytest.mark.parametrize(("era", "in_git"), [("legacy", False), ("modern", True)])
def test_tests_of_editable_projects_run_in_every_import_mode(
    shared: Path, tools: Path, wheel: Path, era: str, in_git: bool
) -> None:
    world = world_of(shared, tools, wheel, "one environment")
    variant = Variant(notebook_folder="end", repository=world.repository if in_git else None)
    situations = {**IN_PYTEST, "refused": REFUSED}
    found = world.outcomes(situations, enabled=True, variant=variant, runtime=era)
    assert found.pop("refused").value == "No module named 'in_the_notebooks_project'"
    failed = {name: cell.error for name, cell in found.items() if not cell.ok}
    assert failed == {}
