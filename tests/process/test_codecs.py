"""Reading what installers leave loads no codec, whatever the files' encoding."""

from __future__ import annotations

import os
from pathlib import Path

from dbx_patch.index import snapshot
from support.environments import Environment
from support.installed import site_folder
from support.workspaces import write

CODECS = """
import sys
before = set(sys.modules)
sys.path.insert(0, {source!r})
from dbx_patch.index.snapshot import Index
known = set(sys.modules)
names = sorted(Index([{site!r}]).providers)
loaded = sorted(set(sys.modules) - known)
import json
print(json.dumps([names, sorted(known - before), loaded]))
"""


def test_reading_loads_no_codec(bare: Environment, tmp_path: Path) -> None:
    """In an interpreter of its own: this one has loaded every codec by now."""
    site, project = site_folder(tmp_path), write(tmp_path / "ws/project", {"src/acme/__init__.py": ""})
    (site / "bom.pth").write_bytes(b"\xef\xbb\xbf" + f"{project}/src\r\n".encode())
    (site / "latin.pth").write_bytes(b"# caf\xe9\n/ws/caf\xe9\n")
    (site / "utf16.pth").write_bytes(f"{project}/src\n".encode("utf-16"))
    source = os.path.dirname(os.path.dirname(os.path.dirname(snapshot.__file__)))
    names, needed, loaded = bare.value(CODECS.format(source=source, site=str(site)))  # type: ignore[misc]
    assert names == ["acme"] and loaded == []
    assert {name for name in needed if not name.startswith("dbx_patch")} <= {
        "_dbx_patch_bootstrap",
        "errno",
    }  # neither needs a file
