"""The state of this process: which patches are applied, what the fallback served, what is wrong with the settings."""

import os
import sys
from typing import List, Tuple

import _dbx_patch_bootstrap as bootstrap
from dbx_patch import hooks
from dbx_patch._version import __version__
from dbx_patch.hooks import applied
from dbx_patch.output.results import PatchStatus, StatusResult


def current_status() -> StatusResult:
    """Return the state of this process, printing nothing."""
    active, reason = is_active()
    fallback = sys.modules.get("dbx_patch.hooks.fallback")  # loaded at the first miss
    faults = [f"{where}: {what}" for where, what in hooks.faults]
    if bootstrap.fault is not None:
        faults.insert(0, f"start-up: {type(bootstrap.fault).__name__}: {bootstrap.fault}")
    return StatusResult(
        active=active,
        reason=reason,
        patches=patch_statuses(),
        fallback=_fallback_state(),
        served=dict(fallback.served) if fallback else {},
        faults=faults,
        warnings=_settings(),
        version=__version__,
    )


def patch_statuses() -> List[PatchStatus]:
    """Return the state of each patch."""
    states, modules = applied.patch_states(), hooks.RUNTIME_MODULES
    return [PatchStatus(name, state, " or ".join(modules[name]), reason) for name, (state, reason) in states.items()]


def is_active() -> Tuple[bool, str]:
    """Tell whether dbx-patch is at work in this process, and why."""
    allowed, reason = bootstrap.decide()
    armed = hooks.is_in_place(hooks.TRIGGER) or hooks.is_in_place(hooks.FALLBACK)
    if allowed and not armed:
        reason += ", but this process is not armed"
    return allowed and armed, reason


def is_databricks() -> bool:
    """Tell whether this is Databricks, whatever the user has switched on or off."""
    return bootstrap.decide({k: value for k, value in os.environ.items() if k != "DBX_PATCH_ENABLED"})[0]


def _fallback_state() -> str:
    if hooks.is_in_place(hooks.FALLBACK):
        return "applied"
    return "disabled" if "fallback" in hooks.disabled_patches() else "removed" if applied.were_removed() else "waiting"


def _settings() -> List[str]:
    """Return what is wrong with the environment variables."""
    found = []
    enabled = os.environ.get("DBX_PATCH_ENABLED", "").strip().lower()
    if enabled not in ("", "auto", "0", "1", "false", "true", "no", "yes", "off", "on"):
        found.append(f"DBX_PATCH_ENABLED={enabled} is not a known value and is ignored")
    level = os.environ.get("DBX_PATCH_LOG_LEVEL", "").strip()
    if level and level.upper() not in ("DEBUG", "INFO", "WARN", "WARNING", "ERROR", "FATAL", "CRITICAL", "NOTSET"):
        found.append(f"DBX_PATCH_LOG_LEVEL={level} is not a log level, so nothing is logged")
    unknown = hooks.disabled_patches().difference(hooks.RUNTIME_MODULES, ["fallback"])
    found += [f"DBX_PATCH_DISABLE names {name}, which is not a patch" for name in sorted(unknown)]
    return found
