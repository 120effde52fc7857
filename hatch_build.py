"""Puts the two start-up files at the root of every wheel, editable ones included.

``site`` runs the import line of ``zzz_dbx_patch.pth`` at each interpreter start; Python 3.15 and later
call what ``zzz_dbx_patch.start`` names instead (PEP 829). The stem is the same in both, which is how
such a Python knows to skip the import line, and sorts after the files that installers write.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STARTUP_FILES = {
    "zzz_dbx_patch.pth": "import _dbx_patch_bootstrap; _dbx_patch_bootstrap.init()\n",
    "zzz_dbx_patch.start": "_dbx_patch_bootstrap:init\n",
}


class StartupFilesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds :data:`STARTUP_FILES` to wheels; other targets are left alone."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the files to a scratch folder and map them to the wheel's root.

        ``version`` is hatchling's: ``standard`` or ``editable``. The two kinds of wheel read different keys.
        """
        if self.target_name != "wheel":
            return
        self._scratch = tempfile.TemporaryDirectory()
        key = "force_include_editable" if version == "editable" else "force_include"
        for name, text in STARTUP_FILES.items():
            source = Path(self._scratch.name, name)
            source.write_bytes(text.encode())
            source.chmod(0o644)
            build_data[key][str(source)] = name

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the scratch folder."""
        if self.target_name == "wheel":
            self._scratch.cleanup()
