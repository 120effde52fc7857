"""`dbx-patch selftest` as a user runs it: progress, text, JSON, exit status; whose names a report hides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.kernels import ERAS, Notebook
from support.selftests import PREFIX, PROMISES, by_verdict, report_of
from support.sessions import as_json, command, fits

# The command's code in a notebook's process, which has the runtime's layers, as no shell's has
MAIN = """
import contextlib, io
from dbx_patch.commands.cli import main
out, err = io.StringIO(), io.StringIO()
with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
    status = main(["selftest", *{arguments!r}])
[status, out.getvalue(), err.getvalue()]
"""


def in_kernel(own: Notebook, *arguments: str, **settings: Any) -> tuple[int, str, str]:
    status, out, err = own.values(MAIN.format(arguments=list(arguments)), **settings)[0]
    return status, out, err


@pytest.mark.parametrize("era", ERAS)
def test_text_and_progress(own: Notebook, era: str) -> None:
    status, out, err = in_kernel(own, runtime=era)
    assert status == 0 and fits(out) and "13 hold, 1 not tried" in " ".join(out.split())
    steps = err.splitlines()
    assert all(step.startswith("dbx-patch selftest: ") for step in steps) and len(steps) == 2 + len(PROMISES) - 1


def test_json(own: Notebook) -> None:
    status, out, err = in_kernel(own, "--json")
    assert (status, err) == (0, "")
    data = json.loads(out)
    assert data["schema"] == 1 and data["status"] == "ok" and data["version"]


def test_a_broken_promise_is_an_exit_status(own: Notebook) -> None:
    assert in_kernel(own, "--json", env={"DBX_PATCH_DISABLE": "autoreload"})[0] == 1


def test_in_a_shell_on_databricks_nothing_is_tried(own: Notebook) -> None:
    """There is none of the runtime's layers, so nothing can be said to hold."""
    data = as_json(own.environment, "selftest", status=1)
    found = by_verdict(data)
    assert set(found["holds"]) == {"armed"} and found["fails"] == {} and data["status"] == "not tried"
    assert all("%dbx_patch selftest" in reason for reason in found["not tried"].values())
    text = command(own.environment, "selftest").stdout
    assert fits(text) and "not tried" in text


def test_elsewhere_than_on_databricks(own: Notebook) -> None:
    data = as_json(own.environment, "selftest", status=0, DATABRICKS_RUNTIME_VERSION="")
    assert set(by_verdict(data)["not tried"]) == set(PROMISES)
    assert as_json(own.environment, "selftest", status=1, DBX_PATCH_ENABLED="0")["status"] == "not tried"


def test_projects_in_a_folder_of_the_users_choice(own: Notebook) -> None:
    folder = own.workspace.home / "chosen"
    folder.mkdir()
    report = report_of(own, options=f"workspace={str(folder)!r}")
    found = by_verdict(report)
    assert found["fails"] == {} and "library" in found["holds"]
    assert set(found["not tried"]) == {"beside", "executors"}
    outside = own.workspace.folder.parent / "outside"
    outside.mkdir()
    found = by_verdict(report_of(own, options=f"workspace={str(outside)!r}"))
    assert found["fails"] == {} and "is not in the workspace" in found["not tried"]["library"]


def test_a_folder_that_is_not_there(own: Notebook) -> None:
    done = command(own.environment, "selftest", "--workspace", str(own.workspace.home / "nowhere"))
    assert done.returncode == 2 and done.stdout == "" and "there is no folder" in done.stderr


WRITES = """
import os, sys, tempfile
from dbx_patch.selftest.run import run_selftest
tempfile.gettempdir()  # tries once whether it can be written to
paths, processes = set(), []
watching = True
def watch(event, args):
    if not watching:
        return
    if event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        paths.add(os.fsdecode(args[0]))
    elif event in ("os.mkdir", "os.remove", "os.rmdir", "os.rename", "shutil.rmtree", "os.chmod", "os.symlink"):
        paths.add(str(args[0]))
    elif event.startswith(("subprocess.", "os.fork", "os.system", "os.exec", "os.posix_spawn", "socket.")):
        processes.append(event)
sys.addaudithook(watch)
run_selftest()
watching = False
[sorted(paths), processes]
"""


def test_it_writes_in_its_own_folders_only(own: Notebook) -> None:
    paths, processes = own.values(WRITES)[0]
    top = [path for path in paths if "/" in path]  # the others are relative to a folder that rmtree has opened
    assert len(top) > 20 and [path for path in top if PREFIX not in path] == []
    assert processes == []


@pytest.mark.parametrize("era", ERAS)
def test_no_name_of_the_users_is_in_a_report(own: Notebook, era: str) -> None:
    report = report_of(own, runtime=era, env={"HOME": "/home/jane.doe", "USER": "jane.doe"})
    text = json.dumps(report)
    for hidden in ("first.last", "company.com", "my project", "jane", "acme", str(own.workspace.folder.parent)):
        assert hidden not in text, hidden
    assert "<notebook's folder>" in report["fingerprint"]["path"]
    assert any("/Workspace/Users/<" in entry for entry in report["fingerprint"]["path"])


def test_the_fingerprint_says_what_takes_part_in_imports(own: Notebook) -> None:
    found = report_of(own, runtime="modern")["fingerprint"]
    finders = found["meta_path"]
    assert finders[0] == "dbx_patch.hooks.ImportTrigger" and finders[-1] == "dbx_patch.hooks.EditableFallback"
    assert "dbruntime.workspace_import_machinery._WorkspacePathFinder" in finders
    assert found["path_hooks"][0].startswith("partial(dbruntime.workspace_import_machinery._WorkspacePathEntryFinder")
    assert found["import"].startswith("dbruntime.autoreload.discoverability.hook.")
    assert found["runtime"] == "18.0" and not {*found["settings"]} - {
        "DBX_PATCH_MATRIX_REPORT",
        "DBX_PATCH_TEST_PYTHON",
        "DBX_PATCH_TEST_CACHE",
        "DBX_PATCH_TEST_TOOLS",
    }
    states = {name: module["state"] for name, module in found["modules"].items()}
    assert states["sys_path_init"] == "loaded" and states["dbruntime.wsfs_import_hook"] == "absent"
    assert states["pyspark.wsfs_import_hook"] == "found"


def test_site_folders_and_their_chaining(own: Notebook, tmp_path: Path) -> None:
    lower = tmp_path / "lower/site-packages"
    lower.mkdir(parents=True)
    (lower / "some.pth").write_text("import lower_module\n")
    (lower / "lower_module.py").write_text("")
    chained = f"import sys; sys.path.append({str(lower)!r})\n"
    for more, expected in (("", "not processed"), (f"import site; site.addsitedir({str(lower)!r})", "processed")):
        report = report_of(own, chained + more)
        by_place = [folder for folder in report["site_folders"] if folder["comes_from"] != "site"]
        assert [folder["pth_files"] for folder in by_place] == [expected]
