"""dbx-patch opens no connection, starts no process, writes nothing and runs no text: by CPython's audit events."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import pytest

import dbx_patch
from dbx_patch.commands.cli import COMMANDS
from shipped.trust_audit import AS_ASKED, LOG, install_into, read_log, records_of
from support.environments import DATABRICKS, Environment, once
from support.kernels import ERAS, Notebook, make_notebook
from support.sessions import command, copy_of
from support.workspaces import Workspace, package, write

Record = Callable[[str, object], None]
ACT = {"DBX_PATCH_ENABLED": "1"}
ARGUMENTS = {"explain": "('acme_src.sub')", "when_imported": "('json')(print)"}
# What DESIGN.md section 4 lists beside `__all__`
MORE_CALLS = """
from dbx_patch import pth_processor as p
for folder in p.get_site_packages_dirs():
    [p.process_pth_file(file) for file in p.find_pth_files(folder)]
    [p.process_egg_link_file(file) for file in p.find_egg_link_files(folder)]
p.add_paths_to_sys_path([]), p.process_all_pth_files(True, True), p.get_editable_install_paths()
from dbx_patch.patches import autoreload_hook_patch as a, python_path_hook_patch as b
from dbx_patch.patches import sys_path_init_patch as s, wsfs_import_hook_patch as w
a.patch_autoreload_hook(), b.patch_python_path_hook(), s.patch_sys_path_init(), w.patch_wsfs_import_hook()
for patch in (a, b, s, w):
    patch.is_patched()
w.refresh_editable_paths(), w.detect_editable_paths(), a.refresh_editable_paths(), a.detect_editable_paths()
a.unpatch_autoreload_hook(), b.unpatch_python_path_hook(), s.unpatch_sys_path_init(), w.unpatch_wsfs_import_hook()
"""


@pytest.fixture(scope="module")
def audited(shared: Path, tools: Path, wheel: Path) -> Notebook:
    """An environment with two editable installs, and the audit hook in it."""

    def make(folder: Path) -> None:
        made = make_notebook(folder, tools, wheel)
        install_into(made.environment.site_packages)

    folder = once(shared / "audited", make)
    return Notebook(Environment(folder / "env", tools), Workspace(folder))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "audit.log"


def assert_clean(log: Path, record_property: Record, *, processes: int = 1, ends: bool = True) -> None:
    """Nothing forbidden was seen; ``ends``: these processes run ``atexit`` functions, which write the totals."""
    armed, violations, events, ours = read_log(log)
    assert violations == []
    assert armed >= processes and (events > 10 or not ends)
    record_property("audit events", events)
    record_property("audit events of dbx-patch", ours)


@pytest.mark.parametrize("env", [{}, DATABRICKS, {**DATABRICKS, "DBX_PATCH_ENABLED": "0"}])
def test_start_up(audited: Notebook, log: Path, env: dict[str, str], record_property: Record) -> None:
    done = audited.environment.run("pass", env={**env, LOG: str(log)})
    assert (done.stdout, done.stderr) == ("", "")
    assert_clean(log, record_property)


def test_every_call_of_the_api(audited: Notebook, log: Path, record_property: Record) -> None:
    functions = [name for name in dbx_patch.__all__ if not isinstance(getattr(dbx_patch, name), type)]
    names = [name for name in functions if "ipython_extension" not in name]
    calls = [f"dbx_patch.{name}{ARGUMENTS.get(name, '()')}" for name in [*names, "apply_all_patches", "explain"]]
    code = "import dbx_patch, acme_src.sub, acme_flat.deep.leaf\n" + "\n".join(calls) + MORE_CALLS
    done = audited.environment.run(code, env={**ACT, LOG: str(log)})
    assert (done.returncode, done.stderr) == (0, "")
    assert_clean(log, record_property)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ("demo", "simulate", "selftest")])
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_every_command(
    audited: Notebook, log: Path, name: str, options: tuple[str, ...], record_property: Record
) -> None:
    arguments = {"explain": ["acme_flat.deep.leaf"], "completion": ["bash"], "report": ["--json"]}.get(name, [])
    done = command(audited.environment, name, *arguments, *options, **{LOG: str(log)})
    assert done.returncode in (0, 1) and done.stderr == ""
    assert_clean(log, record_property)


def test_demo_and_simulate_but_for_what_they_are_for(audited: Notebook, log: Path, record_property: Record) -> None:
    done = command(audited.environment, "demo", "--json", **{LOG: str(log)})
    assert done.returncode == 0, done
    folder = str(audited.workspace.folder)
    done = command(
        audited.environment, "simulate", "--workspace", folder, "-c", "import acme_src.sub", **{LOG: str(log)}
    )
    assert (done.returncode, done.stderr) == (0, ""), done
    assert_clean(log, record_property, processes=3)


def test_report_writes_one_file(audited: Notebook, log: Path, tmp_path: Path) -> None:
    file = str(tmp_path / "report.txt")
    assert command(audited.environment, "report", "--output", file, **{LOG: str(log)}).returncode == 0
    told = [record for record in records_of(log) if "violation" in record]
    assert {(record["violation"], record["detail"]) for record in told} == {(AS_ASKED, file)}


@pytest.mark.parametrize("era", ERAS)
def test_in_a_kernel(audited: Notebook, era: str, log: Path, record_property: Record) -> None:
    cells = (
        "import acme_src.sub, acme_flat.deep.leaf",
        "import library; library.load('acme_src.deep.leaf')",
        "import dbx_patch; dbx_patch.check_patch_status(verbose=False).to_dict() and 1",
        "dbx_patch.remove_all_patches(verbose=False) and 1",
        "dbx_patch.apply_all_patches(verbose=False) and 1",
        "dbx_patch.verify_editable_installs(verbose=False) and dbx_patch.explain('acme_src.sub', verbose=False) and 1",
        "import sys; [sys._trust_audit.events, sys._trust_audit.ours]",
    )
    events, ours = audited.values(*cells, runtime=era, env={LOG: str(log)})[-1]
    assert events > 100 and ours > 10
    assert_clean(log, record_property, ends=False)


FINDER = """import sys
MAPPING = {{'later': {folder!r}}}
NAMESPACES = {{}}
sys.ran = ['the finder']
def install():
    sys.ran.append('its line')
