"""Probe: reading a site folder's editable installs. ``discovery.py FOLDER times|cold|theirs|ops|memory|loop [CALLS]``.

Against importlib.metadata reading the same: each distribution's direct_url.json, and the files of the editable ones.
"""

import json
import sys
from time import perf_counter

FOLDER, WHAT = sys.argv[1:3]


def ours():
    from dbx_patch.index import snapshot

    return snapshot.Index([FOLDER])


def theirs():
    from importlib import metadata

    found = []
    for distribution in metadata.distributions(path=[FOLDER]):
        text = distribution.read_text("direct_url.json")
        if text and json.loads(text)["dir_info"].get("editable"):
            found.append((distribution.metadata["Name"], distribution.files))
    return found


def memory():
    """Return [peak, kept] bytes of one reading."""
    import gc
    import tracemalloc

    ours()
    gc.collect()
    tracemalloc.start()
    index = ours()
    kept, peak = tracemalloc.get_traced_memory()
    assert index
    return [peak, kept]


def operations():
    import fileops

    ours()
    fileops.install()
    ours()
    return sum(fileops.counts.values())


def once(function):
    """Return the seconds of the first reading in a process, what it imports included."""
    start = perf_counter()
    function()
    return perf_counter() - start


def main():
    if WHAT == "loop":
        for _ in range(int(sys.argv[3])):
            ours()
    elif WHAT == "times":
        from paired import paired

        assert len(ours().installs) == len(theirs())
        print(json.dumps(paired(ours, theirs, 1, 21)))
    else:
        results = {"cold": lambda: once(ours), "theirs": lambda: once(theirs), "ops": operations, "memory": memory}
        print(json.dumps(results[WHAT]()))


main()
