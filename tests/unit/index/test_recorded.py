"""What backends that need a build have left on the disk, as recorded from real installs, is read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compat.projects import Row
from compat.recordings import FILE, recorded_rows
from dbx_patch.index.snapshot import EDITABLE, NOBODY, Index
from support.installed import distribution
from support.workspaces import write

RECORDED = json.loads(FILE.read_text("utf-8"))


@pytest.mark.parametrize("row", recorded_rows(), ids=lambda row: row.id)
def test_a_recorded_install(site: Path, project: Path, row: Row) -> None:
    texts = {name: text.replace("PROJECT", str(project)) for name, text in RECORDED[row.id].items()}
    write(site, {name[len("SITE/") :]: text for name, text in texts.items() if name.startswith("SITE/")})
    write(project, {name[len("PROJECT/") :]: text for name, text in texts.items() if name.startswith("PROJECT/")})
    write(project, dict.fromkeys(row.modules.values(), ""))
    files = [name[len("SITE/") :] for name in texts if name.startswith("SITE/")]
    distribution(site, row.name.replace("-", "_"), files, project=project)
    index = Index([str(site)])
    (install,) = index.installs
    assert install.shape == row.shape and install.distribution and install.distribution.project == str(project)
    assert index.names_of(install) >= {name.partition(".")[0] for name in row.modules}
    for path in row.modules.values():
        assert index.whose(str(project / path)) == EDITABLE
    assert index.whose(str(project / "setup.py")) == NOBODY
    mapped = {**install.modules, **{name: folders[0] for name, folders in install.namespaces.items()}}
    for name, place in mapped.items():
        assert Path(place).exists() and Path(place.replace("/__init__.py", "")).stem == name.rpartition(".")[2]
    assert mapped, "path lines alone would say nothing of its reader"


def test_every_row_that_is_to_be_recorded_is() -> None:
    assert {row.id for row in recorded_rows()} == RECORDED.keys()
