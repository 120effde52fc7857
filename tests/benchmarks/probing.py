"""Running a probe (``probes/``) in the interpreter of an environment, and making rows of what it prints."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Mapping, Sequence

from tests.benchmarks import counting
from tests.benchmarks.table import Row, number

from support.environments import Environment


class Probe:
    """One probe in one environment; ``arguments`` come before those of each call."""

    def __init__(
        self, environment: Environment, script: Path, extra: Mapping[str, str], arguments: Sequence[str] = ()
    ) -> None:
        self._command = [environment.python, str(script), *arguments]
        self._extra = extra

    def value(self, *arguments: str) -> Any:
        """Return what the probe prints as JSON. Raises RuntimeError where it fails."""
        command = [*self._command, *arguments]
        env = counting.environ(self._extra)
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=600)
        if done.returncode or done.stderr:
            raise RuntimeError(f"{command}\n{done.stdout}\n{done.stderr}")
        return json.loads(done.stdout)

    def best_times(self, which: str = "", processes: int = 3) -> Any:
        """Return the "times" of the fastest of some processes: a machine's slow spells can outlast a whole one."""
        found = [self.value("times") for _ in range(processes)]
        return min(found, key=lambda times: (times[which] if which else times)["first"][0])

    def per_call(self, what: str, low: int = 50, high: int = 250) -> float:
        """Return the instructions of one call of ``what``: those of ``high`` calls less those of ``low``."""
        command = [*self._command, what]
        subprocess.run(
            [*command, "1"], env=counting.environ(self._extra), check=True, timeout=600
        )  # leaves the bytecode
        runs = [[*command, str(calls)] for calls in (low, high)]
        few, many = counting.in_parallel(lambda run: counting.instructions(run, self._extra), runs)
        return (many - few) / (high - low)


def paired_row(group: str, what: str, rival: str, times: Mapping[str, Sequence[float]], scale: float = 1e6) -> Row:
    """Return the row of two functions that were timed in turns: best times, the median of the ratios, its quartiles."""
    low, median, high = times["ratio"]
    unit = {1e6: "µs", 1e3: "ms"}[scale]
    note = f"ratio's quartiles {number(low)} to {number(high)}"
    best, rivals = times["first"][0] * scale, times["second"][0] * scale
    return Row(group, what, best, f"{unit} at best", rival, rivals, median, note=note)
