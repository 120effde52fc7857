"""Counts what a process asks of the workspace: the files and folders that it opens, lists, or asks the state of."""

from __future__ import annotations

import os
import sys

EVENTS = {"open": "open", "os.listdir": "list", "os.scandir": "list"}
CALLS = ("stat", "lstat", "access", "readlink")  # raise no audit event


class Counter:
    """Counts below the folders ``roots``, once ``start`` was called."""

    def __init__(self, *roots):
        self.roots = tuple(root + "/" for root in roots)
        self.seen = None

    def install(self):
        """There is no way back: an audit hook stays."""
        external = sys.modules["_frozen_importlib_external"]
        external._os = Interposed(external._os, stat=self.counting(external._os.stat, "stat"))
        for name in CALLS:
            setattr(os, name, self.counting(getattr(os, name), "stat"))
        sys.addaudithook(self.audit)

    def start(self):
        self.seen = []

    def stop(self):
        seen, self.seen = self.seen, None
        return seen

    def counting(self, function, kind):
        def counted(path, *args, **kwargs):
            self.note(kind, path)
            return function(path, *args, **kwargs)

        return counted

    def audit(self, event, args):
        if event in EVENTS:
            self.note(EVENTS[event], args[0])

    def note(self, kind, path):
        if self.seen is not None and path is not None and not isinstance(path, int):
            text = os.path.abspath(os.fsdecode(path))
            if (text + "/").startswith(self.roots):
                self.seen.append([kind, text])


class Interposed:
    """A module with some of its functions replaced, for whoever holds this in its place."""

    def __init__(self, module, **replaced):
        self._module = module
        self.__dict__.update(replaced)

    def __getattr__(self, name):
        return getattr(self._module, name)
