"""Many threads, forks, signals, cycles and recursion neither hang nor break imports in a kernel."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Callable

import pytest

from dbx_patch.simulator import materialise
from faults.race_world import PROJECTS
from support.environments import Environment, clean_environ, make_venv, once
from support.kernels import ERAS
from support.workspaces import Workspace, package, write

CYCLE = "import time\ntime.sleep(0.01)\nimport {0}\n"
ITSELF = """
import sys, race_self
try:
    import race_self.sub
except ModuleNotFoundError:
    pass
import importlib
assert importlib.import_module("race_self") is race_self is sys.modules["race_self"]
DONE = True
"""


def make_world(folder: Path, tools: Path, wheel: Path) -> None:
    environment = make_venv(folder / "env", tools)
    environment.install(wheel)
    workspace = Workspace(folder).create()
    extra = {"race_cycle_a": CYCLE.format("race_cycle_b"), "race_cycle_b": CYCLE.format("race_cycle_a")}
    for name, text in {**extra, "race_self": ITSELF}.items():
        write(workspace.home / name / "src", {f"{name}.py": text})
    for name in (*(f"race_{number}" for number in range(PROJECTS)), "race_late"):
        write(workspace.home / name / "src", package(name))
    for project in workspace.home.iterdir():
        if project.name != "race_late":
            write(environment.site_packages, {f"_editable_impl_{project.name}.pth": f"{project}/src\n"})


def race(script: str, era: str, shared: Path, tools: Path, wheel: Path, tmp_path: Path, **job: int) -> dict[str, Any]:
    """Run a script in a world of its own; its report, with what it printed."""
    folder = once(shared / f"{script}-{era}", lambda at: make_world(at, tools, wheel))
    environment, workspace = Environment(folder / "env", tools), Workspace(folder)
    shell = materialise(tmp_path, era)
    places = {"site": environment.site_packages, "home": workspace.home, "notebooks": workspace.notebook_folder}
    places.update(python_shell=shell, report=tmp_path / "report.json")
    (tmp_path / "job.json").write_text(json.dumps({**{k: str(v) for k, v in places.items()}, "era": era, **job}))
    env = {"DATABRICKS_RUNTIME_VERSION": "17.3", "WSFS_TEST_DIR": str(folder)}
    env["PYTHONPATH"] = str(shell.parent / "spark/python")
    command = [environment.python, str(Path(__file__).with_name(f"{script}.py")), str(tmp_path / "job.json")]
    done = subprocess.run(command, env=clean_environ(env), capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), (done.stdout + done.stderr)[-6000:]
    report: dict[str, Any] = json.loads((tmp_path / "report.json").read_text())
    assert not report["wrong"], "\n".join(report["wrong"])
    assert not report["faults"], report["faults"]
    return report


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("script", "job"),
    [("race_threads", {"rounds": 12}), ("race_moments", {"forks": 100, "signals": 60, "cycles": 20})],
)
def test_races(
    script: str,
    job: dict[str, int],
    era: str,
    shared: Path,
    tools: Path,
    wheel: Path,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    report = race(script, era, shared, tools, wheel, tmp_path, **job)
    for name, number in report["numbers"].items():
        record_property(name, number)
