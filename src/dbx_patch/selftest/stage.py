"""The throw-away files: two folders, one for projects in the workspace and one in the temporary folder, and a module.

Each has a name that nothing else has, and a note of whose it is; so a later run cleans up after one that was killed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Callable, Iterator

from dbx_patch.index import snapshot
from dbx_patch.index.snapshot import EDITABLE
from dbx_patch.index.workspace import in_workspace
from dbx_patch.selftest import projects

PREFIX = "dbx_patch_selftest_"
_FOLDER = re.compile(PREFIX + r"[0-9a-f]{12}")
_NOTE = "owner.json"
# A run takes seconds, minutes with Spark. What is older, and of another machine's, is nobody's any more.
_ABANDONED_SECONDS = 3600.0


class Stage:
    """Where the projects lie. ``reason``: why they could not be put into the workspace, or ""."""

    def __init__(self, token: str, wanted: str = "") -> None:
        self.token = token
        self.notebook_folder = notebook_folder()
        here = working_directory()
        places = [os.path.abspath(wanted)] if wanted else [self.notebook_folder, here if in_workspace(here) else ""]
        self._places = [place for place in dict.fromkeys(places) if place]
        self.temporary = os.path.join(os.path.realpath(tempfile.gettempdir()), token)
        self.workspace = ""
        self.reason = ""
        self._installs: dict[str, str] = {}
        self.line, self.finder, self.outside = (token + suffix for suffix in ("_line", "_finder", "_outside"))
        self.beside = token + "_beside"

    # Where

    @property
    def folder(self) -> str:
        """The folder of the projects: in the workspace if that could be, else in the temporary folder."""
        return self.workspace or os.path.join(self.temporary, "workspace")

    @property
    def root(self) -> str:
        """The path entry of the install by path line."""
        return os.path.join(self.folder, "line project", "src")

    @property
    def outside_root(self) -> str:
        """The path entry of the install whose project lies outside the workspace."""
        return os.path.join(self.temporary, "outside", "src")

    @property
    def guarded(self) -> bool:
        """Whether the projects lie where the runtime's workspace hooks rule."""
        return bool(self.workspace) and in_workspace(self.workspace)

    def package_folder(self, name: str) -> str:
        """Return the folder of one of the three packages."""
        if name == self.finder:
            return os.path.join(self.folder, "finder project", name)
        return os.path.join(self.outside_root if name == self.outside else self.root, name)

    # What is written

    def clean_up_earlier(self) -> list[str]:
        """Remove what earlier runs have left that were killed; return it."""
        return [path for parent in [*self._places, os.path.dirname(self.temporary)] for path in _clean_up(parent)]

    def write(self) -> None:
        """Write all projects. OSError where the temporary folder cannot be written to."""
        _make(self.temporary)
        self._find_place()
        flat, line = os.path.join(self.folder, "finder project"), os.path.dirname(self.root)
        _write(self.root, projects.package(self.line))
        _write(flat, projects.package(self.finder))
        _write(self.outside_root, projects.package(self.outside))
        self._installs = {
            **projects.path_line(self.line, line),
            **projects.path_line(self.outside, os.path.dirname(self.outside_root)),
            **projects.setuptools_finder(self.finder, flat),
        }

    def write_installs(self, site_folder: str) -> None:
        """Leave in a site folder what the projects' installers would leave there."""
        _write(site_folder, self._installs)

    def _find_place(self) -> None:
        self.reason = "no folder of the workspace is on sys.path, and the working directory is not in the workspace"
        for place in self._places:
            try:
                _make(os.path.join(place, self.token))
            except OSError as error:
                self.reason = f"{place} cannot be written to: {error.strerror}"
            else:
                self.workspace = os.path.join(place, self.token)
                self.reason = "" if in_workspace(self.workspace) else f"{place} is not in the workspace"
                return

    def is_beside_notebook(self) -> bool:
        """Tell whether the projects lie beside the notebook: then a module can be put there, too."""
        return bool(self.workspace) and os.path.dirname(self.workspace) == self.notebook_folder

    def write_beside(self) -> None:
        """Write a module beside the notebook. A later run finds it by the projects' folder next to it."""
        _write(self.notebook_folder, {self.beside + ".py": "VALUE = 'beside the notebook'\n"})

    def add_module(self, package: str, name: str) -> None:
        """Write a new module into a package that has been imported, so that the folder's time stamp shows it.

        A file system that counts in seconds shows a change in the same second to no finder: that is waited for.
        """
        folder = self.package_folder(package)
        file = os.path.join(folder, name + ".py")
        before = os.stat(folder).st_mtime_ns
        for _ in range(60):
            _write(folder, {name + ".py": "NAME = __name__\n"})
            if os.stat(folder).st_mtime_ns != before:
                return
            os.unlink(file)
            time.sleep(0.05)

    def remove(self) -> list[str]:
        """Remove all of it; return what is left."""
        paths = [os.path.join(self.notebook_folder, self.beside + ".py")] if self.notebook_folder else []
        paths += [os.path.join(place, self.token) for place in self._places]
        for path in [*paths, self.temporary]:
            _remove(path)
        return [path for path in [*paths, self.temporary] if os.path.lexists(path)]


