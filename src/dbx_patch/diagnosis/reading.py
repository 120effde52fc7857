"""Reading the beginnings of the installs' source files within a budget: each look can be a remote call.

A package can have thousands of files, and `verify` is to answer at once. So folders are listed from the top down, the
files that are most likely to be notebooks are read first, and what the budget does not reach is reported as left out.
"""

import os
import re
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable, Deque, Dict, Iterator, List, Optional, Tuple

from dbx_patch.diagnosis import remedies
from dbx_patch.diagnosis.disk import NO_PACKAGES
from dbx_patch.diagnosis.installs import EditableInstall, top_modules
from dbx_patch.index.workspace import first_bytes

if TYPE_CHECKING:
    from dbx_patch.diagnosis.holders import Holders

OPERATIONS, SECONDS = 240, 15.0
# Of the operations, listing folders may take this part: without files that were read, listings are worth nothing.
_FOR_LISTINGS = 0.5
_THREADS = 8  # calls wait for the network, not for this process
_SILENT_SECONDS = 1.0
# What people call files that are run cell by cell
_LIKELY = re.compile(
    r"notebook|explor|scratch|playground|experiment|analys|demo|eda|dashboard|report|draft|tmp|untitled|main|run|job"
    r"|pipeline|etl|ingest|train|load|^\d|[ A-Z-]",
)


@dataclass
class Reading:
    """What `verify` has looked at. ``left_out``: folder -> how many files there are known and were not read.

    ``operations``: folders listed and files opened; ``complete``: nothing was left out.
    """

    files: int = 0
    operations: int = 0
    seconds: float = 0.0
    complete: bool = True
    left_out: Dict[str, int] = field(default_factory=dict)


@dataclass
class _Package:
    """A package's folder that is to be listed, and whose it is."""

    install: int
    top: str
    folder: str
    depth: int
    needs_init: bool = False


@dataclass(order=True)
class _File:
    """A file that is to be read; they are ordered by how likely it is a notebook."""

    rank: Tuple[bool, int, str]
    install: int = field(compare=False)
    top: str = field(compare=False)
    path: str = field(compare=False)


class Reader:
    """Reads for one question, within ``operations`` and ``seconds``; None is no limit."""

    def __init__(
        self,
        operations: Optional[int] = OPERATIONS,
        seconds: Optional[float] = SECONDS,
        progress: Optional[Callable[[str], None]] = None,
    ) -> None:
        self.report = Reading()
        self._operations = sys.maxsize if operations is None else operations
        self._began = time.monotonic()
        self._ends = self._began + (1e9 if seconds is None else seconds)
        self._tell = progress or (lambda text: None)
        self._lock = threading.Lock()

    def starts(self, search: "Holders") -> Dict[int, List[Tuple[str, bytes]]]:
        """Return the first bytes of the installs' files: number of the install -> (file, bytes), in order of names."""
        files, unlisted = self._list(search)
        limit = self._operations - self.report.operations
        chosen = sorted(files)[: max(limit, 0)]
        found = self._read(chosen)
        for file in files:
            if file.path not in found:
                self.report.left_out[file.top] = self.report.left_out.get(file.top, 0) + 1
        for package in unlisted:
            self.report.left_out.setdefault(package.top, 0)
        self.report.complete = not self.report.left_out
        self.report.seconds = round(time.monotonic() - self._began, 1)
        starts: Dict[int, List[Tuple[str, bytes]]] = {}
        for file in sorted(chosen, key=lambda file: file.path):
            if file.path in found:
                starts.setdefault(file.install, []).append((file.path, found[file.path]))
        return starts

    def _list(self, search: "Holders") -> Tuple[List[_File], Deque[_Package]]:
        """Return the files to be read, and the folders that the budget did not reach: those at the top come first."""
        files: Dict[str, _File] = {}
        queue: Deque[_Package] = deque()
        for number, install in enumerate(search.installs):
            for package, file in _beginnings(search, number, install):
                if package:
                    queue.append(package)
                if file:
                    files.setdefault(file.path, file)
        queue = deque(sorted(queue, key=lambda package: package.depth))
        seen = set()
        limit = self._operations * _FOR_LISTINGS
        while queue and self.report.operations < limit and time.monotonic() < self._ends:
            package = queue.popleft()
            if package.folder not in seen:
                seen.add(package.folder)
                self._list_one(package, files, queue)
        return list(files.values()), queue

    def _list_one(self, package: _Package, files: Dict[str, _File], queue: Deque[_Package]) -> None:
        self._spend(f"listing {package.folder}")
        try:
            with os.scandir(package.folder) as entries:
                listed = {entry.name: entry.name.isidentifier() and entry.is_dir() for entry in entries}
        except OSError:
            return
        is_package = any(name.startswith("__init__.") for name in listed)
        if "pyvenv.cfg" in listed or (package.needs_init and not is_package):
            return
        for name in sorted(listed):
            path = os.path.join(package.folder, name)
            if listed[name] and name not in NO_PACKAGES:
                queue.append(_Package(package.install, package.top, path, package.depth + 1))
            elif name.endswith(".py"):
                files.setdefault(path, _file(package.install, package.top, path, package.depth))

    def _read(self, files: List[_File]) -> Dict[str, bytes]:
        """Return what could be read in time; several at once, since most of the time goes into waiting."""
        found: Dict[str, bytes] = {}
        waiting = iter(files)

        def work() -> None:
            while time.monotonic() < self._ends:
                with self._lock:
                    file = next(waiting, None)
                if file is None:
                    return
                start = first_bytes(file.path)
                with self._lock:
                    found[file.path] = start
                    self.report.files += 1
                    self._spend(f"{self.report.files} of {len(files)} files read")

        # A call into a mount that hangs never returns: such a thread is left behind, and its file left out.
        threads = [threading.Thread(target=work, daemon=True) for _ in range(min(_THREADS, len(files)))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, self._ends - time.monotonic()))
        with self._lock:
            return dict(found)

    def _spend(self, what: str) -> None:
        self.report.operations += 1
        if time.monotonic() - self._began > _SILENT_SECONDS:
            self._tell(what)


