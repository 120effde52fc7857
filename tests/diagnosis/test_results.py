"""Every result shows itself as JSON, text and HTML; the functions of the API return them."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from support.environments import DATABRICKS, ROOT, clean_environ
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


def test_startup_status(notebook: Notebook) -> None:
    code = "import dbx_patch, json; print(json.dumps(dbx_patch.check_startup_status(verbose=False).to_dict()))"
    found = json.loads(notebook.environment.run(code, env=DATABRICKS).stdout)
    site = str(notebook.environment.site_packages)
    assert found["armed"] and found["cause"] == "started" and found["runs"] >= 1 and site in found["site_folders"]
    assert found["startup_files"] == [f"{site}/zzz_dbx_patch.pth"] and found["package"] == f"{site}/dbx_patch"
