"""Real kernels over the real protocol: a cell is a message, its outcome is what came back."""

from __future__ import annotations

import json
import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator, Mapping

import pytest

from dbx_patch.simulator import materialise
from dbx_patch.simulator.layout import process_environment
from real.houses import House
from support.environments import clean_environ
from support.simulating import assert_no_faults, watch

jupyter_client = pytest.importorskip("jupyter_client", reason="needs jupyter_client: pip install '.[real]'")
LAUNCHER = Path(__file__).parent / "databricks_launcher.py"
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Outcome:
    """What a cell sent: ``text`` is its streams, ``data`` the MIME bundles that were displayed, results included."""

    text: str = ""
    error: str = ""
    data: list[dict[str, Any]] = field(default_factory=list)

    @property
    def value(self) -> str:
        """The repr of the cell's last expression; the cell must have succeeded."""
        assert self.error == "", self.error + self.text
        return str(self.data[-1]["text/plain"])

    @property
    def html(self) -> str:
        assert self.error == "", self.error + self.text
        return "".join(bundle.get("text/html", "") for bundle in self.data)


class Kernel:
    """A running kernel."""

    def __init__(self, manager: Any) -> None:
        self._manager = manager
        self._client: Any = None
        self._connect()

    def _connect(self) -> None:
        self._client = self._manager.blocking_client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=60)

    def restart(self) -> None:
        """A new process, as ``dbutils.library.restartPython()`` gives."""
        self._client.stop_channels()
        self._manager.restart_kernel(now=True)
        self._connect()

    def run(self, cell: str, timeout: float = 120) -> Outcome:
        """Send a cell, wait until the kernel is idle again."""
        outcome = Outcome()

        def collect(message: dict[str, Any]) -> None:
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                outcome.text += content["text"]
            elif kind in ("display_data", "execute_result"):
                outcome.data.append(content["data"])
            elif kind == "error":
                outcome.error = f"{content['ename']}: {content['evalue']}"
                outcome.text += _COLOURS.sub("", "\n".join(content["traceback"]))

        self._client.execute_interactive(cell, timeout=timeout, allow_stdin=False, output_hook=collect)
        return outcome

    def values(self, *cells: str) -> list[str]:
        """Run cells that must all succeed and end in an expression."""
        return [self.run(cell).value for cell in cells]

    def completions(self, text: str) -> list[str]:
        """What the kernel offers at the end of ``text``."""
        reply = self._client.complete(text, reply=True, timeout=60)
        return list(reply["content"]["matches"])

    def stop(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)
        self._manager.cleanup_resources()


@contextmanager
def kernel_in(house: House, folder: Path, era: str, env: Mapping[str, str] | None = None) -> Iterator[Kernel]:
    """Start a kernel of the house's interpreter under a simulated runtime that is written into ``folder``."""
    from jupyter_client.kernelspec import KernelSpecManager

    watch(house.environment.python)

    launcher = materialise(folder, era, executors=False) / "scripts" / "db_ipykernel_launcher.py"
    shutil.copyfile(LAUNCHER, launcher)
    argv = [house.environment.python, str(launcher), "-f", "{connection_file}"]
    spec = folder / "kernels" / "databricks" / "kernel.json"
    spec.parent.mkdir(parents=True)
    spec.write_text(json.dumps({"argv": argv, "display_name": "Databricks", "language": "python"}))
    specs = KernelSpecManager(kernel_dirs=[str(folder / "kernels")], ensure_native_kernel=False)
    manager = jupyter_client.KernelManager(
        kernel_name="databricks", kernel_spec_manager=specs, connection_file=str(folder / "connection.json")
    )
    private = {"IPYTHONDIR": str(folder / "ipython"), "PYDEVD_DISABLE_FILE_VALIDATION": "1", "PIP_NO_INDEX": "1"}
    runtime = process_environment(house.workspace.folder, era, python=house.environment.python)
    changed = {k: v for k, v in runtime.items() if k in ("DATABRICKS_RUNTIME_VERSION", "WSFS_TEST_DIR")}
    manager.start_kernel(
        env=clean_environ({**changed, **private, **(env or {})}), cwd=str(house.workspace.notebook_folder)
    )
    kernel = None
    try:
        kernel = Kernel(manager)
        yield kernel
    finally:
        if kernel is not None:
            kernel.stop()
        else:
            manager.shutdown_kernel(now=True)
    assert_no_faults(house.environment.python)