"""


@pytest.mark.parametrize("enabled", ["1", "0"])
def test_no_import_line_is_run(
    audited: Notebook, log: Path, tmp_path: Path, enabled: str, record_property: Record
) -> None:
    """Of what is installed in the middle of a session, and imported: neither the line nor the finder's module."""
    environment = copy_of(audited.environment, tmp_path / "env")
    source = write(tmp_path / "ws/project", package("later")) / "later"
    write(environment.site_packages, {"__editable___later_finder.py": FINDER.format(folder=str(source))})
    line = "import __editable___later_finder; __editable___later_finder.install()\n"
    pth = str(environment.site_packages / "__editable__.later-1.0.pth")
    write(environment.site_packages, {"later.txt": line})
    code = f"import os, sys; os.rename({str(environment.site_packages / 'later.txt')!r}, {pth!r})\n"
    code += "try:\n    import later.sub; print('found')\nexcept ModuleNotFoundError:\n    print('missed')\n"
    code += "print(getattr(sys, 'ran', None))"
    done = environment.run(code, env={"DBX_PATCH_ENABLED": enabled, LOG: str(log)})
    assert (done.stdout, done.stderr) == ("found\nNone\n" if enabled == "1" else "missed\nNone\n", "")
    assert_clean(log, record_property)


DEEDS = {
    "writes": "open({file!r}, 'w').close()",
    "writes by descriptor": "import os; os.close(os.open({file!r}, os.O_CREAT | os.O_WRONLY))",
    "os.mkdir": "import os; os.mkdir({file!r})",
    "os.remove": "import os, tempfile; os.remove(tempfile.mkstemp()[1])",
    "socket.__new__": "import socket; socket.socket().close()",
    "subprocess.Popen": "import subprocess; subprocess.run(['true'])",
    "os.system": "import os; os.system('true')",
    "compile": "compile('1', 'x', 'eval')",
    "exec": "exec(compile('1', 'x', 'exec'))",
    "exec of an import line": "exec(open({pth!r}).read())",
}


@pytest.mark.parametrize("deed", DEEDS)
def test_the_hook_sees_each_deed(audited: Notebook, log: Path, tmp_path: Path, deed: str) -> None:
    """In a copy of this library that does what it must not do."""
    environment = copy_of(audited.environment, tmp_path / "env")
    code = DEEDS[deed].format(file=str(tmp_path / "made"), pth=str(environment.site_packages / "zzz_dbx_patch.pth"))
    with open(environment.site_packages / "dbx_patch/api.py", "a") as stream:
        stream.write(f"\n\ndef _deed():\n    {code}\n\n_deed()\n")
    assert environment.run("import dbx_patch; dbx_patch.check_patch_status", env={LOG: str(log)}).stderr == ""
    found = {violation["violation"] for violation in read_log(log)[1]}
    assert deed.split()[0] in found, found
