"""What pip leaves of an install, laid out again for an equal one elsewhere: else half of a run would be pip.

The first of its kind is installed by pip, in each run. Of the others only the folders differ, so the files get their
paths in place of the first one's, also in `direct_url.json`, and RECORD their new hashes and sizes. Who replaces an
install, or changes any file that is there, meets pip itself.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator
from urllib.parse import quote

_MOST = 200  # files: a larger project costs more to compare than to install


@dataclass(frozen=True)
class Places:
    """The folders in which an install leaves files, and the paths that it writes into them."""

    folders: dict[str, Path]
    paths: list[str]

    def files(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Each file by its place and relative path, with its size and time."""
        found = {}
        for place, folder in self.folders.items():
            for file in _below(folder):
                status = file.lstat()
                found[place, os.path.relpath(file, folder)] = (status.st_size, status.st_mtime_ns)
        return found


def _below(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        yield from (Path(parent, name) for name in names)


def key_of(project: Path, *how: str) -> str | None:
    """Return what two equal projects have in common that are installed in the same way; None for one too large."""
    files = [file for file in sorted(_below(project)) if file.suffix != ".pyc"]
    if len(files) > _MOST or any(file.is_symlink() for file in files):
        return None
    digest = hashlib.sha256(repr(how).encode())
    for file in files:
        content = file.read_bytes()
        if str(project).encode() in content:
            return None
        digest.update(repr((os.path.relpath(file, project), file.stat().st_mode, content)).encode())
    return digest.hexdigest()


def install(shelf: Path, places: Places, by_pip: Callable[[], object]) -> None:
    """Do what pip did for the install on this shelf; where there is none, have pip do it and put that there."""
    if not _lay_out(shelf, places):
        _keep(shelf, places, by_pip)


def _lay_out(shelf: Path, places: Places) -> bool:
    listing = shelf / "install.json"
    if not listing.exists():
        return False
    paths, names = json.loads(listing.read_text())
    targets = {places.folders[place] / name: shelf / place / name for place, name in names}
    if any(target.exists() or _is_of_one(target) for target in targets):
        return False
    for target, source in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        # a module's bytecode is of its time; all else is new
        (shutil.copy2 if source.suffix in (".py", ".pyc") else shutil.copy)(source, target)
        content = source.read_bytes()
        if source.suffix != ".pyc" and content != (moved := _moved(content, paths, places.paths)):
            target.write_bytes(moved)
    for target in targets:
        if target.name == "RECORD":
            _mend_record(target)
    return True


def _is_of_one(target: Path) -> bool:
    """Tell whether a version of the distribution is there, which pip would uninstall first."""
    folder = target.parent
    stem = folder.name.partition("-")[0]
    return folder.suffix == ".dist-info" and any(folder.parent.glob(f"{stem}-*.dist-info"))


def _moved(content: bytes, before: list[str], now: list[str]) -> bytes:
    for old, new in zip(before, now):
        content = content.replace(old.encode(), new.encode()).replace(quote(old).encode(), quote(new).encode())
    return content


def _mend_record(record: Path) -> None:
    lines = []
    for line in record.read_text("utf-8").splitlines():
        name, digest, size = line.rsplit(",", 2)
        if digest:
            content = (record.parent.parent / name).read_bytes()
            encoded = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            digest, size = f"sha256={encoded}", str(len(content))
        lines.append(f"{name},{digest},{size}\n")
    record.write_text("".join(lines), "utf-8")


def _source_of(key: tuple[str, str]) -> tuple[str, str]:
    """Return the module of a bytecode file: pip's own process compiles what other start-up lines import."""
    folder, base = os.path.split(key[1])
    is_bytecode = os.path.basename(folder) == "__pycache__"
    return (key[0], os.path.join(os.path.dirname(folder), base.partition(".")[0] + ".py") if is_bytecode else "")


def _keep(shelf: Path, places: Places, by_pip: Callable[[], object]) -> None:
    before = places.files()
    by_pip()
    after = places.files()
    if any(after.get(key) != state for key, state in before.items() if not key[1].endswith(".pyc")):
        return
    new = [key for key in after if key not in before and _source_of(key) not in before]
    for place, name in new:
        target = shelf / place / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(places.folders[place] / name, target)
    (shelf / "install.json").write_text(json.dumps([places.paths, new]))
