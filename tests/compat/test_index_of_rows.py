"""The index knows every installer's editable install: its shape, names, source files, and nothing besides."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from compat.compat_site import Site
from compat.outcomes import installed, kept, params
from compat.projects import Row

INDEX = """
import json, sys
before = set(sys.modules)
from dbx_patch.index import snapshot
snapshot.current()
brought = sorted(set(sys.modules) - before)
from dbx_patch import editable_installs
print(json.dumps({"installs": [install.to_dict() for install in editable_installs()], "brought": brought}))
"""


def index(shared: Path, site: Site) -> dict[str, Any]:
    return kept(shared / "compat" / "index", lambda: dict(site.environment.value(INDEX)))  # type: ignore[call-overload]


def install_of(shared: Path, site: Site, row: Row) -> dict[str, Any]:
    """Return the row's install; there is one."""
    installs = index(shared, site)["installs"]
    found = [install for install in installs if install["name"].replace("_", "-").lower() == row.name]
    assert len(found) == 1, [install["name"] for install in installs]
    return found[0]  # type: ignore[no-any-return]


@pytest.mark.parametrize("row", params())
def test_shape_and_distribution(site: Site, shared: Path, row: Row) -> None:
    install = install_of(shared, site, installed(site, row))
    assert install["shape"] == row.shape
    assert install["version"] == ("" if row.shape == "H" else "1.0")
    assert install["project"] == (None if row.shape == "H" else str(site.project(row)))
    assert os.path.samefile(install["site_folder"], site.environment.site_packages)


@pytest.mark.parametrize("row", params())
def test_names_and_places(site: Site, shared: Path, row: Row) -> None:
    install = install_of(shared, site, installed(site, row))
    names = {name.partition(".")[0] for name in row.modules}
    if str(site.project(row)) in install["paths"]:  # a flat layout: whatever lies in the project's folder
        assert set(install["names"]) >= names
    else:
        assert set(install["names"]) == names
    for name in row.modules:
        found = {os.path.realpath(place) for place in places(install, name)}
        assert os.path.realpath(site.source(row, name)) in found, install


def places(install: dict[str, Any], name: str) -> list[str]:
    """Return the files in which module ``name`` would be by what the index knows: the installer's own rules, retold."""
    bases = [os.path.join(root, *name.split(".")) for root in install["paths"]]
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        known, rest = ".".join(parts[:length]), parts[length:]
        for folder in [install["modules"].get(known), *install["namespaces"].get(known, ())]:
            if folder is not None:
                package = os.path.dirname(folder) if os.path.basename(folder) == "__init__.py" else folder
                bases.append(os.path.join(package, *rest))
                bases.append(folder if not rest else "")
    files = [base + end for base in bases if base for end in ("", ".py", "/__init__.py")]
    return [file for file in files if os.path.isfile(file)]


@pytest.mark.parametrize("row", params())
def test_every_source_file_is_user_code(site: Site, shared: Path, row: Row) -> None:
    install = install_of(shared, site, installed(site, row))
    files = [str(site.source(row, name)) for name in row.modules]
    files += [os.path.join(site.environment.site_packages, link) for link in install["links"]]
    code = f"from dbx_patch.index import snapshot; [snapshot.current().whose(file) for file in {files!r}]"
    code = code.replace("; [", "; import json; print(json.dumps([") + "))"
    assert site.environment.value(code) == ["editable"] * len(files)


def test_the_index_imports_nothing_of_the_installs(site: Site, shared: Path) -> None:
    assert [name for name in index(shared, site)["brought"] if not name.startswith("dbx_patch")] == []


def test_nothing_else_is_an_install(site: Site, shared: Path) -> None:
    installs = index(shared, site)["installs"]
    assert {i["name"] for i in installs if not i["name"].replace("_", "-").startswith("sample-")} == set(), json.dumps(
        installs
    )
