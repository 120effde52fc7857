"""A notebook whose workspace no other test uses: what a self-test leaves there can be told."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.kernels import Notebook
from support.selftests import own_workspace


@pytest.fixture
def own(notebook: Notebook, tmp_path: Path) -> Notebook:
    return own_workspace(notebook, tmp_path)
