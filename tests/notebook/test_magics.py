"""`%load_ext dbx_patch` and `%dbx_patch` work in a real IPython shell."""

from __future__ import annotations

import json
import re
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from support.environments import DATABRICKS, TARGET, Environment, clean_environ
from support.kernels import Notebook

pytest.importorskip("IPython")
SHELL = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance(colors="NoColor")
def run(cell):
    done = shell.run_cell(cell, silent=False)
    done.raise_error()
    return done.result
def html(cell):
    return shell.display_formatter.format(run(cell))[0]["text/html"]
def armed():
    return any(type(f).__module__ == "dbx_patch.hooks" for f in sys.meta_path)
"""


@pytest.fixture(scope="module")
def env(notebook: Notebook) -> Environment:
    import sys

    if sys.executable != TARGET:
        pytest.skip("IPython is installed for the interpreter of the tests only")
    return notebook.environment


def with_ipython(env: Environment, tmp_path: Path, options: tuple[str, ...] = ()) -> dict[str, str]:
    """The settings of a process that has IPython, which comes from the tests' own environment."""
    libraries = tmp_path / "libraries"  # all of that environment but dbx-patch, which may be installed there too
    libraries.mkdir(exist_ok=True)
    for entry in Path(sysconfig.get_paths()["purelib"]).iterdir():
        link = libraries / entry.name
        if "dbx_patch" not in entry.name and not link.is_symlink():
            link.symlink_to(entry)
    path = str(libraries)
    if options:
        path = f"{env.site_packages}:{path}"  # -S: no site folder
    return {**DATABRICKS, "PYTHONPATH": path, "IPYTHONDIR": str(tmp_path / "ipython")}


def in_ipython(env: Environment, code: str, tmp_path: Path, options: tuple[str, ...] = ()) -> Any:
    """The JSON on the last line of what ``code`` prints."""
    done = env.run(SHELL + code, env=with_ipython(env, tmp_path, options), options=options)
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout.splitlines()[-1])


