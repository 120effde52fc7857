"""A world of either era, with a space in its path."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.worlds import ERAS, World


@pytest.fixture(params=ERAS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return World(tmp_path / "with space", request.param)
