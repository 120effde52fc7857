"""Whose code a path is agrees with a plain definition over real paths: the most specific folder decides."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from dbx_patch.index.snapshot import EDITABLE, Index
from support.drawn import bounded

NAMES = ("a", "ab", "a b", "a.b", "src", "site-packages", ".venv")

places = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join)


@bounded
@given(sources=st.lists(places, min_size=1, max_size=3), probes=st.lists(places, max_size=8), link=st.booleans())
def test_containment_agrees_with_commonpath_on_real_paths(sources: list[str], probes: list[str], link: bool) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        base = os.path.realpath(temporary)
        workspace = os.path.join(base, "link" if link else "ws")
        os.mkdir(os.path.join(base, "ws"))
        if link:
            os.symlink("ws", workspace)
        site = os.path.join(base, "ws", "a", ".venv", "site-packages")  # inside what may be a project
        for place in [*sources, *probes]:
            os.makedirs(os.path.join(base, "ws", place), exist_ok=True)
        os.makedirs(site, exist_ok=True)
        Path(site, "x.pth").write_text("".join(os.path.join(workspace, source) + "\n" for source in sources))
        index = Index([site])
        for probe in [*probes, *sources, *(f"{source}/{probe}" for source in sources for probe in probes)]:
            for given_as in (os.path.join(workspace, probe, "module.py"), os.path.join(base, "ws", probe, "module.py")):
                real = os.path.realpath(given_as)
                assert (index.whose(given_as) == EDITABLE) == _is_users(real, base, sources, site), (
                    given_as,
                    sources,
                )


def _is_users(real: str, base: str, sources: list[str], site: str) -> bool:
    """The most specific folder decides; what lies in a folder called site-packages is a library's."""
    real_sources = [os.path.realpath(os.path.join(base, "ws", source)) for source in sources]
    owners = [s for s in real_sources if "site-packages" not in s[len(base) :].split("/") and _contains(s, real)]
    libraries = [os.path.dirname(real)] if os.path.dirname(real) == site else []
    folder = os.path.dirname(real)
    while _contains(base, folder) and folder != base:
        if os.path.basename(folder) == "site-packages":
            libraries.append(folder)
        folder = os.path.dirname(folder)
    return bool(owners) and len(max(owners, key=len)) > max(map(len, libraries), default=0)


def _contains(folder: str, path: str) -> bool:
    return os.path.commonpath([folder, path]) == folder
