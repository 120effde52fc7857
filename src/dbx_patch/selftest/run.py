"""The self-test, from its start to its end: prepare, ask for each promise, clean up, report."""

from __future__ import annotations

import secrets
import time
from typing import Any, Callable, Iterator

import _dbx_patch_bootstrap as bootstrap
from dbx_patch._version import __version__
from dbx_patch.diagnosis.startup import StartupStatus, check_startup_status
from dbx_patch.diagnosis.status import current_status, is_active, is_databricks
from dbx_patch.selftest import imports, layers, surroundings
from dbx_patch.selftest.asking import Hung, OutOfTime
from dbx_patch.selftest.executors import executors
from dbx_patch.selftest.fingerprint import fingerprint
from dbx_patch.selftest.interrupts import Interrupts
from dbx_patch.selftest.masking import Mask
from dbx_patch.selftest.process_state import ProcessState
from dbx_patch.selftest.report import FAILS, HOLDS, NOT_TRIED, Promise, SelftestResult, status_of
from dbx_patch.selftest.stage import PREFIX, Stage
from dbx_patch.selftest.trial import Broken, NotTried, Trial, loaded_layers, state_of

SECONDS = 12.0  # what is not tried by then is not tried: 15 s is what was promised
_HOOKS = ("wsfs_import_hook", "workspace_import_machinery", "fallback")
# name -> (the promise, what tries it, the patches that keep it)
PROMISES: dict[str, tuple[str, Callable[[Trial], str], tuple[str, ...]]] = {
    "patches": ("every patch is applied to its loaded runtime module", layers.patches, ()),
    "rebuilt-path": ("path entries survive the kernel's start", layers.rebuilt_path, ("sys_path_init",)),
    "cell": ("a cell imports an editable package", imports.cell, ("sys_path_init", "fallback")),
    "between-cells": ("path entries survive from cell to cell", layers.between_cells, ("python_path_hook",)),
    "lost-path": ("a lost path entry comes back with the next import", imports.lost_path, ("fallback",)),
    "library": ("a library imports an editable package", imports.library, _HOOKS),
    "lazy": ("editable code that a library calls imports lazily", imports.lazy, _HOOKS),
    "hook": ("the runtime's workspace hook answers for editable code", layers.hook_answers, ()),
    "threads": ("threads import an editable package", imports.threads, _HOOKS),
    "new-submodule": ("a new submodule is found at once", imports.new_submodule, _HOOKS),
    "beside": ("a library is still refused what lies beside the notebook", imports.beside, ()),
    "autoreload": ("autoreload knows editable files outside the workspace", layers.autoreload, ("autoreload",)),
}
_ARMED = "dbx-patch is active in this process"
_EXECUTORS = "a function on executors imports an editable package"


def run_selftest(
    workspace: str = "", spark: bool = False, progress: Callable[[str], object] | None = None
) -> SelftestResult:
    """Try each promise in this process, and leave nothing behind. Never raises; ``progress`` gets a line a step.

    ``workspace``: the folder for the throw-away projects, in place of the notebook's. ``spark``: start a session for
    the promise about executors if none is active. An interrupt ends it early: the result says what was not tried.
    """
    with Interrupts() as interrupts:
        run = _Run(workspace, spark, progress)
        try:
            interrupts.welcome = True
            run.prepare()
            run.ask()
        except KeyboardInterrupt:
            interrupts.came = True  # by whatever means: not every notebook interrupts by the signal
        except Exception as fault:
            run.reason = f"the self-test itself failed: {type(fault).__name__}: {fault}"
        interrupts.welcome = False
        run.clean_up()
        return run.report(interrupts.came)


