"""Two simulated Databricks runtimes: ``legacy`` (DBR 11 to 17) and ``modern`` (DBR 18 and later), driver and executors.

Written from what is publicly known of the import layers that get in the way of editable installs; knows nothing of
the rest of this package. The runtimes' modules have the real ones' names, and lie in `runtimes` as templates.
"""

from __future__ import annotations

from dbx_patch.simulator.executor import simulate_executor
from dbx_patch.simulator.kernel import run_program, simulate
from dbx_patch.simulator.layout import VERSIONS, materialise
from dbx_patch.simulator.reports import Cell, CellReport, ExecutorReport, SimulationReport, WorkspaceOps
from dbx_patch.simulator.variant import Variant

__all__ = [
    "VERSIONS",
    "Cell",
    "CellReport",
    "ExecutorReport",
    "SimulationReport",
    "Variant",
    "WorkspaceOps",
    "materialise",
    "run_program",
    "simulate",
    "simulate_executor",
]
