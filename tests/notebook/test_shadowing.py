"""An editable install never wins over what would have been imported without dbx-patch."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.kernels import ERAS, Furnish, Notebook, renamed_runtime
from support.workspaces import src_project, write


@pytest.fixture(scope="module")
def furnish() -> Furnish:
    """Editable installs of names that are there already: in the standard library, installed, beside the notebook."""

    def add(made: Notebook) -> None:
        write(made.environment.site_packages, {"installed/__init__.py": "VALUE = 'installed'\n"})
        for name in ("json", "installed", "beside"):
            made.environment.install_editable(src_project(made.workspace.home / name, name))

    return add


@pytest.mark.parametrize("renamed", [False, True])
@pytest.mark.parametrize("era", ERAS)
def test_nothing_is_shadowed(tmp_path: Path, notebook: Notebook, era: str, renamed: bool) -> None:
    runtime = {"runtime": era, "runtime_dir": renamed_runtime(era) if renamed else None}
    cells = [
        "import acme_src, json, json.tool; [json.loads('1'), hasattr(json, 'VALUE')]",
        "import installed; installed.VALUE",
        "import beside; beside.VALUE",
    ]
    assert notebook.values(*cells, **runtime) == [[1, False], "installed", "beside the notebook"]
    late = notebook.values("import library, sys; library.load('installed'); sys.modules['installed'].VALUE", **runtime)
    assert late == ["installed"]
