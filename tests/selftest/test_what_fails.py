"""The self-test names the promise that is broken where a patch is left out, and tries none where dbx-patch is off."""

from __future__ import annotations

import pytest

from support.kernels import ERAS, Notebook
from support.selftests import PROMISES, RUN, by_verdict, report_of

HOOKS = {"legacy": "wsfs_import_hook", "modern": "workspace_import_machinery"}
# patch left out -> the promises that are broken without it; all others are kept by the rest of dbx-patch
BREAKS = {
    "sys_path_init": {"patches", "rebuilt-path"},
    "python_path_hook": {"patches", "between-cells"},
    "hook": {"patches", "hook"},
    "autoreload": {"patches", "autoreload"},
    "executor_wsfs_import_hook": {"patches"},
    "fallback": {"lost-path"},
}


@pytest.mark.parametrize("patch", BREAKS)
@pytest.mark.parametrize("era", ERAS)
def test_a_patch_left_out(own: Notebook, era: str, patch: str) -> None:
    name = HOOKS[era] if patch == "hook" else patch
    report = report_of(own, runtime=era, env={"DBX_PATCH_DISABLE": name})
    found = by_verdict(report)
    assert set(found["fails"]) == BREAKS[patch], found
    assert set(found["not tried"]) == {"executors"}
    assert report["status"] == "failed"
    for reason in found["fails"].values():
        assert f"{name} is disabled" in reason


@pytest.mark.parametrize("era", ERAS)
def test_the_hook_and_the_fallback_left_out(own: Notebook, era: str) -> None:
    report = report_of(own, runtime=era, env={"DBX_PATCH_DISABLE": f"{HOOKS[era]},fallback"})
    fails = by_verdict(report)["fails"]
    assert {"library", "lazy", "hook", "threads", "new-submodule"} <= set(fails)
    assert "cell" not in fails, "the runtime lets a cell look"
    assert "ModuleNotFoundError" in fails["library"] and f"{HOOKS[era]} is disabled" in fails["library"]


@pytest.mark.parametrize("era", ERAS)
def test_switched_off(own: Notebook, era: str) -> None:
    report = report_of(own, runtime=era, env={"DBX_PATCH_ENABLED": "0"})
    found = by_verdict(report)
    assert set(found["not tried"]) == set(PROMISES)
    assert all("DBX_PATCH_ENABLED=0" in reason for reason in found["not tried"].values())
    assert report["status"] == "not tried" and report["fingerprint"]["modules"]["sys_path_init"]["state"] == "loaded"


def test_not_armed(own: Notebook) -> None:
    """No start-up file ran: that is the one finding, and nothing else is called broken."""
    path = f"import sys; sys.path.append({str(own.environment.site_packages)!r})"
    report = report_of(own, path, interpreter_args=["-S"])
    found = by_verdict(report)
    assert set(found["fails"]) == {"armed"} and found["holds"] == {} and report["status"] == "failed"
    assert "-S" in found["fails"]["armed"] + report["startup"]
    assert all(reason for reason in found["not tried"].values())


# what is done to dbx-patch -> the cell that does it, and a promise that is broken by it
BROKEN = {
    "a library gets what lies beside": (
        """
import sys
hook = sys.modules["dbruntime.workspace_import_machinery"]._WorkspacePathEntryFinder
always = lambda self: True
always.__wrapped__ = hook._is_user_import.__wrapped__
hook._is_user_import = always
""",
        "beside",
    ),
    "neither finder answers": (
        """
from dbx_patch import hooks
hooks.EditableFallback.find_spec = hooks.ImportTrigger.find_spec = lambda *args: None
""",
        "lost-path",
    ),
    "nothing is put back": (
        """
from dbx_patch.hooks import sys_path
sys_path._lost = lambda order, index: iter(())
""",
        "between-cells",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_dbx_patch(own: Notebook, what: str) -> None:
    cell, promise = BROKEN[what]
    report = report_of(own, cell, runtime="modern")
    assert promise in by_verdict(report)["fails"], report["promises"]


HANGS = """
import sys, time
class Slow:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("dbx_patch_selftest_") and name.endswith("_finder"):
            time.sleep({seconds})
sys.meta_path.insert(0, Slow())
"""


def test_an_import_that_hangs(own: Notebook) -> None:
    """It fails, what comes after it is not tried, and it is said that it still runs."""
    [_, report] = own.values(HANGS.format(seconds=20), RUN.format(options=""))
    found = by_verdict(report)
    assert set(found["fails"]) == {"cell"} and "no answer within 6 s" in found["fails"]["cell"]
    assert "a cell before it hung" in found["not tried"]["library"]
    assert report["left"] == ["a cell that has not ended, and may still import"] and report["seconds"] < 15


def test_imports_that_are_slow_are_no_failure(own: Notebook) -> None:
    """The time for all of it is over before all was tried: that is not tried, and not broken."""
    report = report_of(own, HANGS.format(seconds=4))
    found = by_verdict(report)
    assert found["fails"] == {} and "cell" in found["holds"] and report["seconds"] < 15
    assert "the time for the whole self-test was over" in found["not tried"]["autoreload"]