def notebook_folder() -> str:
    """Return the notebook's folder as it is on ``sys.path``; "" where there is none in the workspace."""
    here = os.path.realpath(working_directory() or "/")
    index = snapshot.current()
    entries = [e for e in sys.path if isinstance(e, str) and os.path.isabs(e) and in_workspace(e)]
    own = [e for e in entries if index.whose(e) is not EDITABLE and e not in index.site_folders and os.path.isdir(e)]
    return next((e for e in own if os.path.realpath(e) == here), own[0] if own else "")


def working_directory() -> str:
    """Return the working directory, "" where it is gone."""
    try:
        return str(Path.cwd())
    except OSError:
        return ""


def _make(folder: str) -> None:
    """Make a folder of a run's own, with the note of whose it is."""
    os.mkdir(folder, 0o700)
    _write(folder, {_NOTE: json.dumps({"machine": _machine(), "pid": os.getpid(), "started": time.time()})})


def _write(folder: str, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = os.path.join(folder, name)
        if not os.path.isdir(os.path.dirname(path)):
            os.makedirs(os.path.dirname(path))
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)


def _machine() -> str:
    """Return what tells this start of this machine from any other, as a hash."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as stream:
            boot = stream.read()
    except OSError:
        boot = ""
    return hashlib.sha256(f"{os.uname().nodename} {boot}".encode()).hexdigest()[:16]


def _clean_up(parent: str) -> Iterator[str]:
    try:
        names = [name for name in os.listdir(parent) if _FOLDER.fullmatch(name)]
    except OSError:
        return
    for name in names:
        folder = os.path.join(parent, name)
        if _is_abandoned(folder):
            for path in (os.path.join(parent, name + "_beside.py"), folder):
                if os.path.lexists(path):
                    _remove(path)
                    if not os.path.lexists(path):
                        yield path


def _is_abandoned(folder: str) -> bool:
    """Tell whether a folder is an earlier run's whose process is gone. One without its note is let be for a while."""
    old = False
    try:
        state = os.lstat(folder)
        # in the workspace every file can seem to be the same user's, or nobody's
        if os.path.islink(folder) or (state.st_uid != os.getuid() and not in_workspace(folder)):
            return False
        old = time.time() - state.st_mtime > _ABANDONED_SECONDS
        with open(os.path.join(folder, _NOTE), encoding="utf-8") as stream:
            owner = json.load(stream)
        return old or (owner["machine"] == _machine() and not _is_running(owner["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return old


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


def _remove(path: str) -> None:
    """Remove a file or a folder as far as that can be; a mount may need a second try."""
    removing: Callable[[str], object] = os.unlink if not os.path.isdir(path) or os.path.islink(path) else shutil.rmtree
    for _ in range(3):
        try:
            if os.path.lexists(path):
                removing(path)
            return
        except OSError:
            time.sleep(0.05)
