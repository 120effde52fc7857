"""The state of this process: which patches are applied, what the fallback served, what is wrong with the settings."""

import difflib
import os
import sys
from dataclasses import dataclass
from typing import List, Sequence, Tuple

import _dbx_patch_bootstrap as bootstrap
from dbx_patch import hooks
from dbx_patch._version import __version__
from dbx_patch.diagnosis.search import Search
from dbx_patch.hooks import applied
from dbx_patch.output.results import PatchStatus, StatusResult


def current_status(look: bool = False) -> StatusResult:
    """Return the state of this process, printing nothing; ``look`` as for :func:`patch_statuses`."""
    active, reason = is_active()
    fallback = sys.modules.get("dbx_patch.hooks.fallback")  # loaded at the first miss
    faults = [f"{where}: {what}" for where, what in hooks.faults]
    if bootstrap.fault is not None:
        faults.insert(0, f"start-up: {type(bootstrap.fault).__name__}: {bootstrap.fault}")
    return StatusResult(
        active=active,
        reason=reason,
        patches=patch_statuses(look),
        fallback=_fallback_state(),
        served=dict(fallback.served) if fallback else {},
        faults=faults,
        warnings=[*_gone(), *(setting.text for setting in wrong_settings())],
        version=__version__,
    )


def _gone() -> List[str]:
    if os.path.exists(__file__):
        return []
    return [
        "dbx-patch was uninstalled while this process was running. What it does here ends when Python is restarted."
    ]


def patch_statuses(look: bool = False) -> List[PatchStatus]:
    """Return the state of each patch; with ``look`` at the disk, whether what one waits for is there at all."""
    states = applied.patch_states()
    search = Search() if look and any(state == "waiting" for state, _ in states.values()) else None
    for name, (state, reason) in states.items():
        if state == "waiting" and search is not None:
            states[name] = (state, _awaited(hooks.RUNTIME_MODULES[name], search) or reason)
    return [PatchStatus(name, state, _module(name, state), reason) for name, (state, reason) in states.items()]


def _awaited(modules: Sequence[str], search: Search) -> str:
    """Return what a patch waits for, "" where a module of its own is loaded: a runtime has not all of them."""
    if any(module in sys.modules for module in modules):
        return ""
    there = [module for module in modules if len(search.find(module)) > module.count(".")]
    if not there:
        return f"there is no {' or '.join(modules)} here, so there is nothing to patch"
    return f"waits until {there[0]} is imported"


def _module(patch: str, state: str) -> str:
    """Return the runtime module that a patch is applied to, or those of which a process may load one."""
    modules = hooks.RUNTIME_MODULES[patch]
    loaded = [module for module in modules if state == "applied" and module in sys.modules]
    return " or ".join(loaded or modules)


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


_SWITCHES = ("auto", "true", "false", "yes", "no", "on", "off", "0", "1")
_VARIABLES = ("DBX_PATCH_ENABLED", "DBX_PATCH_DISABLE", "DBX_PATCH_LOG_LEVEL")
_FORMER = ("DBX_PATCH_DEBUG", "DBX_PATCH_VERBOSE")
_LEVELS = ("DEBUG", "INFO", "WARN", "WARNING", "ERROR", "FATAL", "CRITICAL", "NOTSET")


@dataclass
class Setting:
    """An environment variable that does not do what it seems to. ``meant``: the value to give it, "" for none."""

    name: str
    text: str
    meant: str = ""


def wrong_settings() -> List[Setting]:
    """Return the environment variables of dbx-patch with values that it does not know."""
    found = []
    enabled = os.environ.get("DBX_PATCH_ENABLED", "").strip().lower()
    if enabled and enabled not in _SWITCHES:
        text = f"DBX_PATCH_ENABLED={enabled} is not a known value and is ignored"
        found.append(_setting("DBX_PATCH_ENABLED", text, _near(enabled, _SWITCHES)))
    level = os.environ.get("DBX_PATCH_LOG_LEVEL", "").strip()
    if level and level.upper() not in _LEVELS:
        text = f"DBX_PATCH_LOG_LEVEL={level} is not a log level, so nothing is logged"
        found.append(_setting("DBX_PATCH_LOG_LEVEL", text, _near(level.upper(), _LEVELS)))
    for name in _FORMER:
        if name in os.environ:
            text = f"{name} is a setting of dbx-patch 0.1 and does nothing. Use DBX_PATCH_LOG_LEVEL=DEBUG."
            found.append(Setting(name, text))
    found += _misspelt_names()
    known = [*hooks.RUNTIME_MODULES, "fallback"]
    disabled = hooks.disabled_patches()
    for name in sorted(disabled.difference(known)):
        near = _near(name, known)
        setting = _setting("DBX_PATCH_DISABLE", f"DBX_PATCH_DISABLE names {name}, which is not a patch", near)
        setting.meant = near and ",".join(sorted({_near(word, known) or word for word in disabled}))
        found.append(setting)
    return found


def _misspelt_names() -> List[Setting]:
    """Return variables that are named almost as ours. Others may begin as ours do: scripts have names of their own."""
    start = "DBX_PATCH_"
    words = [name[len(start) :] for name in _VARIABLES]
    found = []
    for name in sorted(os.environ):
        if name.startswith(start) and name not in (*_VARIABLES, *_FORMER):
            near = _near(name[len(start) :], words)
            if near:
                found.append(Setting(name, f"{name} is not a setting of dbx-patch. Did you mean {start}{near}?"))
    return found


def _near(word: str, known: Sequence[str]) -> str:
    return next(iter(difflib.get_close_matches(word, known, 1, 0.6)), "")


def _setting(name: str, text: str, near: str) -> Setting:
    return Setting(name, f"{text}. Did you mean {near}?" if near else f"{text}.", near)
