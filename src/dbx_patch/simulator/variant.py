"""What nobody outside Databricks has seen of its drivers, or what differs between releases and clusters: as options."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from typing import Any, Dict, Optional

from dbx_patch.simulator.layout import AnyPath

PATH_HOOKS, CACHE, CACHE_OUTSIDE_GIT = "path_hooks", "cache", "cache_outside_git"
SLOT, END = "slot", "end"
HOOKS, NOTEBOOK_FOLDERS = (PATH_HOOKS, CACHE, CACHE_OUTSIDE_GIT), (SLOT, END)


@dataclass(frozen=True)
class Variant:
    """One way in which a runtime may be set up; the defaults are what is simulated where nothing is said.

    *hook*: the workspace hook is in ``sys.path_hooks``, so it rules over all of ``/Workspace`` (``"path_hooks"``); or
    in ``sys.path_importer_cache`` for the notebook's folder and the repository's root (``"cache"``); or there, but not
    for a notebook in a Git folder, as on workers (``"cache_outside_git"``).
    *notebook_folder*: on ``sys.path`` it takes the placeholder's ``"slot"``, ahead of site-packages, or the ``"end"``.
    *repository*: the root of the Git folder that the notebook lies in; it follows the notebook's folder.
    *bytecode*: False where the workspace takes no ``__pycache__``: ``OSError`` 95.
    *refuse_notebooks*: a worker's set-up ends with a finder that refuses notebooks.
    """

    hook: str = PATH_HOOKS
    notebook_folder: str = SLOT
    repository: Optional[AnyPath] = None
    bytecode: bool = True
    refuse_notebooks: bool = False

    def __post_init__(self) -> None:
        for field, known in (("hook", HOOKS), ("notebook_folder", NOTEBOOK_FOLDERS)):
            if getattr(self, field) not in known:
                raise ValueError(f"{field} is one of {', '.join(known)}, not {getattr(self, field)!r}")

    def to_job(self) -> Dict[str, Any]:
        """As the job file of a simulated process has it."""
        repository = None if self.repository is None else os.path.abspath(self.repository)
        return {**asdict(self), "repository": repository}


DEFAULT = Variant()
