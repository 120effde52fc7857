"""A real PySpark laid out as on Databricks: in ``databricks/spark``, not in site-packages, its workers with the
runtime's clean-up of paths and its hook for the notebook's folder (RUNTIME.md, "Executors").
"""

from __future__ import annotations

import os
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Sequence

import pytest

from dbx_patch.simulator import Cell, CellReport, materialise
from real.houses import House
from support.environments import Environment, make_venv, once
from support.simulating import simulate
from support.workspaces import Workspace, write

Furnish = Callable[[House], object]

# Run before what Spark itself does there, which is to append the paths that travelled with the function. A relative
# folder of files is made absolute (Databricks' is): the clean-up changes to the notebook's folder.
CLEAN_UP = """

_spark_setup_spark_files = setup_spark_files


def setup_spark_files(source, *args):
    from pyspark.databricks_worker import setup_spark_files as clean_up

    if isinstance(source, str):
        source = os.path.abspath(source)
    clean_up([])
    return _spark_setup_spark_files(source, *args)
"""
# Defines spark; environment(forward=…, NAME=…) sets what the functions made after it travel with: the paths, which
# Databricks' driver takes from its own sys.path, and variables, for which Spark starts a daemon of their own.
SESSION = """
import sys
from pyspark.sql import SparkSession

options = {{
    "cores.max": 2, "scheduler.minRegisteredResourcesRatio": 1, "scheduler.maxRegisteredResourcesWaitingTime": "120s",
    "driver.host": "127.0.0.1", "driver.bindAddress": "127.0.0.1", "ui.enabled": False, "default.parallelism": 2,
    "executor.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC", "sql.shuffle.partitions": 2,
    "sql.adaptive.enabled": False, "sql.codegen.wholeStage": False,
}}
builder = SparkSession.builder.master("local-cluster[2,1,1024]")
for name, value in options.items():
    builder = builder.config("spark." + name, value)
spark = builder.getOrCreate()

def environment(forward=True, **variables):
    context = spark.sparkContext
    for name in ("DBX_PATCH_ENABLED", "DBX_PATCH_DISABLE", "PYTHON_NOTEBOOK_PATH"):
        context.environment.pop(name, None)
    count = int(context.environment.get("CASE", 0)) + 1  # another daemon, so no worker that has imported already
    context.environment.update(variables, CASE=str(count))
    context._python_includes[:] = [p for p in sys.path if forward and p.startswith({workspace!r})]

environment()
"""


def needs_spark() -> Path:
    """Return the folder of an installed pyspark, or skip."""
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        pytest.skip("needs Java 17 or later")
    module = pytest.importorskip("pyspark", reason="needs PySpark: pip install '.[spark]'")
    return Path(module.__file__).parent


def lay_out(folder: Path, era: str) -> Path:
    """Write the simulated runtime with a real ``spark`` in it; return its ``python_shell``. Jars are linked."""
    pyspark = needs_spark()
    import py4j

    python_shell = materialise(folder, era)
    spark = python_shell.parent / "spark"
    simulated = spark / "python" / "pyspark"
    kept = {name: (simulated / name).read_text() for name in ("wsfs_import_hook.py", "worker.py")}
    shutil.rmtree(simulated)
    heavy = shutil.ignore_patterns("jars", "bin", "sbin", "examples", "data", "licenses", "__pycache__", "tests")
    shutil.copytree(pyspark, simulated, ignore=heavy)
    for name in ("jars", "bin"):
        (spark / name).symlink_to(pyspark / name)
    write(simulated, {"wsfs_import_hook.py": kept["wsfs_import_hook.py"], "databricks_worker.py": kept["worker.py"]})
    with open(simulated / "worker_util.py", "a") as stream:
        stream.write(CLEAN_UP)
    lib = spark / "python" / "lib"
    lib.mkdir()
    with zipfile.ZipFile(lib / f"py4j-{py4j.version.__version__}-src.zip", "w") as archive:
        for file in Path(py4j.__file__).parent.rglob("*.py"):
            archive.write(file, f"py4j/{file.relative_to(Path(py4j.__file__).parent)}")
    return python_shell


@dataclass
class Cluster:
    """A driver's kernel and two executors, to run cells on. ``folder`` has what ``lay_out`` wrote, by era."""

    house: House
    folder: Path

    def run(self, *cells: str, era: str, env: dict[str, str] | None = None) -> list[CellReport]:
        """Run cells that have ``spark`` and ``environment()``; each to its end even if one before it failed."""
        python_shell = self.folder / era / "databricks/python_shell"
        spark = python_shell.parent / "spark"
        notebook = str(self.house.workspace.notebook)
        prefix = str(self.house.workspace.folder.parent)
        settings = {
            "SPARK_HOME": str(spark),
            "PYTHONPATH": str(next((spark / "python/lib").glob("py4j-*.zip"))),
            "PYTHON_NOTEBOOK_PATH": notebook[len(prefix) :],
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_SUBMIT_OPTS": "-Dlog4j2.level=error",
            "SPARK_WORKER_DIR": str(python_shell.parent / "work"),
        }
        setup = SESSION.format(workspace=str(self.house.workspace.folder))
        report = simulate(
            [Cell(setup), *map(Cell, cells)],
            workspace=self.house.workspace.folder,
            runtime=era,
            notebook=notebook,
            python=self.house.environment.python,
            runtime_dir=python_shell,
            runtime_folder="before",
            env={**settings, **(env or {})},
            timeout=480,
        )
        assert len(report.cells) == len(cells) + 1, report
        assert report.cells[0].ok, report.cells[0].traceback
        return report.cells[1:]


def cluster_in(folder: Path, parts: tuple[Path, Path, Path], eras: Sequence[str], furnish: Furnish) -> Cluster:
    """An environment with pandas and pyarrow for a driver and its workers; Spark where Databricks has it.

    ``parts``: the tools, the wheelhouse and dbx-patch's wheel. ``furnish``: adds what else the environment has.
    """

    def at(folder: Path) -> House:
        tools, wheelhouse, wheel = parts
        return House(Environment(folder / "env", tools), Workspace(folder).create(), wheelhouse, wheel)

    def make(folder: Path) -> None:
        make_venv(folder / "env", parts[0])
        house = at(folder)
        house.install("pandas", "pyarrow", "dbx-patch")
        furnish(house)
        for era in eras:
            lay_out(folder / era, era)

    once(folder, make)
    return Cluster(at(folder), folder)
