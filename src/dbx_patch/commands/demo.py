"""``dbx-patch demo``: a throw-away editable project under both simulated runtimes, without and with dbx-patch.

The project is installed as an installer leaves it (a ``.pth`` with its source folder, a ``.dist-info`` that says
editable), in an environment of its own that gets a copy of this very dbx-patch. No network, no pip.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
import venv
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import _dbx_patch_bootstrap as bootstrap
from dbx_patch._version import __version__
from dbx_patch.diagnosis.startup import PACKAGE, STEM, startup_files
from dbx_patch.output.rendering import Section
from dbx_patch.output.results import Result
from dbx_patch.simulator import simulate, simulate_executor

RUNTIMES = {"legacy": "Databricks Runtime 11 to 17", "modern": "Databricks Runtime 18 and later"}
_START_UP = "import _dbx_patch_bootstrap; _dbx_patch_bootstrap.init()\n"
# The user's own switches are not the demo's
_SWITCHES: dict[str, str | None] = dict.fromkeys(("DBX_PATCH_ENABLED", "DBX_PATCH_DISABLE", "DBX_PATCH_LOG_LEVEL"))
_LIBRARY = "import importlib\n\ndef load(name):\n    return importlib.import_module(name).__name__\n"

# What is tried, in one notebook, cell after cell: (layer, what, code, expected without, expected with)
STEPS: tuple[tuple[str, str, str, bool, bool], ...] = (
    ("sys_path_init", "a cell imports the editable package", "import demo_project; True", False, True),
    (
        "workspace hook",
        "a library imports it, with its path back",
        "import sys; sys.path.append({source!r})\nimport demo_library; demo_library.load('demo_project.part') != ''",
        False,
        True,
    ),
    ("pythonPathHook", "its path is still there in the next cell", "import sys; {source!r} in sys.path", False, True),
    (
        "autoreload",
        "edited files outside /Workspace reload",
        "from dbruntime.autoreload import file_module_utils as f; f.is_file_in_allowlist({outside!r})",
        False,
        True,
    ),
    (
        "workspace hook",
        "a library imports the notebook's helper",
        "import demo_library; demo_library.load('beside_notebook') != ''",
        False,
        False,
    ),
)
MUST_FAIL = STEPS[-1][1]
_HEAD = ("Layer", "What", "Without", "With")
_EXECUTOR = ("executor", "a UDF imports it on an executor", False, True)


@dataclass
class Step:
    """One thing tried. ``without`` and ``with_patch``: whether it works; ``error``: how it fails without dbx-patch."""

    runtime: str
    layer: str
    what: str
    without: bool
    with_patch: bool
    expected: bool
    error: str = ""
    error_with_patch: str = ""


@dataclass
class DemoResult(Result):
    """``installed``: this dbx-patch has its start-up file; else the demo wrote the one that the wheel brings."""

    installed: bool
    seconds: float
    steps: list[Step] = field(default_factory=list)

    def headline(self) -> str:
        missed = sum(not step.expected for step in self.steps)
        verdict = f"{missed} of {len(self.steps)} outcomes are NOT" if missed else "Everything is"
        text = f"dbx-patch {__version__} demo, {self.seconds:.1f} s: {verdict} as expected."
        if not self.installed:
            text += (
                f" This dbx-patch is not installed: it runs from its source, without {STEM}.pth. The demo has written"
                " that file into its own environment. Here, nothing arms dbx-patch until you install it."
            )
        return text

    def sections(self) -> list[Section]:
        sections = []
        for runtime, title in RUNTIMES.items():
            rows = []
            for step in (step for step in self.steps if step.runtime == runtime):
                meant = (_outcome(step.without, step), _outcome(step.with_patch, step))
                rows.append((step.layer, step.what, *meant))
            sections.append(Section(f"{title} ({runtime}), simulated", rows, head=_HEAD))
        errors = {step.error.split("\n")[0]: None for step in self.steps if step.error and step.what != MUST_FAIL}
        sections.append(Section("Errors without dbx-patch", [(error,) for error in errors], "nothing"))
        missed = [
            ("missed", f"{step.runtime}: {step.what}", step.error_with_patch or "works without dbx-patch")
            for step in self.steps
            if not step.expected
        ]
        if missed:
            sections.append(Section("Not as expected", missed, layout="list"))
        return sections

    def exit_code(self) -> int:
        return 0 if self.steps and all(step.expected for step in self.steps) else 1


def _outcome(works: bool, step: Step) -> str:
    if works:
        return "works"
    # What must stay refused is no failure.
    return "refused" if step.what == MUST_FAIL else "fails"


def run_demo() -> DemoResult:
    """Run the demo in a temporary folder and return its outcomes. Takes a few seconds."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dbx-patch-demo-") as temporary:
        stage = Stage(Path(temporary).resolve())
        with ThreadPoolExecutor(4) as pool:
            runs = {
                (runtime, enabled): (
                    pool.submit(stage.notebook, runtime, enabled),
                    pool.submit(stage.executor, runtime, enabled),
                )
                for runtime in RUNTIMES
                for enabled in (False, True)
            }
            outcomes = {key: [*cells.result(), executor.result()] for key, (cells, executor) in runs.items()}
    steps = []
    tried = [(layer, what, off, on) for layer, what, _, off, on in STEPS]
    for runtime in RUNTIMES:
        without, with_patch = outcomes[runtime, False], outcomes[runtime, True]
        for (layer, what, *expected), off, on in zip([*tried, _EXECUTOR], without, with_patch):
            as_expected = [off[0], on[0]] == expected
            steps.append(Step(runtime, layer, what, off[0], on[0], as_expected, off[1], on[1]))
    return DemoResult(bool(startup_files()), round(time.monotonic() - started, 2), steps)