def in_terminal_ipython(env: Environment, tmp_path: Path, *cells: str) -> list[str]:
    """What IPython's own program shows for each cell that is typed."""
    words = ["--simple-prompt", "--no-banner", "--quick", "--no-confirm-exit", "--colors=NoColor"]
    environ = clean_environ({**with_ipython(env, tmp_path), "PYTHONSTARTUP": ""})
    typed = "".join(cell + "\n" for cell in cells)
    line = [env.python, "-m", "IPython", *words]
    done = subprocess.run(line, input=typed, env=environ, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and "Traceback" not in done.stdout, done
    return [shown.strip("\n") for shown in re.split(r"In \[\d+\]: ", done.stdout)[1:]][: len(cells)]


def test_every_magic_shows_html(env: Environment, tmp_path: Path) -> None:
    code = """
run("%load_ext dbx_patch")
cells = ["%dbx_patch", "%dbx_patch status", "%dbx_patch verify", "%dbx_patch paths", "%dbx_patch refresh",
         "%dbx_patch explain acme_src.sub", "%dbx_patch off", "%dbx_patch on", "%dbx_patch selftest"]
print(json.dumps([html(cell) for cell in cells]))
"""
    shown = in_ipython(env, code, tmp_path)
    assert all(text.startswith("<div") and text.endswith("</div>") for text in shown)
    assert "sys_path_init" in shown[1] and "nothing found" in shown[2] and "acme_src_project" in shown[3]
    assert "acme_src/sub.py" in shown[5] and "disarmed" in shown[6] and "active" in shown[7]
    assert "14 promises" in shown[8] and "not tried" in shown[8]


def test_text_plain_is_the_text(env: Environment, tmp_path: Path) -> None:
    """What a terminal shows, and a notebook that is exported to text."""
    code = """
run("%load_ext dbx_patch")
run("import dbx_patch")
cells = ["%dbx_patch status", "%dbx_patch verify", "%dbx_patch paths", "%dbx_patch refresh", "%dbx_patch explain json",
         "dbx_patch.editable_installs()[0]", "dbx_patch.check_startup_status(verbose=False)"]
results = [run(cell) for cell in cells]
print(json.dumps([[shell.display_formatter.format(one)[0]["text/plain"], str(one)] for one in results]))
"""
    shown = in_ipython(env, code, tmp_path)
    assert len(shown) == 7 and all(plain == text for plain, text in shown)


def test_a_terminal_shows_text_and_once(env: Environment, tmp_path: Path) -> None:
    """In IPython's own program: a value is its text and not a dataclass's repr; what was printed is not shown again."""
    quiet, printed, assigned, later, listed = in_terminal_ipython(
        env,
        tmp_path,
        "import dbx_patch; dbx_patch.check_patch_status(verbose=False)",
        "dbx_patch.check_patch_status()",
        "found = dbx_patch.explain('acme_src')",
        "found",
        "dbx_patch.editable_installs()",
    )
    assert (
        quiet.startswith("Out[1]: \ndbx-patch ")
        and "PatchStatus(" not in quiet
        and quiet.count("python_path_hook") == 1
    )
    assert printed.startswith("dbx-patch ") and printed.endswith("Out[2]: (shown above)")
    assert printed.count("dbx-patch ") == 1
    assert assigned.startswith("import acme_src works"), "explain prints as the others do"
    assert later.startswith("Out[4]: \nimport acme_src works"), "in another cell it is shown as ever"
    assert "EditableInstall(" not in listed and len(listed.splitlines()) == 3, "a list has a line for each"


def test_a_notebook_shows_a_result_once(env: Environment, tmp_path: Path) -> None:
    code = """
shell.kernel = object()  # what tells a notebook's shell from a terminal's
import contextlib, io
run("import dbx_patch")
def shown(cell):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        shell.run_cell(cell, store_history=STORE)
    return out.getvalue().count("python_path_hook")
answers = []
for STORE in (True, False):
    for cell in ("dbx_patch.check_patch_status()", "dbx_patch.check_patch_status(verbose=False)",
                 "kept = dbx_patch.check_patch_status(); kept", "kept"):
        answers.append(shown(cell))
print(json.dumps([answers, sorted(shell.display_formatter.format(run("kept"))[0])]))
"""
    answers, kinds = in_ipython(env, code, tmp_path)
    assert answers == [1, 1, 1, 1] * 2 and kinds == ["text/html", "text/plain"]


def test_report_writes_a_file_in_the_notebooks_folder(env: Environment, tmp_path: Path) -> None:
    code = f"""
import os
os.chdir({str(tmp_path)!r})
run("%load_ext dbx_patch")
print(json.dumps([html("%dbx_patch report"), run("%dbx_patch report").file]))
"""
    shown, file = in_ipython(env, code, tmp_path)
    assert file == str(tmp_path / "dbx-patch-report.txt") and shown.startswith("<div") and file in shown
    assert "acme_src_project" in Path(file).read_text() and str(env.folder) not in Path(file).read_text()


def test_loading_arms_and_unloading_undoes_it(env: Environment, tmp_path: Path) -> None:
    code = """
states = [armed()]
run("%load_ext dbx_patch")
states.append(armed())
run("%unload_ext dbx_patch")
states += [armed(), "dbx_patch" in shell.magics_manager.magics["line"]]
states.append("verify" in shell.complete(None, "%dbx_patch ")[1])
run("%load_ext dbx_patch")
print(json.dumps([*states, armed()]))
"""
    assert in_ipython(env, code, tmp_path, ("-S",)) == [False, True, False, False, False, True]
    assert in_ipython(env, code, tmp_path) == [True, True, True, False, False, True]  # a .pth armed it, and that stays


def test_completion(env: Environment, tmp_path: Path) -> None:
    code = """
run("%load_ext dbx_patch")
lines = ["%dbx_patch ", "%dbx_patch ver", "%dbx_patch explain acme_", "%dbx_patch explain acme_src.d", "%dbx_patch on "]
print(json.dumps([shell.complete(None, line)[1] for line in lines]))
"""
    words, verify, names, parts, nothing = in_ipython(env, code, tmp_path)
    assert {"status", "verify", "paths", "explain", "refresh", "on", "off"} <= set(words)
    assert verify == ["verify"] and names == ["acme_flat", "acme_src"] and parts == ["acme_src.deep"]
    assert not {"status", "verify"} & set(nothing)


def test_a_mistyped_word_gets_a_suggestion(env: Environment, tmp_path: Path) -> None:
    code = """
from IPython.core.error import UsageError
run("%load_ext dbx_patch")
said = []
for line in ("verfy", "explain", "on off"):
    try:
        shell.run_line_magic("dbx_patch", line)
    except UsageError as error:
        said.append(str(error))
print(json.dumps(said))
"""
    said = in_ipython(env, code, tmp_path)
    assert len(said) == 3 and said[0].endswith("Did you mean `%dbx_patch verify`?") and "explain NAME" in said[1]


def test_remedies_are_for_a_cell(env: Environment, tmp_path: Path) -> None:
    code = """
from dbx_patch.diagnosis import remedies
print(json.dumps([remedies.pip("uninstall", "-y", "x y"), remedies.shell("rm", "a b"), remedies.code("1")]))
"""
    assert in_ipython(env, code, tmp_path) == ["%pip uninstall -y 'x y'", "!rm 'a b'", "1"]
