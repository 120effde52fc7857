"""Every installer's editable install works in every situation, under both simulated eras.

Which of it would work without dbx-patch is measured too: see ``test_what_needs_dbx_patch``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import pytest

from compat.compat_site import Site
from compat.outcomes import in_plain, installed, params, with_patch, without_patch
from compat.probes import MAY_BE_IMPOSSIBLE, SITUATIONS, situations_of
from compat.projects import Row
from support.kernels import ERAS


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("row, situation", params(situations=True))
def test_works(
    site: Site,
    shared: Path,
    row: Row,
    situation: str,
    era: str,
    record_property: Callable[[str, object], None],
) -> None:
    found = with_patch(shared, site, installed(site, row), era)[situation]
    needed = bool(without_patch(shared, site, era)[row.id][situation])
    for name, value in {"row": row.id, "shape": row.shape, "situation": situation, "era": era}.items():
        record_property(name, value)
    record_property("works", not found)
    record_property("needed", needed)
    if situation not in MAY_BE_IMPOSSIBLE.get(row.id, ()) or not in_plain(shared, site)[row.id][situation]:
        assert found == ""


@pytest.mark.parametrize("row", params())
def test_plain_python_can_do_the_same(site: Site, shared: Path, row: Row) -> None:
    """The projects are as they should be: what is asked of dbx-patch works off Databricks."""
    found = in_plain(shared, site)[installed(site, row).id]
    assert {situation for situation, problem in found.items() if problem} <= MAY_BE_IMPOSSIBLE.get(row.id, set())


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("row", params())
def test_what_needs_dbx_patch(site: Site, shared: Path, row: Row, era: str) -> None:
    """Without it the same cells fail: were that not so, the matrix would prove nothing."""
    found = without_patch(shared, site, era)[installed(site, row).id]
    fails = {situation for situation, problem in found.items() if problem}
    is_path_entry = row.shape in "AFH" and not row.made_at_start  # found by that alone, and that is lost
    expected = set(SITUATIONS) - {"autoreload"} if is_path_entry else REFUSED[row.shape]
    assert fails >= expected & set(situations_of(row))


# Finders answer for what they list; what they leave to a package's own path, the runtime refuses to libraries.
_LEFT = {"library submodules", "library new"}
REFUSED = {
    "A": _LEFT,
    "B": _LEFT,
    "C": _LEFT,
    "I": _LEFT,
    "D": {"library new"},
    "E": set(),  # lists everything
    "G": {"autoreload"},  # lies in site-packages, as far as the runtime can tell: it works, but is nobody's code
}