class Stage:
    """The demo's folder: an environment, and a workspace with a project and a notebook in it."""

    def __init__(self, folder: Path) -> None:
        self.workspace = folder / "Workspace"
        home = self.workspace / "Users" / "first.last@company.com"
        self.project = home / "demo project"
        self.outside = folder / "local_disk0" / "outside project"
        self.notebook_folder = home / "notebooks"
        _write(self.project / "src" / "demo_project", {"__init__.py": "", "part.py": "def answer():\n    return 42\n"})
        _write(self.outside / "src" / "demo_outside", {"__init__.py": ""})
        _write(self.notebook_folder, {"beside_notebook.py": ""})
        environment = folder / "environment"
        venv.EnvBuilder(symlinks=True, with_pip=False).create(environment)
        self.python = str(environment / "bin" / "python")
        site_folder = next((environment / "lib").glob("python3*/site-packages"))
        _install_editable(site_folder, "demo_project", self.project)
        _install_editable(site_folder, "demo_outside", self.outside)
        _write(site_folder, {"demo_library.py": _LIBRARY})
        _copy_dbx_patch(site_folder)

    def notebook(self, runtime: str, enabled: bool) -> list[tuple[bool, str]]:
        """Run the steps' cells in one kernel; returns (works, error) of each."""
        names = {
            "source": str(self.project / "src"),
            "outside": str(self.outside / "src" / "demo_outside" / "__init__.py"),
        }
        cells = [code.format(**names) for _, _, code, *_ in STEPS]
        options: Any = {"notebook": self.notebook_folder, "python": self.python, "env": _environment(enabled)}
        report = simulate(cells, workspace=self.workspace, runtime=runtime, **options)
        found = [(c.ok and c.value is True, (c.error and f"{c.error_type}: {c.error}") or "") for c in report.cells]
        return found + [(False, f"the kernel died: {report.stderr}")] * (len(STEPS) - len(found))

    def executor(self, runtime: str, enabled: bool) -> tuple[bool, str]:
        """Call a function of the package on an executor to which the driver sends no path."""
        options: Any = {"notebook": self.notebook_folder, "python": self.python, "env": _environment(enabled)}
        done = simulate_executor("demo_project.part:answer", workspace=self.workspace, runtime=runtime, **options)
        return done.ok and done.value == 42, f"{done.error_type}: {done.error}" if done.error else done.stderr


def _environment(enabled: bool) -> dict[str, str | None]:
    return {**_SWITCHES, "DBX_PATCH_ENABLED": None if enabled else "0"}


def _write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")


def _install_editable(site_folder: Path, name: str, project: Path) -> None:
    """Leave in a site folder what pip and hatchling leave of an editable install."""
    info, pth = site_folder / f"{name}-1.0.dist-info", f"_editable_impl_{name}.pth"
    origin = f'{{"dir_info": {{"editable": true}}, "url": "{project.as_uri()}"}}'
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    record = f"{pth},,\n{info.name}/METADATA,,\n{info.name}/direct_url.json,,\n{info.name}/RECORD,,\n"
    _write(info, {"METADATA": metadata, "direct_url.json": origin, "RECORD": record, "INSTALLER": "demo\n"})
    _write(site_folder, {pth: f"{project / 'src'}\n"})


def _copy_dbx_patch(site_folder: Path) -> None:
    """Install this very dbx-patch, file by file, as its wheel would be."""
    shutil.copytree(PACKAGE, site_folder / "dbx_patch")
    shutil.copy2(bootstrap.__file__ or "", site_folder)
    texts = [Path(path).read_text("utf-8") for path in startup_files() if path.endswith(".pth")]
    _write(site_folder, {STEM + ".pth": texts[0] if texts else _START_UP})
    if sys.version_info >= (3, 15):
        _write(site_folder, {STEM + ".start": "_dbx_patch_bootstrap:init\n"})
