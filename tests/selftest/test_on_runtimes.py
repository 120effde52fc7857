"""The self-test finds every promise kept on each simulated runtime and variant, and calls nothing kept untried."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dbx_patch.simulator import Variant
from support.kernels import ERAS, Notebook, renamed_runtime
from support.selftests import ALWAYS_OUT, PROMISES, by_verdict, report_of

NO_GUARD_HERE = "nothing of the runtime guards the project's folder here"
# variant -> promises that cannot be tried there, with a part of the reason
VARIANTS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "as it is": ({}, {}),
    "hook in the cache": ({"hook": "cache"}, {"hook": NO_GUARD_HERE}),
    "hook in the cache, notebook last": ({"hook": "cache", "notebook_folder": "end"}, {"hook": NO_GUARD_HERE}),
    "notebook last": ({"notebook_folder": "end"}, {}),
    "no bytecode": ({"bytecode": False}, {}),
    "in a Git folder": ({"repository": "home"}, {}),
    "in a Git folder, hook in the cache": ({"repository": "home", "hook": "cache"}, {"hook": NO_GUARD_HERE}),
    "in a Git folder, unguarded": (
        {"repository": "home", "hook": "cache_outside_git"},
        {"hook": NO_GUARD_HERE, "beside": "nothing of the runtime guards the notebook's folder"},
    ),
}


def variant_of(own: Notebook, options: dict[str, Any]) -> Variant:
    folder = own.workspace.notebook_folder.parent
    return Variant(**{name: folder if value == "home" else value for name, value in options.items()})


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("era", ERAS)
def test_every_promise_that_can_be_tried_holds(own: Notebook, era: str, variant: str) -> None:
    options, out = VARIANTS[variant]
    report = report_of(own, runtime=era, variant=variant_of(own, options))
    found = by_verdict(report)
    assert found["fails"] == {} and set(found["not tried"]) == ALWAYS_OUT | set(out)
    for name, reason in out.items():
        assert reason in found["not tried"][name]
    assert report["status"] == "ok" and report["seconds"] < 15 and not report["faults"]


@pytest.mark.core
@pytest.mark.parametrize("folder", ["before", "after"])
@pytest.mark.parametrize("era", ERAS)
def test_wherever_the_runtimes_folder_comes_from(own: Notebook, era: str, folder: str) -> None:
    report = report_of(own, runtime=era, runtime_folder=folder)
    assert set(by_verdict(report)["holds"]) == set(PROMISES) - ALWAYS_OUT
    hook = {"legacy": "dbruntime.wsfs_import_hook", "modern": "dbruntime.workspace_import_machinery"}[era]
    assert report["loaded"][hook] == "after" and report["loaded"]["pyspark.wsfs_import_hook"] == "not loaded"
    assert report["startup"].startswith("started: ")


@pytest.mark.parametrize("era", ERAS)
def test_a_runtime_with_other_names_is_told_apart_from_imports_that_fail(
    own: Notebook, era: str, tmp_path: Path
) -> None:
    report = report_of(own, runtime=era, runtime_dir=renamed_runtime(era))
    found = by_verdict(report)
    works = {"armed", "cell", "lost-path", "library", "lazy", "threads", "new-submodule", "beside"}
    assert set(found["holds"]) == works
    assert set(found["fails"]) == {"patches", "hook", "between-cells", "autoreload"} & set(found["fails"])
    assert "not applicable" in found["fails"]["patches"] and "autoreload" in found["fails"]
    lacking = report["fingerprint"]["modules"]["sys_path_init"]
    assert lacking["attributes"]["patch_sys_path_with_developer_paths"] is None
    assert "set_up_paths" in lacking["names"], "the new name can be seen in the report"


def test_armed_by_a_call_after_the_runtime(own: Notebook) -> None:
    """The modules had loaded before; they were patched by the call, and the report says both."""
    arm = "import dbx_patch; dbx_patch.apply_all_patches(verbose=False) and None"
    forget = f"import sys; sys.path.append({str(own.environment.site_packages)!r})"
    options = {"interpreter_args": ["-S"], "runtime": "modern"}
    report = report_of(own, forget, arm, **options)
    assert report["startup"].startswith("by_hand: ")
    assert report["loaded"]["sys_path_init"] == "before"
    assert "fails" not in {p["verdict"] for p in report["promises"] if p["name"] in ("armed", "cell", "library")}
