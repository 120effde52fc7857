"""This process as one that has a single site folder: what the checks of `verify` are asked in."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Callable, Iterable

from dbx_patch.diagnosis.findings import Finding
from dbx_patch.diagnosis.search import Search
from support.installed import distribution
from support.workspaces import write

FINDER = "import sys\nMAPPING = {!r}\nNAMESPACES = {!r}\n"


class Solo:
    """This process, with ``site`` as its only site folder, and a project to install there."""

    def __init__(self, site: Path, project: Path) -> None:
        self.site, self.project = site, project

    def found(self, check: Callable[[Search], Iterable[Finding]]) -> list[Finding]:
        return list(check(Search()))

    def line(self, name: str, *roots: Path | str, project: Path | None = None) -> Path:
        """An install by path lines, which are path entries of this process too; returns its ``.pth``."""
        distribution(self.site, name, [f"{name}.pth"], project=project or self.project)
        write(self.site, {f"{name}.pth": "".join(f"{root}\n" for root in roots)})
        sys.path += [str(root) for root in roots]
        return self.site / f"{name}.pth"

    def finder(self, name: str, modules: dict[str, str], namespaces: dict[str, list[str]] | None = None) -> None:
        """An install by setuptools' finder, which is loaded, as a start of Python loads it."""
        module = f"__editable___{name}_finder"
        distribution(self.site, name, [f"__editable__.{name}.pth", f"{module}.py"], project=self.project)
        write(self.site, {f"{module}.py": FINDER.format(modules, namespaces or {})})
        write(self.site, {f"__editable__.{name}.pth": f"import {module}; {module}.install()\n"})
        sys.modules[module] = ModuleType(module)
