"""Probe: the autoreload check. ``autoreload.py times|ops|warm|new|startswith [CALLS]``, in an armed interpreter."""

import json
import sys

from paired import loop, paired

from dbx_patch.index import snapshot
from dbx_patch.patches.autoreload_hook_patch import is_editable_file

_FOLDERS = "/a/rather/deep/folder"


def functions():
    """Return name -> function. ``warm``: files asked before, as in every import but the first; ``new``: never asked."""
    index = snapshot.current()
    source = next(iter(index.path_entries))
    files = [source + "/acme_000/__init__.py", json.__file__, "/root/.ipykernel/123/command-455", sys.executable]
    number = iter(range(1 << 60))

    def warm():
        for file in files:
            is_editable_file(file)

    def new():
        for name in ("/x", "/y", "/z", "/v"):
            is_editable_file(f"{source}/acme_000{_FOLDERS}{name}{next(number)}.py")

    def startswith():
        for file in files:
            _allowed(file)

    assert is_editable_file(files[0]) and not is_editable_file(files[1])
    return {"warm": warm, "new": new, "startswith": startswith}


def _allowed(filename):
    return filename.startswith("/Workspace")


def main():
    found = functions()
    what = sys.argv[1]
    if what == "ops":
        import fileops

        fileops.install()
        before = dict(fileops.counts)
        found["warm"]()
        found["new"]()
        print(json.dumps(sum(fileops.since(before).values())))
    elif what == "times":
        print(json.dumps({name: paired(found[name], found["startswith"]) for name in ("warm", "new")}))
    else:
        loop(found[what], int(sys.argv[2]))


main()
