"""No path outside an editable install is ever user code, by a definition that shares nothing with the index."""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path, PurePosixPath
from typing import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbx_patch.index.snapshot import EDITABLE, Index
from support.drawn import EXAMPLES

HOUSES = 5 * EXAMPLES // 3
PROBES = 60
PARTS = (
    "a",
    "b",
    "src",
    "a.py",
    "ab",
    ".venv",
    "lib",
    "site-packages",
    "dist-packages",
    "__init__.py",
    "m",
    "m.py",
    "link",
)
KINDS = ("root", "package", "init file", "module", "namespace")
folders = st.lists(st.sampled_from(PARTS), min_size=1, max_size=4).map("/".join)
installs = st.lists(st.tuples(st.sampled_from(KINDS), folders), min_size=1, max_size=4)
TAILS = (
    "",
    "/x.py",
    "/deep/y.py",
    "2",
    "x.py",
    ".py",
    ".pyc",
    "/",
    "/../z.py",
    "/..",
    "/site-packages",
    "/site-packages/s.py",
)


class House:
    """Folders with installs in them, and what this test itself knows of whose code is where."""

    def __init__(self, base: str, made: list[tuple[str, str]], link: str) -> None:
        self.base = base
        self.sources: set[str] = set()
        self.site = f"{base}/env/lib/site-packages"
        os.makedirs(self.site)
        os.makedirs(f"{base}/ws/a")
        os.symlink(f"{base}/ws/{link}", f"{base}/ws/link")
        mapping: dict[str, str] = {}
        lines, spaces = [], {}
        for number, (kind, folder) in enumerate(made):
            path = f"{base}/ws/{folder}"
            if kind == "root":
                lines += [path] * _made(path)
            elif kind == "namespace":
                spaces[f"n{number}"] = [path]
            else:
                mapping[f"m{number}"] = path + "/__init__.py" * (kind == "init file")
            if kind != "root" or path in lines:
                self._owns(path, by_name=kind in ("package", "module"))
        Path(f"{self.site}/_f.py").write_text(f"\nMAPPING = {mapping}\nNAMESPACES = {spaces}\n")
        Path(f"{self.site}/a.pth").write_text("\n".join([*lines, "import _f"]))

    def _owns(self, path: str, *, by_name: bool) -> None:
        """A source folder, in the spelling given and really; a module may be named without its suffix."""
        if PurePosixPath(path).name == "__init__.py" and by_name:
            path, by_name = os.path.dirname(path), False
        for spelled in (path, os.path.realpath(path)):
            if not {"site-packages", "dist-packages"} & {
                *PurePosixPath(path).parts,
                *PurePosixPath(os.path.realpath(path)).parts,
            }:
                self.sources.update([spelled, *([spelled + ".py", spelled + ".pyc"] if by_name else [])])

    def is_users(self, path: str) -> bool:
        """EDITABLES.md: the most specific folder decides; a file in site-packages is never user code."""
        pure = PurePosixPath(path)
        if ".." in pure.parts:
            return False
        for place in (pure, *pure.parents):
            if str(place) == self.site:
                return False
            if str(place) in self.sources:
                return not {"site-packages", "dist-packages"} & set(pure.relative_to(place).parts)
        return False


def _made(path: str) -> bool:
    try:
        os.makedirs(path, exist_ok=True)
    except OSError:  # below a link that leads nowhere, or round in a circle
        return False
    return os.path.isdir(path)


def test_no_path_outside_an_editable_install(record_property: Callable[[str, object], None]) -> None:
    tried = {True: 0, False: 0}

    @settings(
        max_examples=HOUSES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(installs, st.integers(0, 1 << 32), st.sampled_from(["a", "b", "a/src", "link"]))
    def holds(made: list[tuple[str, str]], seed: int, link: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            house = House(os.path.realpath(folder), made, link)
            index = Index([house.site])
            near = [source + tail for source in sorted(house.sources) for tail in TAILS]
            chance = random.Random(seed)
            drawn = ["/".join(chance.choices(PARTS, k=chance.randrange(8))) for _ in range(PROBES)]
            for path in [*near, *(f"{house.base}/ws/{probe}" for probe in drawn), house.site, f"{house.site}/six.py"]:
                expected = house.is_users(path)
                assert (index.whose(path) == EDITABLE) == expected, (path, index.whose(path), made, link)
                tried[expected] += 1

    holds()
    record_property("paths judged as user code or not", sum(tried.values()))
    assert min(tried.values()) > 5 * HOUSES
