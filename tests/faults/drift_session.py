"""Runs the same cells under every mutant of a runtime, with dbx-patch and without; a script, see :mod:`test_drift`."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any, Dict, List

from drift_mutants import mutants
from fault_phases import LINE, PURGE
from fault_session import Session

# What any runtime may do with a mutant of its own: the same with dbx-patch and without.
RUNTIME = [
    "import sys_path_init; sys_path_init.patch_sys_path_with_developer_paths()",
    "from dbruntime import kernel_setup; KERNEL.append(kernel_setup.start(NOTEBOOKS)); 1",
    "import pyspark.wsfs_import_hook; 1",
    "import dbruntime.autoreload.file_module_utils as u; 1",
]
LOSE = "import sys; sys.path[:] = [e for e in sys.path if 'proj/src' not in e and HOME + '/flat' != e]"
ORDINARY = [
    "import colorsys; 1",
    "import no_such_module",
    "import library; library.load('no_such')",
    "import beside; 1",
]
EDITABLE = {
    "import acme_src.sub; acme_src.sub.NAME": "'acme_src.sub'",
    "import library; library.load('acme_src.deep.leaf')": "'acme_src.deep.leaf'",
    "library.load('acme_flat.sub')": "'acme_flat.sub'",
    "import acme_flat.deep.leaf as leaf; leaf.NAME": "'acme_flat.deep.leaf'",
    PURGE + "import library; library.load('acme_src.lazy')": "'acme_src.lazy'",
}
AFTER = ["KERNEL[0].after_cell() if KERNEL else None", "KERNEL[0].notebook_changed(NOTEBOOKS) if KERNEL else None"]
API = [
    "import dbx_patch; str(dbx_patch.check_patch_status(verbose=False)) and 1",
    "dbx_patch.apply_all_patches(verbose=False, force_refresh=True) and 1",
    "dbx_patch.remove_all_patches(verbose=False) and 1",
]


def trial(session: Session, shell: str, on: bool) -> Dict[str, List[str]]:
    """One process's life under a mutant."""
    if on:
        os.environ.pop("DBX_PATCH_ENABLED", None)
        session.cell(f"exec({LINE!r}); exec({LINE!r})")
    spark = os.path.join(os.path.dirname(shell), "spark", "python")
    sys.path[1:1] = [shell, os.path.join(shell, "lib"), spark]
    outcomes = {"runtime": [session.cell(source) for source in RUNTIME]}
    session.cell(LOSE)
    outcomes["editable"] = [session.cell(source) for source in EDITABLE]
    outcomes["ordinary"] = [session.cell(source) for source in (*ORDINARY, *AFTER, *ORDINARY)]
    session.cell(LOSE)
    outcomes["again"] = [session.cell(source) for source in EDITABLE]
    outcomes["api"] = [session.cell(source) for source in API] if on else []
    outcomes["removed"] = [session.cell(source) for source in (*ORDINARY, *AFTER)]
    return outcomes


def compare(on: Dict[str, Any], off: Dict[str, Any], printed: str, printed_off: str) -> List[str]:
    """Return what dbx-patch makes worse, or does not make good."""
    if "died" in on or "died" in off:
        return [f"died: {on.get('died')} {off.get('died')}"]
    on, off = (json.loads(re.sub("0x[0-9a-f]+", "0x…", json.dumps(outcomes))) for outcomes in (on, off))
    wrong = []
    if not is_hopeless(off):
        for part in ("editable", "again"):
            wrong += [f"{part}: {got}" for got, value in zip(on[part], EDITABLE.values()) if got != value]
        if on["api"] != ["1"] * len(API):
            wrong.append(f"api: {on['api']}")
    wrong += [f"{p}: {on[p]}, without: {off[p]}" for p in ("runtime", "ordinary", "removed") if on[p] != off[p]]
    more = _kinds(printed) - _kinds(printed_off)
    return wrong + [f"printed {line!r}" for line in sorted(more)]


def is_hopeless(off: Dict[str, Any]) -> bool:
    """Tell whether the mutant breaks the import statement itself, or every import from a folder: nothing helps."""
    return any(not outcome.startswith(("1", "ModuleNotFoundError")) for outcome in off.get("ordinary", ())[:4])


def _kinds(printed: str) -> "set[str]":
    return {re.sub(r"looking for \S+", "looking for …", line) for line in printed.splitlines()}


def main() -> None:
    with open(sys.argv[1]) as stream:
        job = json.load(stream)
    session = Session(job)
    runtime = Path(job["python_shell"]).parent
    for name in [m for m in sys.modules if m.startswith(("dbx_patch", "_dbx_patch"))]:
        del sys.modules[name]
    wrong: List[str] = []
    tried = hopeless = 0
    work = Path(job["report"]).parent / "mutant"
    for number, (what, mutate) in enumerate(mutants(job["era"])):
        if number % job["parts"] != job["part"] or job["only"] not in what:
            continue
        folder = work / str(number) / "databricks"
        shutil.copytree(runtime, folder)
        mutate(folder)
        shell = str(folder / "python_shell")
        (off, printed_off) = session.forks.run(lambda: trial(session, shell, on=False))  # noqa: B023
        (on, printed) = session.forks.run(lambda: trial(session, shell, on=True))  # noqa: B023
        wrong += [f"{what}: {problem}" for problem in compare(on, off, printed, printed_off)]
        tried += 1
        hopeless += is_hopeless(off)
        shutil.rmtree(folder.parent)
    with open(job["report"], "w") as stream:
        json.dump({"tried": tried, "hopeless": hopeless, "wrong": wrong}, stream)


if __name__ == "__main__":
    main()
