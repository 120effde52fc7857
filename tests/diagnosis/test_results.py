"""Every result shows itself as JSON, text and HTML; the functions of the API return them."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from support.environments import DATABRICKS, ROOT, Environment, clean_environ
from support.kernels import ERAS, Notebook
from support.sessions import fits


class Checker(HTMLParser):
    """Counts what is open, and keeps the text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data + " "


TAGS = {"div", "h3", "h4", "p", "strong", "table", "tr", "th", "td", "span", "button", "pre", "code"}
RESULTS = """
import dbx_patch, json
from dbx_patch.diagnosis.installs import list_installs
results = [dbx_patch.check_patch_status(False), dbx_patch.verify_editable_installs(False),
    dbx_patch.check_startup_status(False), dbx_patch.explain("acme_src", False), dbx_patch.editable_installs()[0],
    dbx_patch.process_all_pth_files(verbose=False), dbx_patch.apply_all_patches(False), list_installs(),
    dbx_patch.remove_all_patches(False)]
[[type(r).__name__, json.loads(json.dumps(r.to_dict())), str(r), r._repr_html_(), r.text(width=50)] for r in results]
"""


@pytest.mark.parametrize("era", ERAS)
def test_every_result_shows_itself(notebook: Notebook, era: str) -> None:
    [shown] = notebook.values(RESULTS, runtime=era)
    for name, data, text, html, narrow in shown:
        assert data and all(len(line) <= 80 for line in text.splitlines()), (name, text)
        assert fits(narrow, 50) and narrow.split()[:3] == text.split()[:3], narrow
        checker = Checker()
        checker.feed(html)
        assert checker.open == [] and checker.tags <= TAGS
        assert " ".join(text.splitlines()[0].split()[:5]) in " ".join(checker.text.split()), name


def test_paths_shows_what_belongs_to_each_install(notebook: Notebook) -> None:
    home = notebook.workspace.home
    cell = """
import sys
sys.path[:] = [entry for entry in sys.path if not entry.endswith("/proj/src")]
from dbx_patch.diagnosis.installs import list_installs
[list_installs().text(width=200), list_installs().to_dict()["lost"]]
"""
    [[text, lost]] = notebook.values(cell, env={"DBX_PATCH_ENABLED": "0"})
    _, *blocks = text.split("\n\n")
    blocks = {block.split()[0]: [line.split(None, 1) for line in block.splitlines()[1:]] for block in blocks}
    assert blocks["acme_src_project"] == [["project", str(home / "proj")], ["lost", str(home / "proj/src")]]
    assert blocks["acme_flat_project"] == [["project", str(home / "flat")], ["acme_flat", str(home / "flat/acme_flat")]]
    assert lost == [str(home / "proj/src")] and "1 path entry is lost" in text


def test_paths_in_the_api(notebook: Notebook) -> None:
    lose = "import sys; root = [e for e in sys.path if e.endswith('proj/src')][0]; sys.path.remove(root)\n"
    cells = [
        "import dbx_patch; dbx_patch.get_editable_install_paths()",
        "[[i.name, i.names, i.paths] for i in dbx_patch.editable_installs()]",
        lose + "[dbx_patch.refresh_editable_paths(), sys.path.count(root), sys.path[sys.path.index(root) - 1]]",
    ]
    paths, installs, refreshed = notebook.values(*cells)
    home = notebook.workspace.home
    assert str(home / "proj/src") in paths and any(path.startswith(str(home / "flat")) for path in paths)
    assert ["acme_src_project", ["acme_src"], [str(home / "proj/src")]] in installs
    assert refreshed == [len(paths), 1, str(notebook.environment.site_packages)], "right behind its site folder"


