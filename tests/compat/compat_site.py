"""One environment in which every row is installed, and the workspace with their projects: made once per run."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Sequence

from compat.projects import PIP, Row, install, install_together, write
from compat.rows import installable
from support.environments import Environment, once
from support.kernels import LIBRARY
from support.simulating import watch
from support.tools import fetch, make_tools
from support.workspaces import Workspace
from support.workspaces import write as write_files

_AT_ONCE = 12  # rows for one pip: so many that its start costs little, so few that two processors have equal shares


class Site:
    """The environment and the workspace in ``folder``; ``failures``: id of a row -> what its installer printed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = Environment(folder / "env", folder / "env")
        self.workspace = Workspace(folder)
        failures = folder / "failures.json"
        self.failures: dict[str, str] = json.loads(failures.read_text()) if failures.exists() else {}

    def project(self, row: Row) -> Path:
        """Return the folder of a row's project."""
        return self.workspace.home / row.id

    def source(self, row: Row, module: str) -> Path:
        """Return a module's source file; that of an ordinary half is a copy in site-packages."""
        path = row.modules[module]
        if row.shape == "installed":
            return self.environment.site_packages / path.partition("/")[2]
        return self.project(row) / path


def make_site(shared: Path, wheel: Path) -> Site:
    """Return this run's site; the first worker that asks installs all rows."""
    return Site(once(shared / "compat" / "site", lambda folder: _install_everything(folder, wheel)))


def _install_everything(folder: Path, wheel: Path) -> None:
    rows = installable()
    site = Site(folder)
    site.workspace.create()
    furnish(site.environment.folder, rows)
    site.environment.pip("install", "-q", "--no-deps", wheel)
    python = site.environment.python
    watch(python)
    write_files(site.environment.site_packages, {"library.py": LIBRARY})
    for row in rows:
        write(row, site.project(row))
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        alone = row.private or row.command[:4] != PIP[:4]
        groups.setdefault((row.id,) if alone else row.command, []).append(row)
    parts = [group[start : start + _AT_ONCE] for group in groups.values() for start in range(0, len(group), _AT_ONCE)]
    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(lambda part: _install(site, part), parts))
    failures = {row: output for part in found for row, output in part.items()}
    (folder / "failures.json").write_text(json.dumps(failures))


def furnish(folder: Path, rows: Sequence[Row]) -> None:
    """Make an environment with pip and all that the rows' installers and backends need."""
    make_tools(folder)
    requirements = dict.fromkeys(requirement for row in rows for requirement in row.environment)
    if not all(row.needs_only_pip for row in rows):
        fetch(Environment(folder, folder).python, requirements)


def _install(site: Site, rows: list[Row]) -> dict[str, str]:
    if len(rows) > 1:
        try:
            install_together(rows[0].command, [site.project(row) for row in rows], site.environment.python)
            return {}
        except subprocess.CalledProcessError:
            pass  # one by one, so that the one that fails is the only one
    return _each(site, rows)


def _each(site: Site, rows: list[Row]) -> dict[str, str]:
    failures = {}
    for row in rows:
        try:
            install(row, site.project(row), site.environment.python)
        except subprocess.CalledProcessError as error:
            failures[row.id] = f"{error}\n{error.output}"
    return failures
