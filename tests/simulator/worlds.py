"""An environment and a workspace in which a simulated runtime is tried, without dbx-patch.

``SIMULATOR_PYTHON`` names the interpreter whose environments are simulated; by default the one that runs the tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from dbx_patch.simulator import (
    CellReport,
    SimulationReport,
    simulate,
)

PYTHON = os.environ.get("SIMULATOR_PYTHON", sys.executable)

ERAS = ("legacy", "modern")

HOOKS = {
    "legacy": ("dbruntime.wsfs_import_hook", "WsfsImportHook", "_WsfsImportHook__"),
    "modern": ("dbruntime.workspace_import_machinery", "_WorkspacePathEntryFinder", "_"),
}


class World:
    """A throw-away environment with a library, and a workspace with a notebook's folder and an editable project."""

    def __init__(self, root: Path, runtime: str) -> None:
        self.runtime = runtime
        subprocess.run([PYTHON, "-m", "venv", "--without-pip", str(root / "env")], check=True, timeout=120)
        self.python = str(root / "env" / "bin" / "python")
        self.site_packages = next((root / "env" / "lib").glob("python3*/site-packages"))
        self.workspace = root / "Workspace"
        self.home = self.workspace / "Users" / "first.last@company.com"
        self.source = self.home / "my project" / "src"
        self.write(self.home / "my notebooks" / "beside.py", "where = 'beside'\n")
        self.write(self.source / "proj" / "__init__.py", "where = 'editable'\n")
        self.write(self.site_packages / "_editable_proj.pth", str(self.source))
        self.write(
            self.site_packages / "plugins.py",
            "import importlib\n"
            "def load(name):\n    return importlib.import_module(name).where\n"
            "def call(function, *args):\n    return function(*args)\n",
        )
        self.notebook = self.home / "my notebooks"

    @staticmethod
    def write(file: Path, text: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def run(self, *cells: Any, **options: Any) -> SimulationReport:
        given = {"runtime": self.runtime, "notebook": self.notebook, "python": self.python, **options}
        report = simulate(cells, workspace=self.workspace, **given)
        assert (report.returncode, report.stderr) == (0, "")
        return report

    def cell(self, source: str, **options: Any) -> CellReport:
        return self.run(source, **options).cells[0]

    def hook(self, path: str) -> str:
        module, name, _ = HOOKS[self.runtime]
        return f"from {module} import {name} as hook\nh = hook({path}, test_prefix={str(self.workspace.parent)!r})\n"
