"""`%load_ext dbx_patch` and `%dbx_patch` work in a real IPython shell."""

from __future__ import annotations

import sysconfig
from pathlib import Path
from typing import Any

import pytest

from support.environments import DATABRICKS, TARGET, Environment
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


def in_ipython(env: Environment, code: str, tmp_path: Path, options: tuple[str, ...] = ()) -> Any:
    """The JSON on the last line of what ``code`` prints. IPython comes from the tests' own environment."""
    libraries = tmp_path / "libraries"  # all of that environment but dbx-patch, which may be installed there too
    libraries.mkdir(exist_ok=True)
    for entry in Path(sysconfig.get_paths()["purelib"]).iterdir():
        link = libraries / entry.name
        if "dbx_patch" not in entry.name and not link.is_symlink():
            link.symlink_to(entry)
    path = str(libraries)
    if options:
        path = f"{env.site_packages}:{path}"  # -S: no site folder
    environ = {**DATABRICKS, "PYTHONPATH": path, "IPYTHONDIR": str(tmp_path / "ipython")}
    done = env.run(SHELL + code, env=environ, options=options)
    assert done.returncode == 0, done.stderr + done.stdout
    import json

    return json.loads(done.stdout.splitlines()[-1])


def test_every_magic_shows_html(env: Environment, tmp_path: Path) -> None:
    code = """
run("%load_ext dbx_patch")
cells = ["%dbx_patch", "%dbx_patch status", "%dbx_patch verify", "%dbx_patch paths", "%dbx_patch refresh",
         "%dbx_patch explain acme_src.sub", "%dbx_patch off", "%dbx_patch on"]
print(json.dumps([html(cell) for cell in cells]))
"""
    shown = in_ipython(env, code, tmp_path)
    assert all(text.startswith("<div") and text.endswith("</div>") for text in shown)
    assert "sys_path_init" in shown[1] and "nothing found" in shown[2] and "acme_src_project" in shown[3]
    assert "acme_src/sub.py" in shown[5] and "disarmed" in shown[6] and "active" in shown[7]


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
