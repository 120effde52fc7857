"""A script: 64 threads import for the first time, while one more changes all that imports rest on.

``JOB`` as in :mod:`race_world`.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import sys
import threading
from typing import Any, Callable, List

from race_world import HOOKS, PROJECTS, RUNTIME, World

world = World()
import dbx_patch  # noqa: E402

THREADS = 64
sys.setswitchinterval(1e-5)  # a thread loses its turn wherever it can


def importing(names: List[str], allowed: "tuple[type, ...]" = ()) -> Callable[[], None]:
    """Import some modules; ModuleNotFoundError is spurious, unless it is allowed."""

    def work() -> None:
        for name in names:
            try:
                module = importlib.import_module(name)
                assert module.__name__ == name
            except allowed:
                continue
            world.count("imports in threads")

    return work


def looking(names: List[str]) -> Callable[[], None]:
    """Look for modules without importing them, which no module lock keeps apart."""

    def work() -> None:
        for name in names:
            if importlib.util.find_spec(name) is None:
                world.wrong.append(f"find_spec({name!r}) is None")
            world.count("look-ups in threads")

    return work


def runtime_again() -> List[str]:
    """Have the runtime's modules loaded anew in this round; returns their names."""
    names = [*RUNTIME, HOOKS[world.job["era"]]]
    for name in names:
        sys.modules.pop(name, None)
    return names


def disturber(stop: threading.Event, actions: "List[Callable[[], Any]]") -> Callable[[], None]:
    def work() -> None:
        for action in itertools.cycle(actions):
            if stop.is_set():
                break
            action()
            world.count("disturbances")

    return work


def comes_and_goes() -> None:
    """A project is installed, imported at once, and uninstalled."""
    world.install("race_late")
    importlib.import_module("race_late.sub")
    world.uninstall("race_late")
    for name in ("race_late.sub", "race_late"):
        sys.modules.pop(name, None)


def rebuild() -> None:
    getattr(sys.modules.get("sys_path_init"), "patch_sys_path_with_developer_paths", int)()  # int: it is being loaded


def strip() -> None:
    """As layer 3 does it: editable entries go, and nobody calls a function that could be patched."""
    sys.path[:] = [entry for entry in sys.path if not entry.startswith(world.home)]


HARMLESS: "List[Callable[[], Any]]" = [
    comes_and_goes,
    rebuild,
    lambda: dbx_patch.refresh_editable_paths(),
    lambda: dbx_patch.apply_all_patches(verbose=False, force_refresh=True),
    strip,
    lambda: os.utime(world.site),
    importlib.invalidate_caches,
    lambda: world.kernel.after_cell(),
    lambda: sys.path_importer_cache.clear(),
]
REMOVING: "List[Callable[[], Any]]" = [
    lambda: dbx_patch.remove_all_patches(verbose=False),
    lambda: dbx_patch.apply_all_patches(verbose=False),
    *HARMLESS[1:3],
]


def round_of(number: int, actions: "List[Callable[[], Any]]", allowed: "tuple[type, ...]") -> None:
    """One round: a third of the threads each on a project of its own, on one for all, on the runtime's modules."""
    world.forget()
    runtime = runtime_again() if number % 2 else ["colorsys"]
    own = [[f"race_{i % PROJECTS}.sub", f"race_{i % PROJECTS}.deep.leaf"] for i in range(THREADS // 3)]
    same = [["race_0.deep.leaf", "race_0"] for _ in range(THREADS // 3)]
    rest = [runtime[i % len(runtime) :] + runtime[: i % len(runtime)] for i in range(THREADS - 2 * (THREADS // 3))]
    works = [importing(names, allowed) for names in own + same]
    works += [importing(names) for names in rest]
    stop = threading.Event()
    upset = threading.Thread(target=disturber(stop, actions), daemon=True)
    upset.start()
    world.threads(works)
    stop.set()
    upset.join(40)
    if upset.is_alive():
        world.wrong.append("a deadlock of the one who disturbs")
    world.count("rounds of 64 threads")


for number in range(world.job["rounds"]):
    round_of(number, HARMLESS, ())
    world.check(f"round {number}")
for number in range(world.job["rounds"] // 2):
    round_of(number, REMOVING, (ModuleNotFoundError,))
    world.threads([lambda: dbx_patch.apply_all_patches(verbose=False)] * 16)
    world.check(f"round {number} with removals")
    world.forget()
    strip()
    world.threads([looking(["race_9", "race_10", "race_11"])] * 16 + [importing(["race_1.sub"])] * 4)
    dbx_patch.remove_all_patches(verbose=False)
    world.threads([lambda: dbx_patch.apply_all_patches(verbose=False)] * 16)
    world.check(f"round {number}, patched by 16 threads")
for _ in range(2):
    world.threads([lambda: dbx_patch.remove_all_patches(verbose=False)] * 16)
for label, function in world.patched():
    if function.__module__.startswith("dbx_patch"):
        world.wrong.append(f"{label} is still patched after the last removal")
world.finish()