def test_switched_off_no_call_changes_the_path(notebook: Notebook) -> None:
    cell = """
import sys, dbx_patch
before = list(sys.path), list(sys.meta_path)
dbx_patch.process_all_pth_files(force=True, verbose=False), dbx_patch.refresh_editable_paths()
from dbx_patch.patches import sys_path_init_patch, wsfs_import_hook_patch, python_path_hook_patch, autoreload_hook_patch
python_path_hook_patch.patch_python_path_hook(verbose=False)
wsfs_import_hook_patch.refresh_editable_paths()
found = dbx_patch.process_all_pth_files(verbose=False)
same = before == (sys.path, sys.meta_path)
[same, python_path_hook_patch.is_patched(), [path in sys.path for path in found.lost], str(found)]
"""
    same, patched, there, text = notebook.values(cell, env={"DBX_PATCH_ENABLED": "0"})[0]
    assert (same, patched) == (True, False)
    assert there == [False] and "lost" in text and "present" not in text


PATCHES = {
    "sys_path_init": "sys_path_init",
    "wsfs_import_hook": "wsfs_import_hook",
    "python_path_hook": "python_path_hook",
    "autoreload_hook": "autoreload",
}


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("what", PATCHES)
def test_single_patches(notebook: Notebook, era: str, what: str) -> None:
    cell = f"""
import dbx_patch
from dbx_patch.patches import {what}_patch as one
def applied():
    return sorted(p.name for p in dbx_patch.check_patch_status(verbose=False).patches if p.state == "applied")
start, states = applied(), [one.is_patched()]
off = one.unpatch_{what}(verbose=False).to_dict()["patches"]
states.append(one.is_patched())
without = applied()
one.patch_{what}(verbose=False)
states.append(one.is_patched())
[states, len(start) - len(without), start == applied(), any(p["state"] == "removed" for p in off)]
"""
    assert notebook.values(cell, runtime=era) == [[[True, False, True], 1, True, True]]
    if what != "sys_path_init":
        paths = (
            f"from dbx_patch.patches import {what}_patch as m; [m.detect_editable_paths(), m.refresh_editable_paths()]"
        )
        [[found, count]] = notebook.values(paths, runtime=era)
        assert len(found) == count > 0


def test_names_that_are_gone_say_what_replaces_them(notebook: Notebook) -> None:
    cell = """
import dbx_patch
said = []
for name in ("install_sitecustomize", "uninstall_sitecustomize", "check_sitecustomize_status", "no_such_thing"):
    try:
        getattr(dbx_patch, name)
    except AttributeError as error:
        said.append(str(error))
said
"""
    *gone, plain = notebook.values(cell)[0]
    assert all("active by itself" in text and "check_startup_status()" in text for text in gone)
    assert len(gone) == 3 and plain == "module 'dbx_patch' has no attribute 'no_such_thing'"


GONE = ("patch_dbx", "patch_and_install", "install_sitecustomize", "uninstall_sitecustomize")
IMPORTS = [f"from dbx_patch import {name}" for name in (*GONE, "check_sitecustomize_status")]
IMPORTS.append("import dbx_patch.install_sitecustomize")
IMPORTS.append("from dbx_patch.install_sitecustomize import install_sitecustomize")
IMPORTS += ["import dbx_patch.patch_dbx", "from dbx_patch.patch_dbx import patch_dbx"]


@pytest.mark.parametrize("statement", IMPORTS)
def test_imports_of_the_old_version_say_what_to_do(notebook: Notebook, statement: str) -> None:
    done = notebook.environment.run(
        f"try:\n    {statement}\nexcept ImportError as error:\n    print(error)", env=DATABRICKS
    )
    [sentence] = done.stdout.splitlines()
    assert (
        statement.split()[-1].rpartition(".")[2] in sentence and "since 1.0 dbx-patch is active by itself" in sentence
    )
    assert "apply_all_patches()" in sentence or "check_startup_status()" in sentence


