"""Functions on real Spark executors, with the real daemon's Python workers, call into an editable package."""

from __future__ import annotations

import itertools
import json
from dataclasses import asdict
from pathlib import Path

import pytest

from dbx_patch.simulator import CellReport
from real.houses import House
from real.sparks import Cluster, cluster_in, needs_spark
from support.environments import once
from support.kernels import ERAS, LIBRARY
from support.simulating import watch
from support.workspaces import write

WORK = """
class Point:
    def __init__(self, x):
        self.x = x

    def moved(self):
        from acme.deep import leaf
        return Point(self.x + len(leaf.NAME))

def label(number):
    from acme.lazy import load
    return f"{load()} {number}"

def double(series):
    from acme.deep import leaf
    return series * 2

def grow(frames):
    import acme.sub
    for frame in frames:
        yield frame.assign(more=frame["id"] + 1)
"""
CELLS = {
    "workers": """
import os
def where(_):
    import sys, time
    time.sleep(0.3)  # long enough that no executor gets all of them
    hook = type(sys.path_importer_cache.get(os.getcwd())).__name__
    return [sys.modules["__main__"].__spec__.name, hook, os.getppid(), os.getcwd()]
spark.sparkContext.parallelize(range(6), 6).map(where).collect()
""",
    "udf": """
from pyspark.sql.functions import pandas_udf, udf
import acme.work
[row[0] for row in spark.range(2).select(udf(acme.work.label)("id")).collect()]
""",
    "pandas udf": '[row[0] for row in spark.range(3).select(pandas_udf(acme.work.double, "long")("id")).collect()]',
    "mapInPandas": 'spark.range(3).mapInPandas(acme.work.grow, "id long, more long").toPandas()["more"].tolist()',
    "pickled class": """
points = spark.sparkContext.parallelize([acme.work.Point(1), acme.work.Point(2)], 2).map(lambda p: p.moved()).collect()
[[type(point) is acme.work.Point, point.x] for point in points]
""",
    "library": """
def through_library(_):
    import library
    return library.load("acme.deep.leaf")
spark.sparkContext.parallelize([1], 1).map(through_library).collect()
""",
    "by value": """
def inside(number):
    import acme.work
    return acme.work.label(number)
spark.sparkContext.parallelize([1], 1).map(inside).collect()
""",
}
EXPECTED = {
    "udf": ["acme.deep.leaf 0", "acme.deep.leaf 1"],
    "pandas udf": [0, 2, 4],
    "mapInPandas": [1, 2, 3],
    "pickled class": [[True, 15], [True, 16]],
    "library": ["acme.deep.leaf"],
    "by value": ["acme.deep.leaf 1"],
}
MISSING = "ModuleNotFoundError: No module named 'acme'"


@pytest.fixture(scope="module")
def cluster(shared: Path, tools: Path, wheelhouse: Path, wheel: Path) -> Cluster:
    """An environment with pandas, pyarrow and an editable package; Spark where Databricks has it."""
    needs_spark()

    def furnish(house: House) -> None:
        house.add_project("acme", {"acme/work.py": WORK})
        write(house.environment.site_packages, {"library.py": LIBRARY})
        watch(house.environment.python)

    return cluster_in(shared / "real" / "spark", (tools, wheelhouse, wheel), ERAS, furnish)


def outcome(report: CellReport) -> object:
    """The cell's value, or the error's words that matter."""
    if report.ok:
        return report.value
    text = f"{report.error_type}: {report.error}\n{report.traceback}"
    return MISSING if MISSING in text else text


# What the workers alone are started with, and whether a function on them then reaches the package.
SWITCHES = {
    "forward=False": True,
    "forward=True, DBX_PATCH_DISABLE='fallback'": True,
    "forward=False, DBX_PATCH_DISABLE='fallback'": False,
    "forward=False, DBX_PATCH_ENABLED='0'": False,
}
# The runtime's hook on executors is for the notebook's folder: here that is the editable package's own.
BESIDE = {
    "": True,
    "fallback": True,
    "executor_wsfs_import_hook": True,
    "executor_wsfs_import_hook,fallback": False,
}


def kernel_run(cluster: Cluster, folder: Path, era: str) -> dict[str, list[CellReport]]:
    """Run all cells in one driver, whichever worker comes first; starting one is what takes long."""
    beside = str(cluster.house.workspace.home / "acme/src/notebook")
    variables = "DBX_PATCH_DISABLE={!r}, PYTHON_NOTEBOOK_PATH={!r}"
    parts = {
        "cells": list(CELLS.values()),
        "switches": [f"environment({options})\n{CELLS['udf']}" for options in SWITCHES],
        "beside": [f"environment({variables.format(v, from_workspace(beside))})\n{CELLS['library']}" for v in BESIDE],
    }

    if era == "legacy":  # whose executors are the same; only the driver differs
        parts = {"cells": parts["cells"]}

    def make(at: Path) -> None:
        reports = cluster.run(*itertools.chain(*parts.values()), era=era)
        (at / "reports.json").write_text(json.dumps([asdict(report) for report in reports]))

    saved = iter(json.loads((once(folder / f"spark-{era}" / "run", make) / "reports.json").read_text()))
    return {name: [CellReport.from_dict(next(saved)) for _ in cells] for name, cells in parts.items()}


def from_workspace(path: str) -> str:
    return path[path.index("/Workspace/") :]


@pytest.fixture
def reports(era: str, cluster: Cluster, shared: Path) -> dict[str, list[CellReport]]:
    return kernel_run(cluster, shared / "real", era)


@pytest.mark.parametrize("era", ERAS)
def test_functions_on_executors_reach_the_editable_package(
    cluster: Cluster, reports: dict[str, list[CellReport]]
) -> None:
    found = dict(zip(CELLS, reports["cells"]))
    workers = found.pop("workers")
    assert workers.ok, workers.traceback
    modules, hooks, daemons, folders = (set(column) for column in zip(*workers.value))
    assert (modules, hooks) == ({"pyspark.daemon"}, {"WsfsImportHook"})
    assert len(daemons) == 2, "both executors had work"
    assert folders == {str(cluster.house.workspace.notebook_folder)}
    assert {name: outcome(report) for name, report in found.items()} == EXPECTED


@pytest.mark.parametrize("era", ["modern"])
def test_switches_on_the_workers_alone(reports: dict[str, list[CellReport]]) -> None:
    found = dict(zip(SWITCHES, map(outcome, reports["switches"])))
    assert found == {options: EXPECTED["udf"] if works else MISSING for options, works in SWITCHES.items()}


@pytest.mark.parametrize("era", ["modern"])
def test_a_notebook_beside_the_package_has_the_executors_hook_patched(reports: dict[str, list[CellReport]]) -> None:
    found = dict(zip(BESIDE, map(outcome, reports["beside"])))
    assert found == {disabled: EXPECTED["library"] if works else MISSING for disabled, works in BESIDE.items()}


def test_without_dbx_patch_the_driver_and_the_workers_miss_it(cluster: Cluster) -> None:
    cells = [CELLS[name] for name in ("udf", "by value", "library")]
    found = [outcome(report) for report in cluster.run(*cells, era="modern", env={"DBX_PATCH_ENABLED": "0"})]
    assert found == [MISSING] * 3
