"""Wheels made by hand, and a folder of them that pip takes for its index."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Mapping

from support.installed import distribution
from support.workspaces import write

NEWER = "1.99.0"


def make_index(folder: Path, tools: Path, wheel: Path) -> None:
    """What pip finds in place of a package index: three dbx-patch, the oldest of which is another program."""
    version = wheel.name.split("-")[1]
    (folder / wheel.name).write_bytes(wheel.read_bytes())
    with zipfile.ZipFile(wheel) as read, zipfile.ZipFile(folder / wheel.name.replace(version, NEWER), "w") as written:
        for name in read.namelist():
            text = read.read(name)
            if name.endswith(("/METADATA", "/RECORD", "/_version.py")):
                text = text.replace(version.encode(), NEWER.encode())
            written.writestr(name.replace(version, NEWER), text)
    put_wheel(folder, "dbx_patch", "0.1.0", {"dbx_patch/__init__.py": "raise ImportError('another program')\n"})
    library = next(tools.glob("lib/python3*/site-packages"))
    sources = {f"editables/{path.name}": path.read_text() for path in (library / "editables").glob("*.py")}
    put_wheel(folder, "editables", "0.5", sources)
    for dependency in ("1.0", "2.0"):
        put_wheel(folder, "small_dependency", dependency, {"small_dependency/__init__.py": f"VALUE = {dependency!r}\n"})


def put_wheel(folder: Path, name: str, version: str, files: Mapping[str, str]) -> None:
    """Write a wheel with ``files`` into ``folder``."""
    unpacked = write(folder / f"{name}-{version}-unpacked", dict(files))
    wheel = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    distribution(unpacked, name, list(files), version=version, texts={"WHEEL": wheel})
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as written:
        for path in sorted(path for path in unpacked.rglob("*") if path.is_file()):
            written.write(path, str(path.relative_to(unpacked)))
