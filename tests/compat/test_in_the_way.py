"""Every installer's editable install wins over a copy in a lower environment, and over a bare folder of its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from compat.compat_site import Site
from compat.outcomes import everything
from compat.probes import lose, probe, run_cells, situations_of
from compat.projects import Row
from dbx_patch.simulator import Variant
from support.workspaces import write

VARIANTS = [("path_hooks", "legacy"), ("path_hooks", "modern"), ("cache", "modern"), ("cache_outside_git", "legacy")]
WAYS = ("cell", "library", "submodules", "library submodules")


def copies(rows: list[Row]) -> dict[str, str]:
    """The same modules as in the rows' projects, with another value each."""
    files = {}
    for name in (name for row in rows for name in row.modules):
        is_package = any(other.startswith(name + ".") for row in rows for other in row.modules)
        files[name.replace(".", "/") + ("/__init__.py" if is_package else ".py")] = "VALUE = 'lower copy'\n"
    return files


def failing(site: Site, rows: list[Row], put: str, era: str, hook: str) -> dict[str, dict[str, str]]:
    """Row -> way of importing it -> what went wrong, where ``put`` comes before each import."""
    asked = [(row, way) for row in rows for way in WAYS if way in situations_of(row)]
    cells = [f"{lose(row)}\n{put}\n{probe(site, row, way)}" for row, way in asked]
    failed: dict[str, dict[str, str]] = {}
    for (row, way), wrong in zip(asked, run_cells(site, cells, era, variant=Variant(hook=hook))):
        if wrong:
            failed.setdefault(row.id, {})[way] = wrong
    return failed


def editable(site: Site) -> list[Row]:
    return [row for row in everything(site) if row.shape != "installed" and not row.made_at_start]


@pytest.mark.parametrize("hook, era", VARIANTS)
def test_a_copy_in_a_lower_environment(site: Site, hook: str, era: str, tmp_path: Path) -> None:
    """In a namespace too: its portions are in the order of the site folders."""
    rows = editable(site)
    lower = str(write(tmp_path / "lower/lib/python3/site-packages", copies(rows)))
    assert failing(site, rows, f"if {lower!r} not in sys.path: sys.path.append({lower!r})", era, hook) == {}


@pytest.mark.parametrize("hook, era", VARIANTS)
def test_a_bare_folder_of_its_name(site: Site, hook: str, era: str, tmp_path: Path) -> None:
    """Before everything else on ``sys.path``."""
    rows = editable(site)
    for name in {name.partition(".")[0] for row in rows for name in row.modules}:
        (tmp_path / "bare" / name).mkdir(parents=True)
    bare = str(tmp_path / "bare")
    assert failing(site, rows, f"if {bare!r} not in sys.path: sys.path.insert(0, {bare!r})", era, hook) == {}
