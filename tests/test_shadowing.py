"""An editable install never wins over what would have been imported without dbx-patch."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernels import ERAS, make_notebook, renamed_runtime
from workspaces import src_project, write


@pytest.mark.parametrize("renamed", [False, True])
@pytest.mark.parametrize("era", ERAS)
def test_nothing_is_shadowed(tmp_path: Path, tools: Path, wheel: Path, era: str, renamed: bool) -> None:
    notebook = make_notebook(tmp_path, tools, wheel)
    write(notebook.environment.site_packages, {"installed/__init__.py": "VALUE = 'installed'\n"})
    for name in ("json", "installed", "beside"):
        notebook.environment.install_editable(src_project(notebook.workspace.home / name, name))
    runtime = {"runtime": era, "runtime_dir": renamed_runtime(tmp_path / "r", era) if renamed else None}
    cells = [
        "import acme_src, json, json.tool; [json.loads('1'), hasattr(json, 'VALUE')]",
        "import installed; installed.VALUE",
        "import beside; beside.VALUE",
    ]
    assert notebook.values(*cells, **runtime) == [[1, False], "installed", "beside the notebook"]
    late = notebook.values("import library, sys; library.load('installed'); sys.modules['installed'].VALUE", **runtime)
    assert late == ["installed"]
