"""For probes: two functions timed in turns, so that whatever else the machine does meets both alike."""

import gc
import statistics
from time import perf_counter


def paired(first, second, calls=1000, rounds=41):
    """Time both alternately; returns plain data.

    ``ratio``: [lower quartile, median, upper quartile] of first / second, round by round. ``first`` and ``second``:
    [best, median] seconds per call; the best is what the code takes, since company only adds.
    """
    times = ([], [])
    gc.collect()
    gc.disable()
    for turn in range(rounds):
        for which in (0, 1) if turn % 2 else (1, 0):
            times[which].append(_time((first, second)[which], calls))
    gc.enable()
    ratios = statistics.quantiles([a / b for a, b in zip(*times)], n=4)
    return {"ratio": ratios, "first": _summary(times[0]), "second": _summary(times[1])}


def _summary(times):
    return [min(times), statistics.median(times)]


def _time(function, calls):
    repeats = range(calls)
    start = perf_counter()
    for _ in repeats:
        function()
    return (perf_counter() - start) / calls


def loop(function, calls):
    """Call ``function`` so often: what runs under callgrind, whose counts of two numbers are subtracted."""
    for _ in range(calls):
        function()
