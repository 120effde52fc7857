"""``dbx-patch report``: one file to attach to an issue, in which names of users and of their folders are replaced."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from dbx_patch._version import __version__
from dbx_patch.commands.anonymous import of_this_process
from dbx_patch.commands.usage import Parser, print_json
from dbx_patch.diagnosis.findings import VerifyResult
from dbx_patch.diagnosis.installs import InstallsResult, list_installs
from dbx_patch.diagnosis.startup import StartupStatus, check_startup_status
from dbx_patch.diagnosis.status import current_status
from dbx_patch.diagnosis.verify import verify_editable_installs
from dbx_patch.output import rendering
from dbx_patch.output.rendering import Section
from dbx_patch.output.results import Result, StatusResult

FILE = "dbx-patch-report.txt"
_TITLE = "dbx-patch report"
_TOOLS = ("pip", "uv", "setuptools", "hatchling", "editables", "ipython", "ipykernel", "pyspark", "databricks-connect")
_SETTINGS = ("DATABRICKS_RUNTIME_VERSION", "PYTHONPATH", "PYSPARK_PYTHON", "VIRTUAL_ENV", "CONDA_PREFIX")


def run(parser: Parser, options: argparse.Namespace) -> int:
    """Write the report, or print it as JSON; what the command line exits with."""
    if options.json:
        print_json(make_report().to_dict())
        return 0
    try:
        rendering.show(write_report(options.output or ""))
    except OSError as error:
        if error.filename is None:
            raise
        parser.error(f"the report cannot be written to {error.filename}: {error.strerror}")
    return 0


@dataclass
class Report(Result):
    """What a stranger needs to know of this process. ``file``: where it was written, "" for nowhere."""

    versions: dict[str, str]
    settings: dict[str, str]
    sys_path: list[str]
    finders: list[str]
    startup: StartupStatus
    status: StatusResult
    verify: VerifyResult
    paths: InstallsResult
    file: str = ""

    def headline(self) -> str:
        return (
            f"The report is in {self.file}. Names of users and of their folders are replaced in it, names of packages"
            " are not. Read it before you attach it to an issue."
        )

    def to_dict(self) -> dict[str, Any]:
        parts = {name: getattr(self, name).to_dict() for name in ("startup", "status", "verify", "paths")}
        plain = {"versions": self.versions, "settings": self.settings, "sys_path": self.sys_path}
        return {**plain, "finders": self.finders, **parts}

    def document(self) -> str:
        """Return the file's text."""
        about = _About(self)
        parts = [("start-up", self.startup), ("status", self.status), ("verify", self.verify), ("paths", self.paths)]
        texts = [about.text(), *(f"---- {name} ----\n\n{part.text()}" for name, part in parts)]
        return "\n\n\n".join(texts) + "\n"


class _About(Result):
    def __init__(self, report: Report) -> None:
        self.report = report

    def headline(self) -> str:
        return f"{_TITLE}: names of users and of their folders are replaced."

    def to_dict(self) -> dict[str, Any]:
        return self.report.to_dict()

    def sections(self) -> list[Section]:
        return [
            Section("Versions", list(self.report.versions.items())),
            Section("Settings", list(self.report.settings.items()), "none"),
            Section("sys.path", [(entry or "''",) for entry in self.report.sys_path]),
            Section("sys.meta_path", [(finder,) for finder in self.report.finders]),
        ]


def make_report() -> Report:
    """Return what this process says of itself, with the names replaced. Imports nothing of the user's."""
    report = Report(
        versions=_versions(),
        settings={name: value for name, value in sorted(os.environ.items()) if _is_setting(name)},
        sys_path=[entry for entry in sys.path if isinstance(entry, str)],
        finders=[f"{_type_of(finder).__module__}.{_type_of(finder).__qualname__}" for finder in sys.meta_path],
        startup=check_startup_status(verbose=False),
        status=current_status(look=True),
        verify=verify_editable_installs(verbose=False),
        paths=list_installs(),
    )
    anonymous: Report = of_this_process(report.paths.installs, report.to_dict()).value(report)
    return anonymous


def write_report(file: str = "") -> Report:
    """Write the report to ``file``; raises OSError, also where that is something else."""
    path = os.path.abspath(file or FILE)
    if os.path.exists(path):
        with open(path, encoding="utf-8", errors="replace") as there:
            if there.read(len(_TITLE)) != _TITLE:
                raise FileExistsError(0, "there is another file of that name", path)
    report = make_report()
    with open(path, "w", encoding="utf-8", errors="backslashreplace") as stream:
        stream.write(report.document())
    report.file = path
    return report


def _versions() -> dict[str, str]:
    found = {"dbx-patch": __version__, "Python": f"{platform.python_implementation()} {platform.python_version()}"}
    found["system"] = f"{platform.system()} {platform.machine()}"
    for name in _TOOLS:
        try:
            found[name] = metadata.version(name)
        except Exception:  # it is not installed, or nobody can read what it says of itself
            continue
    return found


def _is_setting(name: str) -> bool:
    return name.startswith("DBX_PATCH_") or name in _SETTINGS


def _type_of(finder: object) -> type:
    return finder if isinstance(finder, type) else type(finder)
