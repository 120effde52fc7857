"""What the tests of the matrix share: their parameters, and what was found of a row, asked once per run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Callable

import pytest

from compat.compat_site import Site
from compat.probes import in_plain_python, on_driver, on_executor, situations_of
from compat.projects import Row
from compat.rows import ROWS, why_not
from support.environments import once

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