class _Run:
    def __init__(self, workspace: str, spark: bool, progress: Callable[[str], object] | None) -> None:
        self.started = time.monotonic()
        self.token = PREFIX + secrets.token_hex(6)
        self.workspace, self.spark, self.progress = workspace, spark, progress
        self.fingerprint: dict[str, Any] = {}
        self.site_folders: list[dict[str, Any]] = []
        self.cleaned: list[str] = []
        self.left: list[str] = []
        self.promises: list[Promise] = []
        self.reason = ""  # why what has no verdict yet was not tried
        self.status = current_status()
        self.startup: StartupStatus = check_startup_status(verbose=False)
        self.loaded = surroundings.when_loaded()
        self.state: ProcessState | None = None
        self.stage: Stage | None = None
        self.trial: Trial | None = None

    def say(self, text: str) -> None:
        try:
            if self.progress is not None:
                self.progress(text)
        except Exception:  # nobody reads it any more
            self.progress = None

    def prepare(self) -> None:
        """Take the fingerprint while nothing of ours is there, then write and install the projects."""
        self.say("the runtime's fingerprint")
        self.state = ProcessState(self.token)
        self.fingerprint, self.site_folders = fingerprint(), surroundings.site_folders()
        self.promises.append(self._armed())
        if not is_active()[0]:
            self.reason = f"dbx-patch is not active in this process: {self.startup.why}"
        elif not loaded_layers() and not self.spark:
            self.reason = (
                "none of the runtime's import layers is loaded in this process; a notebook's process has them:"
                " `%load_ext dbx_patch`, then `%dbx_patch selftest`"
            )
        if self.reason:
            return
        self.say("throw-away projects and their installs")
        self.stage = Stage(self.token, self.workspace)
        self.cleaned = self.stage.clean_up_earlier()
        self.stage.write()
        self.trial = Trial(self.stage, self.state, self.started + SECONDS)
        self.trial.install()

    def _armed(self) -> Promise:
        active, why = is_active()
        return Promise("armed", _ARMED, HOLDS if active else self._inactive(), self.startup.why if active else why)

    def _inactive(self) -> str:
        """Whoever switched it off, or is not on Databricks, has been promised nothing."""
        return FAILS if bootstrap.decide()[0] else NOT_TRIED

    def ask(self) -> None:
        """Try one promise after the other; a hang ends it, since what hangs would go on importing."""
        if self.trial is None:
            return
        for number, (name, title, attempt, behind) in enumerate(self._attempts(), 1):
            self.say(f"{number}/{len(PROMISES) + 1} {title}")
            try:
                self.trial.begin()
                promise = Promise(name, title, HOLDS, attempt(self.trial))
            except NotTried as reason:
                promise = Promise(name, title, NOT_TRIED, str(reason))
            except OutOfTime as reason:
                promise = Promise(name, title, NOT_TRIED, str(reason))
                self.reason = str(reason)
            except (Broken, Hung) as reason:
                promise = Promise(name, title, FAILS, " ".join(filter(None, (str(reason), state_of(*behind)))))
                self.reason = f"a cell before it hung: {title}" if isinstance(reason, Hung) else ""
            except Exception as fault:
                promise = Promise(name, title, NOT_TRIED, f"trying it failed: {type(fault).__name__}: {fault}")
            self.promises.append(promise)
            if self.reason:
                return

    def _attempts(self) -> Iterator[tuple[str, str, Callable[[Trial], str], tuple[str, ...]]]:
        no_layers = "none of the runtime's import layers is loaded in this process"
        for name, (title, attempt, behind) in PROMISES.items():
            yield name, title, attempt if loaded_layers() else _refusing(no_layers), behind
        yield "executors", _EXECUTORS, lambda trial: executors(trial, self.spark), ()

    def clean_up(self) -> None:
        """Take everything away. Each step is tried on its own, and again where something interrupts it."""
        steps: list[Callable[[], object]] = []
        if self.trial is not None:
            steps.append(lambda: self.left.extend(self.trial.asker.wait() if self.trial else ()))
        if self.state is not None:
            steps.append(self._keep_faults)
            steps.append(self.state.restore)
        if self.stage is not None:
            steps.append(lambda: self.left.extend(self.stage.remove() if self.stage else ()))
        if self.state is not None:
            steps.append(lambda: self.left.extend(self.state.left() if self.state else ()))
        for step in steps:
            try:
                step()
            except BaseException as fault:  # an interrupt from elsewhere than the signal, too
                self.left.append(f"{type(fault).__name__} while cleaning up: {fault}")
                self._again(step)

    def _again(self, step: Callable[[], object]) -> None:
        try:
            step()
            self.left.pop()
        except BaseException as fault:
            self.left.append(f"{type(fault).__name__} again: {fault}")

    def _keep_faults(self) -> None:
        self.status = current_status()

    def report(self, interrupted: bool) -> SelftestResult:
        """Return the result, with what was not reached, and with users' names and folders replaced."""
        known = {promise.name for promise in self.promises}
        reason = "it was interrupted" if interrupted else self.reason
        rest = {"armed": _ARMED, **{name: title for name, (title, *_) in PROMISES.items()}, "executors": _EXECUTORS}
        self.promises += [Promise(n, title, NOT_TRIED, reason) for n, title in rest.items() if n not in known]
        named = {}
        if self.stage is not None:
            named = {self.stage.workspace: "<projects>", self.stage.temporary: "<temporary>"}
            named[self.stage.notebook_folder] = "<notebook's folder>"
        mask = Mask(named)
        patches = [type(p)(p.name, p.state, p.module, mask.text(p.reason)) for p in self.status.patches]
        shown = [Promise(p.name, p.title, p.verdict, self._plain(mask.text(p.reason))) for p in self.promises]
        return SelftestResult(
            status=status_of(self.promises),
            active=self.status.active,
            startup=mask.text(f"{self.startup.cause}: {self.startup.why}"),
            promises=shown,
            patches=patches,
            loaded=self.loaded,
            site_folders=mask.data(self.site_folders),
            fingerprint=mask.data(self.fingerprint),
            faults=mask.data(self.status.faults),
            cleaned=mask.data(self.cleaned),
            left=mask.data(self.left),
            interrupted=interrupted,
            wanted=is_databricks(),
            seconds=round(time.monotonic() - self.started, 2),
            version=__version__,
        )

    def _plain(self, text: str) -> str:
        """Call the throw-away packages the same in each report."""
        return text.replace(self.token, "selftest")


def _refusing(reason: str) -> Callable[[Trial], str]:
    def refuse(trial: Trial) -> str:
        raise NotTried(reason)

    return refuse