def _beginnings(
    search: "Holders", number: int, install: EditableInstall
) -> Iterator[Tuple[Optional[_Package], Optional[_File]]]:
    """Yield the packages and single modules of an install, told from listings alone.

    The rest of a project's folder is not looked at: it may well have notebooks.
    """
    for root in install.paths:
        listed = search.disk.listing(root) or ()
        for name in install.names:
            path = os.path.join(root, name)
            if name in listed:
                yield _Package(number, path, path, 0, needs_init=True), None
            if name + ".py" in listed:
                yield None, _file(number, root, path + ".py", 0)
    for name, mapped in top_modules(install):
        place = search.mapped_place(name, mapped)
        if place.search is not None and not place.namespace:
            yield _Package(number, place.search[0], place.search[0], 0), None
        elif place.location.endswith(".py"):
            yield None, _file(number, place.location, place.location, 0)
    for folder in (folder for portions in install.namespaces.values() for folder in portions):
        yield _Package(number, folder, folder, 0), None


def _file(install: int, top: str, path: str, depth: int) -> _File:
    folder, name = os.path.split(path)
    stem = name[: -len(".py")]
    likely = _LIKELY.search(stem) or _LIKELY.search(os.path.basename(folder)) if stem != "__init__" else depth < 2
    return _File((not likely, depth, path), install, top, path)


class Progress:
    """One line on stderr that is written over and at last wiped: on a terminal, and below a notebook's cell."""

    def __init__(self) -> None:
        stream = sys.stderr
        is_shown = remedies.in_notebook() or bool(getattr(stream, "isatty", bool)())
        self._stream = stream if is_shown else None
        self._width = 0
        self._last = 0.0

    def __call__(self, text: str) -> None:
        now = time.monotonic()
        if self._stream is not None and now - self._last > 0.2:
            self._last = now
            self._write(f"verify: {text}"[:79])

    def close(self) -> None:
        """Wipe the line."""
        if self._width:
            self._write("")
            self._width = 0

    def _write(self, line: str) -> None:
        if self._stream is not None:
            try:
                self._stream.write("\r" + line.ljust(self._width) + ("" if line else "\r"))
                self._stream.flush()
            except (OSError, ValueError):  # a pipe that is closed
                self._stream = None
            self._width = max(self._width, len(line))