def test_a_name_that_never_was_fails_as_everywhere(notebook: Notebook) -> None:
    cell = """
import dbx_patch
said = [hasattr(dbx_patch, name) for name in ("patch_dbx", "nothing", "explain")]
try:
    from dbx_patch import nothing
except ImportError as error:
    said.append(str(error).partition(" (")[0])
said
"""
    assert notebook.values(cell) == [[False, False, True, "cannot import name 'nothing' from 'dbx_patch'"]]


def test_type_checkers_read_what_is_there() -> None:
    stub = ast.parse((ROOT / "src/dbx_patch/__init__.pyi").read_text())
    read = {
        (node.module, a.name, a.asname) for node in stub.body if isinstance(node, ast.ImportFrom) for a in node.names
    }
    table = ast.parse((ROOT / "src/dbx_patch/__init__.py").read_text())
    [homes] = [ast.literal_eval(node.value) for node in table.body if isinstance(node, ast.Assign)]
    assert read == {(f"dbx_patch.{home}", n, n) for home, names in homes.items() for n in names.split()}


def test_type_checkers_see_a_misspelt_name(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    code = "import dbx_patch\nfrom dbx_patch import Explanation\n"
    code += "answer: Explanation = dbx_patch.explain('x')\ndbx_patch.explian('x')\n"
    (tmp_path / "user.py").write_text(code)
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "user.py"]
    environ = clean_environ({"MYPYPATH": str(ROOT / "src")})
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=300)
    lines = done.stdout.splitlines()
    assert len(lines) == 2 and lines[0].startswith("user.py:4: error:") and '"explian"' in lines[0], done.stdout


def test_result_types_can_be_imported(notebook: Notebook) -> None:
    cell = """
import dbx_patch
from dbx_patch import EditableInstall, Explanation, Finding, StartupStatus, StatusResult, VerifyResult
made = {VerifyResult: dbx_patch.verify_editable_installs(False), Explanation: dbx_patch.explain("json", verbose=False),
    StatusResult: dbx_patch.check_patch_status(False), StartupStatus: dbx_patch.check_startup_status(False),
    EditableInstall: dbx_patch.editable_installs()[0]}
[[type(value) is kind for kind, value in made.items()], set(dbx_patch.__all__) <= set(dir(dbx_patch))]
"""
    assert notebook.values(cell) == [[[True] * 5, True]]


def test_every_public_name_is_there(notebook: Notebook) -> None:
    cell = "import dbx_patch; [n for n in dbx_patch.__all__ if not callable(getattr(dbx_patch, n))]"
    assert notebook.values(cell) == [[]]


@pytest.mark.parametrize("era", ERAS)
def test_waiting_says_for_what(notebook: Notebook, era: str) -> None:
    """A runtime has one of two hooks, and a driver has not loaded the executors' one."""
    cell = "import dbx_patch; {p.name: [p.state, p.reason] for p in dbx_patch.check_patch_status(False).patches}"
    [states] = notebook.values(cell, runtime=era)
    other = {"legacy": "workspace_import_machinery", "modern": "wsfs_import_hook"}[era]
    assert states[other] == ["waiting", f"there is no dbruntime.{other} here, so there is nothing to patch"]
    waits = ["waiting", "waits until pyspark.wsfs_import_hook is imported"]
    assert states["executor_wsfs_import_hook"] == waits


def test_logging_says_what_was_done_and_can_be_handed_over(notebook: Notebook) -> None:
    code = """
import sys
sys.path[:] = [e for e in sys.path if not e.endswith("proj/src")]
import acme_src
print("logging" in sys.modules)
import dbx_patch, logging, io
dbx_patch.reset_logger()
stream = io.StringIO()
logging.basicConfig(stream=stream, level="DEBUG")
sys.path[:] = [e for e in sys.path if not e.endswith("proj/src")]
dbx_patch.refresh_editable_paths()
print("put back on sys.path" in stream.getvalue())
"""
    loud = notebook.environment.run(code, env={**DATABRICKS, "DBX_PATCH_LOG_LEVEL": "debug"})
    assert loud.stdout == "False\nTrue\n", "logging is the application's to load"
    root = str(notebook.workspace.home / "proj/src")
    assert f"dbx_patch DEBUG: put back on sys.path after import acme_src: {root}\n" in loud.stderr
    assert "dbx_patch DEBUG: served by the fallback: acme_src (" in loud.stderr
    assert loud.stderr.count("put back") == 1
    quiet = notebook.environment.run(code, env=DATABRICKS)
    assert quiet.stdout == "False\nTrue\n" and quiet.stderr == ""


