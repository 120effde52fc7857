"""What tests beside other people's hooks share: both orders of installation, both eras, one cell that needs us."""

from __future__ import annotations

from typing import Any

import pytest

from dbx_patch.simulator import Cell
from real.houses import House
from support.kernels import ERAS, LIBRARY
from support.workspaces import write

# Refused by the runtime without dbx-patch, in both eras: the first as its path is lost, the second as a library's.
NEEDS_US = "import acme, library; [acme.VALUE, library.load('acme.deep.leaf')]"
SERVED = ["editable", "acme.deep.leaf"]


def both_orders(*packages: str) -> pytest.MarkDecorator:
    """Have a test run with ``packages`` installed after and before dbx-patch."""
    orders = [("dbx-patch", *packages), (*packages, "dbx-patch")]
    return pytest.mark.parametrize("packages", orders, ids=["dbx-patch first", "dbx-patch last"])


def furnish(house: House, files: dict[str, str] | None = None) -> House:
    """Add the editable package ``acme`` with ``files`` below its ``src``, and a library that imports for others."""
    house.add_project("acme", files)
    write(house.environment.site_packages, {"library.py": LIBRARY})
    return house


def values_in_both_eras(house: House, *cells: str | Cell, **options: Any) -> list[Any]:
    """Run the cells and then the one that needs us; return the cells' values, which both eras must agree on."""
    found = [house.notebook.values(*cells, NEEDS_US, runtime=era, **options) for era in ERAS]
    assert found[0] == found[1]
    assert found[0][-1] == SERVED
    return found[0][:-1]
