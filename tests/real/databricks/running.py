"""Runs the processes of a release, and keeps what they found for all tests of this run."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from real.databricks.cells import described
from real.databricks.helpers import Environment, clean_environ
from real.databricks.releases import Release
from real.databricks.scenarios import SCENARIOS, Scenario
from real.databricks.worlds import MOUNT, World

PROBES = Path(__file__).resolve().parent / "probes"
ENGINE = "_engine_pyspark"


def make_engine(pyspark: Path, archive: Path) -> None:
    """Write Databricks' pyspark under the name that isolated workers load it by, which only one file of it knows."""
    name = re.compile(rb"\bpyspark\b")
    with zipfile.ZipFile(archive, "w") as engine:
        for file in sorted(pyspark.rglob("*.py")) + sorted(pyspark.rglob("*.json")):
            text = file.read_bytes()
            if file.suffix == ".py" and file.name != "_engine_adapters.py":
                text = name.sub(ENGINE.encode(), text)
            engine.writestr(f"{ENGINE}/{file.relative_to(pyspark)}", text)


def make_driver(wheel: Path, folder: Path) -> None:
    """Have the hook found by the name that it has on drivers."""
    package = folder / "dbruntime"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "wsfs_import_hook.py").symlink_to(wheel / "pyspark/wsfs_import_hook.py")


@dataclass(frozen=True)
class Machine:
    """A release in a world; ``folder`` has what was made for this release."""

    release: Release
    world: World
    folder: Path
    mounted: bool

    def outcomes(self, patched: bool) -> dict[str, Any]:
        """Run every scenario that is for this machine; return what its probes found, by its name."""
        found: dict[str, Any] = {}
        for process in ("driver", "worker", "isolated"):
            for_it = [s for s in SCENARIOS if (s.process, s.mounted) == (process, self.mounted)]
            scenarios = [s for s in for_it if s.is_for(self.release.numbers)]
            if scenarios:
                found.update(self._run(process, scenarios, patched))
        return found

    def _run(self, process: str, scenarios: list[Scenario], patched: bool) -> dict[str, Any]:
        base = self.folder / f"{process}-{'patched' if patched else 'plain'}"
        base.mkdir()
        environment = self.world.patched if patched else self.world.plain
        python_path = [str(PROBES), str(self.release.folder)]
        if process == "driver":
            make_driver(self.release.folder, base)
            python_path.append(str(base))
        if process == "isolated":
            environment = self._with_client(environment, base / "env")
            archive = base / f"{ENGINE}.zip"
            make_engine(self.release.folder / "pyspark", archive)
            python_path[1] = str(archive)
        job = {
            "package": ENGINE if process == "isolated" else "pyspark",
            "worker": "worker_util" if (self.release.folder / "pyspark/worker_util.py").exists() else "worker",
            "files": str(base / "files"),
            "roots": [str(self.world.workspace), str(self.world.prefix / MOUNT)],
            "scenarios": [self._described(scenario, patched) for scenario in scenarios],
        }
        (base / "files").mkdir()
        (base / "job.json").write_text(json.dumps(job))
        module = "databricks_driver" if process == "driver" else "databricks_worker"
        env = {
            "DATABRICKS_RUNTIME_VERSION": self.release.line,
            "WSFS_TEST_DIR": str(self.world.prefix),
            "PYTHONPATH": ":".join([*python_path, "/WSFS_NOTEBOOK_DIR"]),
        }
        command = [environment.python, "-m", module, str(base / "job.json"), str(base / "outcome.json")]
        cwd = self.world.prefix / "databricks/driver"
        done = subprocess.run(command, env=clean_environ(env), cwd=cwd, capture_output=True, text=True, timeout=300)
        outcome = base / "outcome.json"
        found = json.loads(outcome.read_text()) if done.returncode == 0 else {}
        failed = {"failure": done.stderr}  # for the scenario's own tests to show
        return {scenario.name: found.get(scenario.name) or failed for scenario in scenarios}

    def _with_client(self, environment: Environment, folder: Path) -> Environment:
        """A copy of an environment that has the client's pyspark in its site-packages."""
        shutil.copytree(environment.folder, folder, symlinks=True)
        made = Environment(folder, environment.tools)
        (made.site_packages / "pyspark").symlink_to(self.release.folder / "pyspark")
        return made

    def _described(self, scenario: Scenario, patched: bool) -> dict[str, Any]:
        root = self.world.prefix / scenario.spelled
        environ = {"PYTHON_DEFAULT_CWD": "true"}
        if scenario.notebook:
            environ["PYTHON_NOTEBOOK_PATH"] = f"/Workspace/{scenario.notebook}"
        if scenario.repo:
            environ["PYTHON_REPO_PATH"] = f"/Workspace/{scenario.repo}"
        return {
            "name": scenario.name,
            "environ": environ,
            "tasks": scenario.tasks,
            "before": [{"code": code, "fresh": ""} for code in scenario.before],
            "by_arguments": scenario.by_arguments,
            "keeps_paths": scenario.keeps_paths,
            "watched": scenario.watched,
            "folder": str(root / scenario.notebook),
            "repo": str(root / scenario.repo) if scenario.repo else "",
            "probes": described(self.world.workspace, scenario.watched, patched),
        }
