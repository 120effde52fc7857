"""Both eras, and runtimes with none of the private names that dbx-patch knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.kernels import ERAS, renamed_runtime


@pytest.fixture(params=ERAS)
def era(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["known", "renamed"])
def runtime(request: pytest.FixtureRequest, era: str, tmp_path: Path) -> dict[str, object]:
    """Options for a kernel: a runtime with the names that dbx-patch knows, and one with none of them."""
    directory = renamed_runtime(tmp_path / "renamed", era) if request.param == "renamed" else None
    return {"runtime": era, "runtime_dir": directory}
