"""A worker, as Databricks' own set-up leaves it: ``python -m databricks_worker JOB OUTCOME``.

A daemon loads what all workers need, then forks one for each scenario; in it, each task is set up by the release's
own code, which reads what a driver sends from a stream.
"""

from __future__ import annotations

import importlib
import inspect
import io
import json
import os
import struct
import sys

from probing import forked, run_probe, run_probes
from stand_ins import provide
from workspace_operations import Counter

END_OF_STREAM = -4
AT_START = list(sys.path)


class Stream:
    """What a driver sends, in the encoding of Spark's serializers."""

    def __init__(self):
        self.bytes = b""

    def add(self, *values):
        for value in values:
            if isinstance(value, bool):
                self.bytes += struct.pack("!?", value)
            elif isinstance(value, int):
                self.bytes += struct.pack("!i", value)
            else:
                data = value if isinstance(value, bytes) else value.encode()
                self.bytes += struct.pack("!i", len(data)) + data

    def add_long(self, value):
        self.bytes += struct.pack("!q", value)

    def open(self):
        return io.BytesIO(self.bytes)


def add_files(stream, files, sent):
    """Where Spark's files lie, and the path entries that travel with a function."""
    stream.add("isolated-library-", "virtualenv-of-no-one", files, len(sent), *sent)


def set_up(worker, files, sent, then):
    """Set a task up as this release does, and call ``then`` in it."""
    if not hasattr(worker, "setup_spark_files"):
        return whole_task(worker, files, sent, then)
    stream = Stream()
    add_files(stream, files, sent)
    stream.add(False, False, "driver", False)
    worker.setup_spark_files(stream.open())
    return then()


def by_arguments(worker, files, sent, then):
    """Set a task up by arguments, which later releases take in place of a stream."""
    assert len(inspect.signature(worker.setup_spark_files).parameters) > 1
    worker.setup_spark_files(files, sent, "isolated-library-", "virtualenv-of-no-one")
    return then()


class Task:
    """The function of a task, and what reads its input and writes its output: none."""

    def __init__(self, then):
        self.then = then
        self.outcome = None

    def __call__(self, number, rows):
        self.outcome = self.then()
        return []

    def load_stream(self, stream):
        return []

    def dump_stream(self, rows, stream):
        pass


def whole_task(worker, files, sent, then):
    """Where the set-up is a part of the worker's ``main``: a stream for all of it, with a function by reference."""
    global task
    task = Task(then)
    stream = Stream()
    stream.add(0, "{}.{}".format(*sys.version_info), False, 0, "", 1, 0, 0)
    stream.add_long(1)
    stream.add(1, 0, 0)
    add_files(stream, files, sent)
    stream.add(False, 0, 0)
    stream.add(b"(cdatabricks_worker\ntask\nNcdatabricks_worker\ntask\ncdatabricks_worker\ntask\nt.", END_OF_STREAM)
    output = io.BytesIO()
    try:
        worker.main(stream.open(), output)
    except SystemExit:
        raise RuntimeError(f"the worker gave up: {output.getvalue()!r}") from None
    return task.outcome


def run_scenario(worker, counter, scenario, files):
    """In a worker of its own: the tasks in turn; the last one's outcomes are the scenario's."""
    os.environ.update(scenario["environ"])
    prefix = os.environ["WSFS_TEST_DIR"]
    sent = [entry[len(prefix) :] for entry in AT_START if entry.startswith(prefix + "/Workspace/")]
    set_it_up = by_arguments if scenario["by_arguments"] else set_up
    *before, last = scenario["tasks"]
    for task in before:
        set_it_up(
            worker, files, sent if task else [], lambda: [run_probe(probe, counter) for probe in scenario["before"]]
        )
    return set_it_up(worker, files, sent if last else [], lambda: run_probes(scenario["probes"], counter))


def main(job_file, outcome_file):
    with open(job_file) as stream:
        job = json.load(stream)
    package = job["package"]
    provide(package)
    worker = importlib.import_module(f"{package}.{job['worker']}")
    importlib.import_module("pyspark.cloudpickle.cloudpickle")  # the client's, where that is another
    counter = Counter(*job["roots"])
    counter.install()
    found = {s["name"]: forked(run_scenario, worker, counter, s, job["files"]) for s in job["scenarios"]}
    with open(outcome_file, "w") as stream:
        json.dump(found, stream)


if __name__ == "__main__":
    sys.modules["databricks_worker"] = sys.modules["__main__"]
    main(*sys.argv[1:])
