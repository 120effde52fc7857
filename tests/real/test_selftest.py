"""The self-test in a real ipykernel, over the real protocol, and on Spark's local cluster with real workers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from real.houses import House
from real.jupyter import kernel_in
from real.sparks import Cluster, cluster_in, needs_spark
from support.kernels import ERAS
from support.selftests import ALWAYS_OUT, PREFIX, PROMISES, RUN, by_verdict, files_in

JSON = "import json; from dbx_patch.selftest.run import run_selftest; print(json.dumps(run_selftest().to_dict()))"


@pytest.fixture
def own(kernel_base: House, tmp_path: Path) -> House:
    """A notebook's environment with an editable package, for one test."""
    house = kernel_base.clone(tmp_path)
    house.add_project("acme")
    return house


def said(text: str) -> dict[str, dict[str, str]]:
    import json

    return by_verdict(json.loads(text))


@pytest.mark.parametrize("era", ERAS)
def test_in_a_real_kernel_every_promise_holds(own: House, tmp_path: Path, era: str) -> None:
    before = files_in(own.workspace.folder)
    with kernel_in(own, tmp_path, era) as kernel:
        found = said(kernel.run(JSON).text)
        assert set(found["holds"]) == set(PROMISES) - ALWAYS_OUT, found
        assert kernel.run("%load_ext dbx_patch").error == ""
        shown = kernel.run("%dbx_patch selftest")
        assert shown.error == "" and shown.html.count("holds") >= 13 and "12/13" in shown.text
        assert kernel.values("import acme, sys; acme.VALUE", f"[m for m in sys.modules if {PREFIX!r} in m]") == [
            "'editable'",
            "[]",
        ]
    assert files_in(own.workspace.folder) == before


@pytest.mark.parametrize("era", ERAS)
def test_in_a_real_kernel_without_its_patches(own: House, tmp_path: Path, era: str) -> None:
    hook = {"legacy": "wsfs_import_hook", "modern": "workspace_import_machinery"}[era]
    with kernel_in(own, tmp_path, era, {"DBX_PATCH_DISABLE": f"{hook},autoreload"}) as kernel:
        found = said(kernel.run(JSON).text)
    assert set(found["fails"]) == {"patches", "hook", "autoreload"}, found


def test_an_interrupt_of_the_kernel(own: House, tmp_path: Path) -> None:
    """The client's interrupt ends it early, with a report of what was tried."""
    before = files_in(own.workspace.folder)
    cell = """
import os, signal, json
from dbx_patch.selftest.run import run_selftest
def progress(step):
    if "a cell imports" in step:
        os.kill(os.getpid(), signal.SIGINT)
report = run_selftest(progress=progress)
print(json.dumps([report.interrupted, report.exit_code(), report.left, len(report.promises)]))
"""
    with kernel_in(own, tmp_path, "modern") as kernel:
        outcome = kernel.run(cell)
        assert outcome.error == "" and outcome.text == "[true, 130, [], 14]\n", outcome
        assert kernel.run("import acme").error == ""
    assert files_in(own.workspace.folder) == before


@pytest.fixture(scope="module")
def cluster(shared: Path, tools: Path, wheelhouse: Path, wheel: Path) -> Cluster:
    """An environment for a driver and its workers; Spark where Databricks has it."""
    needs_spark()
    parts = (tools, wheelhouse, wheel)
    return cluster_in(shared / "real" / "spark-selftest", parts, ["modern"], lambda house: None)


def executors(cluster: Cluster, *settings: str) -> list[Any]:
    """Verdict and reason of the promise about executors, for each of these settings of the workers."""
    cells = [f"environment({setting})\n{RUN.format(options='')}" for setting in settings]
    found = []
    for report in cluster.run(*cells, era="modern"):
        assert report.ok, report.traceback
        assert {p["verdict"] for p in report.value["promises"][:-1]} == {"holds"} and report.value["left"] == []
        last = report.value["promises"][-1]
        found.append((last["verdict"], last["reason"]))
    return found


def test_on_executors(cluster: Cluster) -> None:
    found = executors(cluster, "", "forward=False", "DBX_PATCH_ENABLED='0'", "DBX_PATCH_DISABLE='fallback'")
    assert [verdict for verdict, _ in found] == ["holds", "holds", "fails", "fails"], found
    assert "installed there, but not active" in found[2][1] and "No module named" in found[3][1]
    assert [name for name in os.listdir("/tmp") if name.startswith(PREFIX)] == []
