"""The matrix: every installer's editable install, in every situation, under both simulated eras.

Which of it would work without dbx-patch is measured too: see ``test_what_needs_dbx_patch``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Callable

import pytest
from compat_site import Site
from probes import MAY_BE_IMPOSSIBLE, SITUATIONS, in_plain_python, on_driver, on_executor, situations_of
from projects import Row
from rows import ROWS, why_not

from environments import once
from kernels import ERAS

Found = dict  # situation -> what went wrong; of several rows: row -> that


def params(*, situations: bool = False) -> list[object]:
    """Rows, or pairs of a row and a situation; what needs more than pip has the marker."""
    found: list[object] = []
    for row in ROWS:
        marks = () if row.needs_only_pip else (pytest.mark.compat,)
        for situation in situations_of(row) if situations else [""]:
            name = f"{row.id}-{situation.replace(' ', '_')}".rstrip("-")
            found.append(pytest.param(*([row, situation] if situation else [row]), marks=marks, id=name))
    return found


def installed(site: Site, row: Row) -> Row:
    """Return ``row``; skips where it cannot be installed here, fails where its installer did."""
    if why_not(row):
        pytest.skip(why_not(row))
    assert row.id not in site.failures, site.failures[row.id]
    return row


def everything(site: Site) -> list[Row]:
    return [row for row in ROWS if not why_not(row) and row.id not in site.failures]


def kept(folder: Path, find: Callable[[], Found]) -> Found:
    """Return what ``find`` found in this run, in whichever worker."""

    def make(made: Path) -> None:
        (made / "found.json").write_text(json.dumps(find()))

    found: Found = json.loads((once(folder / "made", make) / "found.json").read_text())
    return found


def with_patch(shared: Path, site: Site, row: Row, era: str) -> Found:
    """One kernel and one executor for a row and an era."""

    def find() -> Found:
        found = on_driver(site, [row], era, on=True)[row.id]
        return {**found, **on_executor(site, [row], era, on=True)[row.id]}

    return kept(shared / "compat" / f"{row.id}-{era}", find)


def without_patch(shared: Path, site: Site, era: str) -> Found:
    """One kernel and one executor for all rows: what works where DBX_PATCH_ENABLED=0."""

    def find() -> Found:
        rows = everything(site)
        found, executor = (run(site, rows, era, on=False) for run in (on_driver, on_executor))
        return {row.id: {**found[row.id], **executor[row.id]} for row in rows}

    return kept(shared / "compat" / f"without-{era}", find)


def in_plain(shared: Path, site: Site) -> Found:
    return kept(shared / "compat" / "plain", lambda: dict(in_plain_python(site, everything(site))))


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
