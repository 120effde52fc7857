"""Runs probes, each in a process forked for it, so that none finds what another has imported."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback

FRESH = f"made_by_{os.getpid()}"  # the name of a module that a user writes while the process runs


def forked(function, *args):
    """Return what ``function`` returns in a child process: JSON; None where it failed."""
    handle, file = tempfile.mkstemp(suffix=".json")
    os.close(handle)
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            with open(file, "w") as stream:
                json.dump(function(*args), stream)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    status = os.waitpid(pid, 0)[1]
    try:
        with open(file) as stream:
            return None if status else json.load(stream)
    finally:
        os.unlink(file)


def run_probe(probe, counter):
    """Run a user's code, which assigns ``result``; return its value or error, and what it asked of the workspace."""
    space = {"__name__": "__main__", "FRESH": FRESH, "count": counter.start}
    compiled = compile(probe["code"], "<command-1>", "exec")
    fresh = os.path.join(probe["fresh"], FRESH + ".py") if probe["fresh"] else None
    if fresh:
        with open(fresh, "w") as stream:
            stream.write("VALUE = 'new'\n")
    counter.start()
    try:
        exec(compiled, space)
        outcome = {"value": space["result"]}
    except Exception as error:
        outcome = {"error": f"{type(error).__name__}: {error}"}
    operations = counter.stop()
    if fresh:
        os.unlink(fresh)
    return {**outcome, "operations": operations}


def run_probes(probes, counter):
    """Return the outcomes of ``probes`` by name, and the paths that they were found on."""
    found = {name: forked(run_probe, probe, counter) for name, probe in probes.items()}
    return {"probes": found, "sys.path": list(sys.path)}
