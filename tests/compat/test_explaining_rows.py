"""`explain` says of every installer's editable install that it works, and from which file, importing nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from compat.compat_site import Site
from compat.outcomes import everything, installed, kept, params
from compat.probes import lose, run_cells, sources
from compat.projects import Row
from support.kernels import ERAS

EXPLAINED = """
import dbx_patch
dbx_patch.explain("json", verbose=False)

def explained(names):
    before = set(sys.modules)
    found = {name: dbx_patch.explain(name, verbose=False) for name in names}
    said = {name: [one.works, os.path.realpath(one.location or ""), one.verdict] for name, one in found.items()}
    return said, sorted(set(sys.modules) - before)
"""


def said_of_all(shared: Path, site: Site, era: str) -> dict[str, Any]:
    rows = everything(site)
    cells = [EXPLAINED + "None", *(f"{lose(row)}\nexplained({[*row.modules]!r})" for row in rows)]
    return kept(
        shared / "compat" / f"explained-{era}",
        lambda: dict(zip([row.id for row in rows], run_cells(site, cells, era)[1:])),
    )


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("row", params())
def test_it_works_from_its_source(site: Site, shared: Path, row: Row, era: str) -> None:
    said, brought = said_of_all(shared, site, era)[installed(site, row).id]
    assert brought == []
    for name, file in sources(site, row).items():
        works, location, verdict = said[name]
        assert works and location == file, verdict
