"""Counts file operations, and delays those below a folder: a slow network file system without one.

``os.stat``, ``lstat``, ``access`` and ``readlink`` are interposed, here and in the import system's own ``_os``;
``open``, ``listdir`` and ``scandir`` raise audit events, whoever calls them. Imported by a ``.pth`` so that a start is
counted too: ``BENCHMARK_FOLDER`` names the folder, ``BENCHMARK_DELAY`` the seconds per operation.
"""

import os
import sys
import time

KINDS = ("stat", "listdir", "open")
_AUDITED = {"open": "open", "os.listdir": "listdir", "os.scandir": "listdir"}
counts = dict.fromkeys(KINDS, 0)
_folder = "/"
_delay = 0.0


class _Os:
    """The ``posix`` module as the import system sees it, with another ``stat``."""

    def __init__(self, real, stat):
        self._real = real
        self.stat = stat

    def __getattr__(self, name):
        return getattr(self._real, name)


def _note(kind, path):
    if isinstance(path, int):
        return
    text = os.path.abspath(os.fsdecode("." if path is None else path))
    if _folder == "/" or text == _folder or text.startswith(_folder + "/"):
        counts[kind] += 1
        if _delay:
            time.sleep(_delay)


def _counted(function):
    def counted(path, *args, **kwargs):
        _note("stat", path)
        return function(path, *args, **kwargs)

    return counted


def _audit(event, args):
    if event in _AUDITED:
        _note(_AUDITED[event], args[0])


def install(folder="/", delay=0.0):
    """Count from now on what happens below ``folder``, each operation ``delay`` seconds late. Audit hooks stay."""
    global _folder, _delay
    _folder, _delay = folder, delay
    external = sys.modules["_frozen_importlib_external"]
    external._os = _Os(external._os, _counted(external._os.stat))
    for name in ("stat", "lstat", "access", "readlink"):
        setattr(os, name, _counted(getattr(os, name)))
    sys.addaudithook(_audit)


def since(before):
    """Return the counts since ``before``, a copy of :data:`counts`."""
    return {kind: counts[kind] - before[kind] for kind in KINDS}


if "BENCHMARK_FOLDER" in os.environ:
    install(os.environ["BENCHMARK_FOLDER"], float(os.environ["BENCHMARK_DELAY"]))
