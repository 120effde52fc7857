"""The site that all tests here share."""

from __future__ import annotations

from pathlib import Path

import pytest

from compat.compat_site import Site, make_site


@pytest.fixture(scope="session")
def site(shared: Path, wheel: Path) -> Site:
    return make_site(shared, wheel)
