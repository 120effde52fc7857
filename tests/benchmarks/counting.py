"""Counts that repeat: instructions by callgrind, file operations by strace, loaded modules.

**Garbage collection.** CPython collects its youngest objects each time some 700 more have been allocated than
freed, so a few objects more at start-up can bring one more collection (0.2 M instructions) into a short run, or
not: by where in that cycle the run happens to end, not by what is measured. Therefore each start is counted at
several phases of the cycle: a ``.pth`` that sorts before all others, and is in every environment compared,
allocates a number of padding objects (``PADDING``) spread evenly over the cycle. Environments are compared phase
by phase, and the median of these paired differences is what counts.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import Callable, Iterable, Mapping, Sequence, TypeVar

from support.environments import clean_environ

Job = TypeVar("Job")

_CYCLE = 700
PADDING_PTH = "000_padding.pth"
PADDING_LINE = 'import os, sys; sys.padding = [[] for _ in range(int(os.environ.get("PADDING", "0")))]\n'
_CALLGRIND = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")

HAVE_VALGRIND = shutil.which("valgrind") is not None
HAVE_STRACE = shutil.which("strace") is not None


def environ(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of every process that is measured: bytecode is cached, hashes are the same in each."""
    kept = clean_environ({"PYTHONHASHSEED": "0", **(extra or {})})
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept


def phases(count: int) -> list[int]:
    """Return ``count`` numbers of padding objects, evenly over one collection cycle."""
    return [_CYCLE * i // count for i in range(count)]


def instructions(command: Sequence[str], extra: Mapping[str, str] | None = None) -> int:
    """Return how many instructions ``command`` executes. Raises RuntimeError where it fails."""
    done = subprocess.run(
        [*_CALLGRIND, *command], env=environ(extra), capture_output=True, text=True, check=False, timeout=600
    )
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not found:
        raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")
    return int(found.group(1))


def starts(pythons: Mapping[str, tuple[str, Mapping[str, str]]], count: int) -> dict[str, list[int]]:
    """Return, per name, the instructions of an interpreter's start at ``count`` phases.

    ``pythons``: name -> (interpreter, environment variables). One earlier run of each compiles what it loads.
    """
    for python, extra in pythons.values():
        subprocess.run([python, "-c", "pass"], env=environ(extra), check=True, timeout=600)
    jobs = [(name, phase) for phase in phases(count) for name in pythons]

    def measure(job: tuple[str, int]) -> int:
        python, extra = pythons[job[0]]
        # of one length, because the environment is read at the start, too
        return instructions([python, "-c", "pass"], {**extra, "PADDING": f"{job[1]:03}"})

    found = dict(zip(jobs, in_parallel(measure, jobs)))
    return {name: [found[name, phase] for phase in phases(count)] for name in pythons}


def in_parallel(function: Callable[[Job], int], jobs: Iterable[Job]) -> list[int]:
    """Map over ``jobs`` with a process on each core; for counts only, which do not mind company."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(function, jobs))


def median_difference(counts: Sequence[int], bare: Sequence[int]) -> float:
    """Return the median of the paired differences."""
    return statistics.median(a - b for a, b in zip(counts, bare))


def path_syscalls(command: Sequence[str], extra: Mapping[str, str] | None = None) -> int:
    """Return how many system calls with a path ``command`` makes (``strace -c -f``); folders listed count too."""
    traced = ["strace", "-c", "-f", "-U", "name,calls", "-e", "trace=%file,getdents64", *command]
    done = subprocess.run(traced, env=environ(extra), capture_output=True, text=True, check=False, timeout=600)
    rows = re.findall(r"^(\w+)\s+(\d+)\s*$", done.stderr, re.MULTILINE)
    if done.returncode or not rows:
        raise RuntimeError(f"{traced}: {done.stderr}")
    return sum(int(calls) for name, calls in rows if name != "total")
