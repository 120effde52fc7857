"""How kernels are set up in tests that must hold under each workspace hook, and how something is installed in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbx_patch.simulator.variant import HOOKS
from support.environments import Environment
from support.stacked import arrival_cell, departure_cell, install_cell, pip_cell

SETTINGS = [*HOOKS, "renamed"]  # each way in which a runtime guards the workspace, and one with none of the known names


@dataclass(frozen=True)
class Setting:
    """How the kernels of a test's `own_notebook` are set up, and how something is installed in them."""

    options: dict[str, Any]
    by_pip: bool
    folder: Path

    def installs(self, environment: Environment, project: Path) -> str:
        """A cell like ``%pip install -e``: by pip itself where no cheaper way would leave it untried."""
        cell = install_cell(environment, project) if self.by_pip else arrival_cell(environment, project, self.folder)
        return cell + "1"

    def uninstalls(self, environment: Environment, name: str) -> str:
        """A cell like ``%pip uninstall``, by pip itself where the other is."""
        by_pip = pip_cell(environment, "uninstall", "-q", "-y", name)
        return (by_pip if self.by_pip else departure_cell(environment, name.replace("-", "_"))) + "1"
