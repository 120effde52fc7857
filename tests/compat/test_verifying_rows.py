"""`verify` has nothing to say of any installer's editable install: nothing is wrong with one."""

from __future__ import annotations

import pytest

from compat.compat_site import Site
from compat.outcomes import everything
from compat.probes import run_cells
from support.kernels import ERAS

VERIFIED = """
import dbx_patch
found = dbx_patch.verify_editable_installs(verbose=False)
[[[f.severity, f.code, f.about, f.cause] for f in found.findings], sorted(i.name for i in found.installs)]
"""


@pytest.mark.parametrize("era", ERAS)
def test_nothing_is_wrong_with_any(site: Site, era: str) -> None:
    [[findings, installs]] = run_cells(site, [VERIFIED], era)
    assert [found for found in findings if found[0] != "note"] == []
    assert len(installs) >= len(everything(site))
