"""A package gets an editable install's portion only where its file says that it looks for portions itself."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from dbx_patch.hooks import portions
from support.installed import index_of
from support.workspaces import write

pytestmark = pytest.mark.usefixtures("import_state")
EXTENDS = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"


@pytest.mark.parametrize("text, joins", [(EXTENDS, True), ("VALUE = 1\n", False), (None, False)])
def test_what_its_file_says_decides(site: Path, project: Path, tmp_path: Path, text: str | None, joins: bool) -> None:
    """None: its file is gone, or nothing that can be read."""
    portion = write(project / "src", {"space/half.py": ""}) / "space"
    file = tmp_path / "older/space/__init__.py"
    if text is not None:
        write(tmp_path / "older", {"space/__init__.py": text})
    module = sys.modules["space"] = ModuleType("space")
    module.__file__, module.__path__ = str(file), [str(file.parent)]
    index = index_of(site, {"_acme.pth": f"{project}/src\n"})
    assert portions.joined("space", index, list(index.installs)) == ([str(portion)] if joins else [])
    assert (str(portion) in module.__path__) is joins
