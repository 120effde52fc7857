"""The IPython extension: ``%load_ext dbx_patch``, then ``%dbx_patch status`` and its like."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Callable

from dbx_patch import api, hooks
from dbx_patch.commands.report import write_report
from dbx_patch.diagnosis.explain import explain
from dbx_patch.diagnosis.installs import list_installs
from dbx_patch.diagnosis.search import Search, search_path_of
from dbx_patch.diagnosis.verify import verify_editable_installs

if TYPE_CHECKING:
    from dbx_patch.output.results import Result

MAGIC = "dbx_patch"
ACTIONS: dict[str, Callable[[], Result]] = {
    "status": lambda: api.check_patch_status(verbose=False),
    "verify": lambda: verify_editable_installs(verbose=False),
    "paths": list_installs,
    "report": lambda: write_report(),
    "selftest": lambda: _selftest(),
    "refresh": lambda: api.process_all_pth_files(force=True, verbose=False),
    "on": lambda: api.apply_all_patches(verbose=False),
    "off": lambda: api.remove_all_patches(verbose=False),
}
_WORDS = (*ACTIONS, "explain")
_armed_here = False


def load_ipython_extension(shell: Any) -> None:
    """Add the magic, and arm this session where no ``.pth`` file has. IPython calls this for ``%load_ext``."""
    global _armed_here
    if not hooks.is_in_place(hooks.TRIGGER):
        api.apply_all_patches(verbose=False)
        _armed_here = hooks.is_in_place(hooks.TRIGGER)
    shell.register_magic_function(run_magic, "line", MAGIC)
    shell.set_hook("complete_command", complete, str_key="%" + MAGIC)


def unload_ipython_extension(shell: Any) -> None:
    """Take the magic away, and disarm the session if loading armed it. What a ``.pth`` armed stays."""
    global _armed_here
    shell.magics_manager.magics["line"].pop(MAGIC, None)
    shell.strdispatchers["complete_command"].strs.pop("%" + MAGIC, None)
    if _armed_here:
        api.remove_all_patches(verbose=False)
        _armed_here = False


def run_magic(line: str) -> Result:
    """%dbx_patch status|verify|paths|selftest|report|refresh|on|off|explain NAME

    status: the state of each patch. verify: what is wrong, and how to fix it. paths: the editable installs.
    explain NAME: how `import NAME` would resolve. selftest: try each promise here, and leave nothing behind.
    report: a file to attach to an issue. refresh: put lost path entries back. on, off: arm or disarm.
    """
    word, *rest = line.split() or ["status"]
    if word == "explain" and len(rest) == 1:
        return explain(rest[0])
    if word in ACTIONS and not rest:
        return ACTIONS[word]()
    from IPython.core.error import UsageError

    near = difflib.get_close_matches(word, _WORDS, 1, 0.5)
    hint = f" Did you mean `%{MAGIC} {near[0]}`?" if near and word not in _WORDS else ""
    raise UsageError(f"%{MAGIC} takes one of: {', '.join(ACTIONS)}, explain NAME.{hint}")


def _selftest() -> Result:
    from dbx_patch.selftest.run import run_selftest

    return run_selftest(progress=print)


def complete(shell: Any, event: Any) -> list[str]:
    """Return completions of the magic's word, and of the module name after ``explain``."""
    *before, typed = event.text_until_cursor.split(" ")  # the last is empty after a blank
    words = [word for word in before if word]
    if len(words) == 1:
        return [word for word in _WORDS if word.startswith(typed)]
    if words[1:] == ["explain"]:
        return module_names(typed)
    return []


def module_names(start: str) -> list[str]:
    """Return full names that begin with ``start``: the editable installs' at the top, any package's parts below."""
    search = Search()
    parent, dot, _ = start.rpartition(".")
    if not dot:
        return sorted({name for install in search.installs for name in install.names if name.startswith(start)})
    hits = search.find(parent)
    if len(hits) <= parent.count("."):
        return []
    parts = search.disk.names_in(search_path_of(hits[-1]) or ())
    return sorted(name for name in (f"{parent}.{part}" for part in parts) if name.startswith(start))
