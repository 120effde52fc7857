"""Interpreters that start from a zip file, in a C program or inside another one work with dbx-patch installed."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Callable

import pytest

from real.houses import House
from real.neighbours import NEEDS_US, SERVED, furnish
from support.environments import DATABRICKS, TARGET, clean_environ, run
from support.kernels import ERAS
from support.workspaces import package

Build = Callable[..., House]


@pytest.mark.parametrize("era", ERAS)
def test_zipped_modules_beside_editable_ones(house: Build, era: str) -> None:
    made = furnish(house("dbx-patch"))
    archive = made.environment.folder.parent / "zipped.zip"
    with zipfile.ZipFile(archive, "w") as stream:
        for name, text in package("zipped").items():
            stream.writestr(name, text)
        stream.writestr("zipped/user.py", "import acme.lazy\nANSWER = acme.lazy.load()\n")
    cell = f"import sys; sys.path.insert(0, {str(archive)!r}); import zipped.user; zipped.user.ANSWER"
    loader = "import zipped.sub, zipimport; isinstance(zipped.sub.__loader__, zipimport.zipimporter)"
    assert made.notebook.values(cell, loader, NEEDS_US, runtime=era) == ["acme.deep.leaf", True, SERVED]


def test_a_runtime_module_in_a_zip_is_patched(house: Build) -> None:
    made = furnish(house("dbx-patch"))
    archive = made.environment.folder.parent / "runtime.zip"
    with zipfile.ZipFile(archive, "w") as stream:
        stream.writestr("sys_path_init.py", "def patch_sys_path_with_developer_paths():\n    pass\n")
    code = "import sys_path_init as s; f = s.patch_sys_path_with_developer_paths"
    code += "; print(f.__module__, type(s.__loader__).__name__)"
    printed = made.python("-c", code, env={"PYTHONPATH": str(archive)})
    assert printed == "dbx_patch.patches.sys_path_init_patch zipimporter\n"


SUBINTERPRETER = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
import os
for text in ("import acme.sub, os, sys", "import _dbx_patch_bootstrap as b"):
    exec(text)
code = '''
import sys
names = [type(f).__name__ for f in sys.meta_path]
import acme.sub, _dbx_patch_bootstrap as b
with open({out!r}, "a") as stream:
    print(names[0], names[-1], acme.sub.PARENT, b.runs > 0, b.fault, file=stream)
'''
for _ in range(2):
    one = interpreters.create()
    run = getattr(interpreters, "exec", None) or interpreters.run_string
    failed = run(one, code)
    assert not failed, failed
    interpreters.destroy(one)
"""


def test_subinterpreters_are_armed_each_on_its_own(house: Build) -> None:
    made = furnish(house("dbx-patch"))
    out = made.environment.folder.parent / "out.txt"
    has = "import importlib.util as u; print(any(map(u.find_spec, ('_interpreters', '_xxsubinterpreters'))))"
    if made.python("-c", has) != "True\n":
        pytest.skip("this Python has no subinterpreters module")
    made.python("-W", "ignore", "-c", SUBINTERPRETER.replace("{out!r}", repr(str(out))))
    assert out.read_text() == "ImportTrigger EditableFallback editable True None\n" * 2


EMBEDDER = r"""
#include <Python.h>

int main(int argc, char **argv) {
    PyStatus status;
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    config.site_import = argv[1][0] == '1';
    status = PyConfig_SetBytesString(&config, &config.executable, argv[2]);
    if (!PyStatus_Exception(status)) status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status)) Py_ExitStatusException(status);
    int failed = PyRun_SimpleString(argv[3]);
    return Py_FinalizeEx() < 0 ? 120 : failed != 0;
}
"""


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A C program that starts the target's interpreter: ``embedder SITE EXECUTABLE CODE``."""
    if shutil.which("cc") is None:
        pytest.skip("needs a C compiler")
    query = "import sysconfig, json; print(json.dumps(sysconfig.get_config_vars()))"
    config = json.loads(run([TARGET, "-c", query]).stdout)
    header = Path(config["INCLUDEPY"], "cpython/initconfig.h")
    library = next((p for n in ("LDLIBRARY", "LIBRARY") if (p := _library(config, n)) is not None), None)
    if not header.exists() or library is None:
        pytest.skip("this Python has no PyConfig, or no library to link with")
    folder = tmp_path_factory.mktemp("embedder")
    (folder / "embedder.c").write_text(EMBEDDER)
    links = [str(library), *config["LIBS"].split(), *config["SYSLIBS"].split(), *config["LINKFORSHARED"].split()]
    search = [f"-Wl,-rpath,{library.parent}"]
    run(["cc", "-o", folder / "embedder", folder / "embedder.c", f"-I{config['INCLUDEPY']}", *links, *search])
    return folder / "embedder"


def _library(config: dict[str, str], variable: str) -> Path | None:
    for folder in (config["LIBDIR"], config.get("LIBPL") or ""):
        path = Path(folder, config[variable] or "none")
        if path.is_file():
            return path
    return None


def embedded(embedder: Path, made: House, site: str, code: str) -> subprocess.CompletedProcess[str]:
    command = [str(embedder), site, made.environment.python, code]
    return subprocess.run(command, env=clean_environ(DATABRICKS), capture_output=True, text=True, timeout=60)


def test_embedded_with_site_it_is_armed(house: Build, embedder: Path) -> None:
    made = furnish(house("dbx-patch"))
    code = "import sys, acme.sub; print(type(sys.meta_path[0]).__name__, acme.sub.PARENT)"
    done = embedded(embedder, made, "1", code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ImportTrigger editable\n", "")


def test_embedded_without_site_nothing_happens_until_it_is_called(house: Build, embedder: Path) -> None:
    made = furnish(house("dbx-patch"))
    site_packages = str(made.environment.site_packages)
    code = f"""
import sys
before = [m for m in sys.modules if "dbx_patch" in m]
sys.path.append({site_packages!r})
import dbx_patch
dbx_patch.apply_all_patches(verbose=False)
import acme.sub, library
print(before, 'site' in sys.modules, acme.sub.PARENT, library.load("acme.deep.leaf"))
"""
    done = embedded(embedder, made, "0", code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[] False editable acme.deep.leaf\n", "")
