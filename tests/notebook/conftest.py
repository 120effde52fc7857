"""Both eras, and runtimes with none of the private names that dbx-patch knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dbx_patch.simulator import Variant
from support.kernels import ERAS, renamed_runtime
from support.settings import SETTINGS, Setting
from support.workspaces import Workspace


@pytest.fixture(params=ERAS)
def era(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["known", "renamed"])
def runtime(request: pytest.FixtureRequest, era: str, tmp_path: Path) -> dict[str, object]:
    """Options for a kernel: a runtime with the names that dbx-patch knows, and one with none of them."""
    directory = renamed_runtime(era) if request.param == "renamed" else None
    return {"runtime": era, "runtime_dir": directory}


@pytest.fixture(params=SETTINGS)
def setting(request: pytest.FixtureRequest, era: str, tmp_path: Path) -> Setting:
    """Each way in which a runtime guards the workspace, and a runtime with none of the names that dbx-patch knows."""
    options: dict[str, Any] = {"runtime": era}
    if request.param == "renamed":
        options["runtime_dir"] = renamed_runtime(era)
    else:
        repository = Workspace(tmp_path).home if request.param == "cache_outside_git" else None
        options["variant"] = Variant(hook=request.param, repository=repository)
    by_pip = (era, request.param) in (("legacy", "path_hooks"), ("modern", "renamed"))
    return Setting(options, by_pip, tmp_path / "scratch")