BROKEN = """
import sys, types, dbx_patch
class Hook:
    def __setattr__(self, name, value): raise RuntimeError("read-only")
hook = sys.modules["dbruntime.pythonPathHook"] = types.ModuleType("dbruntime.pythonPathHook")
class Meta(type):
    def __setattr__(self, name, value): raise RuntimeError("read-only")
class PythonPathHook(metaclass=Meta):
    def _handle_sys_path_maybe_updated(self): pass
hook.PythonPathHook = PythonPathHook
sys.modules["dbruntime.autoreload.file_module_utils"] = types.ModuleType("dbruntime.autoreload.file_module_utils")
dbx_patch.apply_all_patches(verbose=False)
"""


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR"])
def test_each_level_logs_its_own(notebook: Notebook, level: str) -> None:
    """A patch that failed and a setting that is unknown are warnings; a patch that does not apply is information."""
    settings = {"DBX_PATCH_LOG_LEVEL": level, "DBX_PATCH_DISABLE": "falback", "DBX_PATCH_ENABLED": "maybe"}
    done = notebook.environment.run(BROKEN, env={**DATABRICKS, **settings})
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stderr.splitlines() if " DEBUG: " not in line]
    warnings = [
        "dbx_patch WARNING: DBX_PATCH_ENABLED=maybe is not a known value and is ignored",
        "dbx_patch WARNING: DBX_PATCH_DISABLE names falback, which is not a patch",
        "dbx_patch WARNING: python_path_hook failed: read-only",
    ]
    information = [line for line in said if line.startswith("dbx_patch INFO: autoreload is not applicable: ")]
    assert len(information) == (level in ("DEBUG", "INFO"))
    assert [line for line in said if line not in information] == (warnings if level != "ERROR" else [])


UNINSTALLED = """
import sys, dbx_patch
dbx_patch.check_patch_status(verbose=False)
print("ready", flush=True)
sys.stdin.readline()
for code in ("dbx_patch.load_ipython_extension", "from dbx_patch import load_ipython_extension", "dbx_patch.unknown"):
    try:
        exec(code)
    except ImportError as error:
        print(error)
print(dbx_patch.check_patch_status(verbose=False).warnings)
"""


def test_uninstalled_while_it_runs_says_what_to_do(environment: Environment) -> None:
    line = [environment.python, "-c", UNINSTALLED]
    with subprocess.Popen(line, env=clean_environ(DATABRICKS), stdin=-1, stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout and process.stdout.readline() == "ready\n"
        environment.pip("uninstall", "-q", "-y", "dbx-patch")
        said, errors = process.communicate("go on\n", timeout=60)
    *fails, warnings = said.splitlines()
    assert errors == "" and len(fails) == 3, said
    assert set(fails) == {"dbx-patch was uninstalled while this process was running: restart Python"}
    assert "when Python is restarted" in warnings


def test_startup_status(notebook: Notebook) -> None:
    code = "import dbx_patch, json; print(json.dumps(dbx_patch.check_startup_status(verbose=False).to_dict()))"
    found = json.loads(notebook.environment.run(code, env=DATABRICKS).stdout)
    site = str(notebook.environment.site_packages)
    assert found["armed"] and found["cause"] == "started" and found["runs"] >= 1 and site in found["site_folders"]
    assert found["startup_files"] == [f"{site}/zzz_dbx_patch.pth"] and found["package"] == f"{site}/dbx_patch"
