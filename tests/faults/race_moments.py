"""A script: forks, signals, cycles and recursion, each at the worst moment. ``JOB`` as in `race_world`."""

from __future__ import annotations

import faulthandler
import importlib
import os
import random
import signal
import sys
import threading
import time
import warnings
from typing import Any, Callable, List

from race_world import World

world = World()
from dbx_patch.index import snapshot  # noqa: E402

random.seed(7)
# To fork beside threads is what is tried here, and 3.12 and later warn of it
warnings.filterwarnings("ignore", r"This process .* is multi-threaded", DeprecationWarning)
faulthandler.dump_traceback_later(60, exit=True)  # a deadlock shows where


def wrong_unless(condition: bool, what: str) -> None:
    if not condition:
        world.wrong.append(what)


def strip() -> None:
    """The runtime drops editable entries."""
    sys.path[:] = [entry for entry in sys.path if not entry.startswith(world.home)]


def forks_in_the_middle() -> None:
    """Children are born while other threads scan and import; each child must be able to import."""
    stop = threading.Event()

    def scan() -> None:
        while not stop.is_set():
            snapshot.current(force=True)
            strip()
            world.forget()
            importlib.import_module("race_2.sub")

    thread = threading.Thread(target=scan, daemon=True)
    thread.start()
    for number in range(world.job["forks"]):
        time.sleep(random.random() * 0.004)
        child = os.fork()
        if child == 0:
            signal.alarm(20)
            for name in (f"race_{3 + number % 10}.deep.leaf", "race_3.lazy"):
                importlib.import_module(name)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        wrong_unless(status == 0, f"child {number} of a fork ended with {status}")
        world.count("forks during scans")
    stop.set()
    thread.join(20)
    if thread.is_alive():
        faulthandler.dump_traceback()
    wrong_unless(not thread.is_alive(), "the scanning thread hangs")


class Interrupt(BaseException):
    pass


landed: List[str] = []
armed: List[bool] = []


def when_in_ours(action: Callable[[], None]) -> Callable[[int, Any], None]:
    """A handler that waits for a moment when the innermost frame is dbx-patch's.

    importlib's own locks are not made for an import, or for an exception, in the midst of their acquisition.
    """

    def handle(signum: int, frame: Any) -> None:
        if armed and "dbx_patch" in frame.f_code.co_filename:
            landed.append(frame.f_code.co_name)
            armed.clear()
            action()
        elif armed:
            signal.setitimer(signal.ITIMER_REAL, 0.00002)

    return handle


def importing() -> None:
    importlib.import_module(f"race_{7 + len(landed) % 8}.sub")


def raising() -> None:
    raise Interrupt


def signals() -> None:
    """A handler that imports, then one that raises, at any moment of an import through the fallback."""
    for action in (importing, raising):
        for _ in range(world.job["signals"]):
            world.forget()
            strip()
            signal.signal(signal.SIGALRM, when_in_ours(action))
            try:
                armed.append(True)
                signal.setitimer(signal.ITIMER_REAL, 0.00005 + random.random() * 0.002)
                os.utime(world.site)
                importlib.import_module("race_5.deep.leaf")
                importlib.import_module("race_6.sub")
                armed.clear()
            except Interrupt:
                world.count("imports that a signal ended")
            armed.clear()
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_IGN)
            world.forget()
            module = importlib.import_module("race_5.deep.leaf")
            wrong_unless(module.NAME == "race_5.deep.leaf", "an import after a signal")
    world.count("signals within our functions", len(landed))
    finders = sys.modules["dbx_patch.hooks"]
    wrong_unless(not finders._asking, f"asking for ever: {finders._asking}")


def cycles() -> None:
    """Two threads enter a cycle of two editable packages from its two ends."""
    for _ in range(world.job["cycles"]):
        world.forget()
        strip()
        works = [lambda name=name: importlib.import_module(name) for name in ("race_cycle_a", "race_cycle_b")]  # type: ignore[misc]
        world.threads(works, seconds=20)
        world.count("cycles across two threads")


def is_there(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        return False
    return True


def recursion() -> None:
    """A module that imports itself; a finder that imports; a callback that imports what it waits for."""
    world.forget()
    strip()
    wrong_unless(importlib.import_module("race_self").DONE, "a module that imports itself")
    asked: List[str] = []
    busy: List[str] = []

    class Importing:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
            asked.append(name)
            if len(asked) < 500 and not busy:  # a finder that imports must not ask itself for ever, with us or without
                busy.append(name)
                for other in ("race_7.sub", "race_nothing"):
                    try:
                        importlib.import_module(other)
                    except ModuleNotFoundError:
                        pass
                busy.clear()

    for where in (0, len(sys.meta_path) - 1):
        finder: Any = Importing()
        asked.clear()
        world.forget()
        strip()
        sys.meta_path.insert(where, finder)
        try:
            wrong_unless(importlib.import_module("race_8.sub").NAME == "race_8.sub", "beside a finder that imports")
            for missing in ("race_8.nothing", "race_none"):  # a finder behind the others is asked about misses only
                wrong_unless(not is_there(missing), f"{missing} beside a finder that imports")
        finally:
            sys.meta_path.remove(finder)
        wrong_unless(0 < len(asked) < 500, f"a finder that imports was asked {len(asked)} times")


cycles()
recursion()
signals()
forks_in_the_middle()
world.check("the end")
world.finish()
