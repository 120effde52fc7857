"""The recorded shapes of backends that need a build are what their newest releases leave."""

from __future__ import annotations

import json

import pytest

from compat.compat_site import Site
from compat.outcomes import installed
from compat.projects import Row
from compat.recordings import FILE, recorded_rows, reduced


@pytest.mark.parametrize(
    "row",
    [pytest.param(row, marks=() if row.private else pytest.mark.compat, id=row.id) for row in recorded_rows()],
)
def test_newest_backend(site: Site, row: Row) -> None:
    found = reduced(site.environment.site_packages, site.project(installed(site, row)), row)
    assert found == json.loads(FILE.read_text("utf-8"))[row.id], "run `python tests/compat/recordings.py`"
