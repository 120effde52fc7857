"""What a simulation found: plain data, ready for ``dataclasses.asdict`` and JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional


@dataclass
class Cell:
    """A notebook's cell. *notebook*: before it runs, the notebook changes to this path or folder."""

    source: str
    notebook: Optional[str] = None


@dataclass
class WorkspaceOps:
    """File operations in the workspace folder while one cell ran; *paths*: the first 1,000 as ``[kind, path]``."""

    stat: int = 0
    listdir: int = 0
    open: int = 0
    paths: List[List[str]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All of them."""
        return self.stat + self.listdir + self.open


@dataclass
class CellReport:
    """One cell's outcome. *sys_path* is the one after the runtime's own work that follows a cell.

    *value* is the last expression's value if JSON can hold it, else its repr; None if there is none.
    *hint*: autoreload saw a changed file imported again. *workspace_ops* is None unless it was asked for.
    """

    ok: bool
    stdout: str
    sys_path: List[str]
    value: Any = None
    error_type: Optional[str] = None
    error: Optional[str] = None
    traceback: Optional[str] = None
    hint: bool = False
    workspace_ops: Optional[WorkspaceOps] = None

    @classmethod
    def from_dict(cls, data: Dict[str, Any]) -> CellReport:
        """From what the kernel wrote."""
        ops = data.pop("workspace_ops")
        return cls(workspace_ops=None if ops is None else WorkspaceOps(**ops), **data)


@dataclass
class SimulationReport:
    """A kernel's life. *cells* is shorter than the notebook if the process died; *stdout* excludes the cells' own."""

    runtime: str
    returncode: int
    stdout: str
    stderr: str
    start_sys_path: List[str] = field(default_factory=list)
    cells: List[CellReport] = field(default_factory=list)


@dataclass
class ExecutorReport:
    """One function call on an executor. *sys_path* is the worker's, after its clean-up."""

    runtime: str
    returncode: int
    stdout: str
    stderr: str
    ok: bool = False
    daemon_sys_path: List[str] = field(default_factory=list)
    sys_path: List[str] = field(default_factory=list)
    value: Any = None
    error_type: Optional[str] = None
    error: Optional[str] = None
    traceback: Optional[str] = None
