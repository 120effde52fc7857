"""Pairs of what dbx-patch does inside an import and what another thread imports meanwhile; each in a forked process.

Runs in the interpreter under test: ``python deadlock_session.py FOLDER ROUNDS [PAIRS]`` prints, as JSON, how many
rounds of each pair hung. ``FOLDER`` has the modules of a runtime that both threads load; ``PAIRS`` is a regular
expression, for the pairs that it is to be.
"""

import json
import os
import re
import signal
import sys
import threading

SECONDS = 20  # for a round that takes milliseconds
SWITCH = 1e-6  # of the interpreter's: threads change places as often as they can


def miss():
    try:
        import no_such_module_anywhere  # noqa: F401
    except ModuleNotFoundError:
        pass


def editable():
    import acme.deep.leaf  # noqa: F401


def lost_entry():
    sys.path[:] = [entry for entry in sys.path if "/proj/" not in entry]
    sys.path_importer_cache.clear()
    editable()


def runtime_module():
    import dbruntime.pythonPathHook  # noqa: F401


def status():
    import dbx_patch

    dbx_patch.check_patch_status(verbose=False)


def importing(name):
    def run():
        __import__(name)

    return run


# What we do while the import system holds its lock ...
OURS = {"a miss": miss, "an editable package": editable, "a lost entry": lost_entry, "a runtime module": runtime_module}
# ... and what another thread may be loading at that moment
THEIRS = {
    "check_patch_status()": status,
    "sys_path_init": importing("sys_path_init"),
    "dbruntime.wsfs_import_hook": importing("dbruntime.wsfs_import_hook"),
    "an installer's finder": importing("__editable___acme_flat_project_1_0_finder"),
    "an editable package": editable,
}
for name in ("logging", "json.tool", "pkgutil", "dbx_patch.api", "dbx_patch.patches"):
    THEIRS[name] = importing(name)
for name in ("__init__", "loaders", "precedence", "fallback", "applied", "sys_path", "upkeep", "answers", "rationed"):
    THEIRS["dbx_patch.hooks." + name] = importing(
        "dbx_patch.hooks." + name if name != "__init__" else "dbx_patch.hooks"
    )
for name in ("snapshot", "scan", "readers"):
    THEIRS["dbx_patch.index." + name] = importing("dbx_patch.index." + name)


def one_round(ours, theirs, number):
    """Run both in a process of their own; tell whether it hung."""
    pid = os.fork()
    if pid:
        return os.WIFSIGNALED(os.waitpid(pid, 0)[1])
    signal.alarm(SECONDS)
    sys.setswitchinterval(SWITCH)
    started = threading.Event()

    def meanwhile():
        started.wait()
        for _ in range(number % 7 * 40):  # the two meet at another place each time
            pass
        try:
            theirs()
        except ImportError:
            pass

    thread = threading.Thread(target=meanwhile, daemon=True)
    thread.start()
    started.set()
    ours()
    thread.join()
    os._exit(0)


def main():
    """Each pair, ``ROUNDS`` times."""
    folder, rounds, pairs = (*sys.argv[1:], "")[:3]
    sys.path.insert(0, folder)
    hung = {}
    for what, ours in OURS.items():
        for other, theirs in THEIRS.items():
            pair = f"{what} | {other}"
            if re.search(pairs, pair):
                hung[pair] = sum(one_round(ours, theirs, n) for n in range(int(rounds)))
    print(json.dumps(hung))


if __name__ == "__main__":
    main()
