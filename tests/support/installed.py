"""What installers leave in a site folder. Nothing else in the tests writes a ``.dist-info``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Mapping, Sequence

from dbx_patch.index.snapshot import Index
from support.workspaces import write


def site_folder(folder: Path) -> Path:
    """Make an empty site folder below ``folder``, where an environment has it."""
    site = folder / "env/lib/python3/site-packages"
    site.mkdir(parents=True)
    return site


def distribution(
    site: Path,
    name: str,
    files: Sequence[str] = (),
    *,
    version: str = "1.0",
    project: Path | str | None = None,
    editable: str = "true",
    texts: Mapping[str, str] | None = None,
) -> Path:
    """Write the ``.dist-info`` of a distribution whose RECORD lists ``files``; returns that folder.

    With a ``project``, it is an editable install of that folder: a Path is quoted in the URL as pip quotes it, a
    string stands there as it is. ``editable`` is the JSON text of that key. ``texts`` are further files, or what the
    ones above have instead: ``{"RECORD": "a.py,,\\n"}``.
    """
    info = f"{name}-{version}.dist-info"
    made = {"METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"}
    if project is not None:
        url = project.as_uri() if isinstance(project, Path) else f"file://{project}"
        made["direct_url.json"] = f'{{"url": {json.dumps(url)}, "dir_info": {{"editable": {editable}}}}}'
    made.update(texts or {})
    listed = [*files, *(f"{info}/{file}" for file in {**made, "RECORD": ""})]
    made.setdefault("RECORD", "".join(f"{file},,\n" for file in listed))
    return write(site / info, made)


def leave_install(site: Path, name: str, project: Path, root: Path | None) -> None:
    """What pip leaves of an editable install that is one path line, or (no root) of one that copied its files."""
    distribution(site, name, [f"_{name}.pth" if root else f"{name}/__init__.py"], project=project)
    if root:
        write(site, {f"_{name}.pth": f"{root}\n"})


def index_of(site: Path, files: Mapping[str, str | bytes]) -> Index:
    """Put ``files`` into a site folder and read that."""
    for name, content in files.items():
        (site / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return Index([str(site)])
