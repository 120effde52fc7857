"""Probe: what one look-up costs in each finder. ``hooks.py times|ops|WHICH [CALLS]``, in an armed interpreter.

Prints JSON; with the name of one finder it only calls that so often, for callgrind.
"""

import json
import sys
import sysconfig
from importlib.machinery import PathFinder

from paired import loop, paired

from dbx_patch import hooks

MISSING, PROVIDED = "surely_missing", "acme_000"
# What most misses are: a library tries an optional module
A_LIBRARY = sysconfig.get_path("purelib") + "/some_library.py"
BY_A_LIBRARY = compile(f"lambda: find_spec({MISSING!r})", A_LIBRARY, "eval")
BOTH_BY_A_LIBRARY = compile(f"lambda: first({MISSING!r}) or second({MISSING!r})", A_LIBRARY, "eval")
_TABLE = dict.fromkeys(hooks.watched)


class Minimal:
    def find_spec(self, name, path=None, target=None):
        if name not in _TABLE:
            return


class Refusing:
    """A finder of the runtime's that refuses everything in the workspace, as the fallback's hits presuppose."""

    @staticmethod
    def find_spec(name, target=None):
        return None

    @classmethod
    def hook(cls, path):
        if "/Workspace/" not in path or path.endswith("/"):  # which is how a plain FileFinder is asked here
            raise ImportError(path)
        return cls


def guard():
    """Have the runtime guard the workspace, as it does in each of its processes."""
    sys.path_hooks.insert(0, Refusing.hook)
    forget()


def leave():
    """Have `site`'s own path entries as plain Python has them."""
    sys.path_hooks.remove(Refusing.hook)
    forget()


def forget():
    from dbx_patch.hooks import rationed

    rationed.unration()
    sys.path_importer_cache.clear()


def _wrapts_finder():
    from wrapt.importer import ImportHookFinder, register_post_import_hook

    register_post_import_hook(lambda module: None, "some_module")
    return ImportHookFinder()


def functions():
    """Return name -> function without arguments."""
    minimal, trigger, fallback = Minimal(), hooks.TRIGGER, hooks.FALLBACK
    source = next(entry for entry in sys.path if "/Workspace/" in entry)
    found = {
        "minimal": lambda: minimal.find_spec(MISSING, None, None),
        "trigger": lambda: trigger.find_spec(MISSING, None, None),
        "miss": eval(BY_A_LIBRARY, {"find_spec": fallback.find_spec}),
        "miss of user code": lambda: fallback.find_spec(MISSING, None, None),
        "hit": lambda: fallback.find_spec(PROVIDED, None, None),
        "PathFinder, a miss": lambda: PathFinder.find_spec(MISSING),
        "PathFinder, a hit": lambda: PathFinder.find_spec(PROVIDED, [source + "/"]),
    }
    try:
        wrapts = _wrapts_finder()
        found["wrapt"] = lambda: wrapts.find_spec(MISSING, None, None)
    except ImportError:
        pass
    guard()
    assert found["hit"]() is not None and found["PathFinder, a hit"]() is not None
    assert found["miss"]() is None
    return found


def operations(function):
    """Return the file operations of one call, everything being warm."""
    import fileops

    function()
    before = dict(fileops.counts)
    function()
    return sum(fileops.since(before).values())


def main():
    what = sys.argv[1]
    if what == "ops":
        import fileops

        found = functions()
        fileops.install()
        from dbx_patch.index import snapshot

        result = {name: operations(function) for name, function in found.items()}
        leave()
        result["plain PathFinder"] = operations(found["PathFinder, a miss"])
        found["miss"]()
        both = {"first": PathFinder.find_spec, "second": hooks.FALLBACK.find_spec}
        result["both, unguarded"] = operations(eval(BOTH_BY_A_LIBRARY, both))
        result["both, unguarded, user code"] = operations(
            lambda: PathFinder.find_spec(MISSING) or hooks.FALLBACK.find_spec(MISSING)
        )
        result["site folders"] = len(snapshot.current().site_folders)
        result["source folders"] = len(snapshot.current().path_entries)
        print(json.dumps(result))
    elif what == "times":
        found = functions()
        pairs = [("trigger", "minimal"), ("trigger", "wrapt"), ("miss", "PathFinder, a miss")]
        pairs += [("hit", "PathFinder, a hit")]
        pairs = [pair for pair in pairs if pair[1] in found]
        print(json.dumps({first + "/" + second: paired(found[first], found[second]) for first, second in pairs}))
    else:
        loop(functions()[what], int(sys.argv[2]))


main()
