"""A start on stock Debian or Ubuntu, and `import subprocess`, miss modules, and dbx-patch reads and loads nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.environments import DATABRICKS, Environment
from support.workspaces import src_project, write

pytestmark = pytest.mark.core

# As Debian's python3 packages have it: Apport is only there on Ubuntu's desktops.
SITECUSTOMIZE = """
try:
    import apport_python_hook
except ImportError:
    pass
else:
    apport_python_hook.install()
"""
# A line of another distribution's: it runs after ours, in the order of the files' names.
LINE = "import sys; exec('try:\\n import nowhere.at_all\\nexcept ImportError:\\n pass')\n"
# Put in place by the first of all .pth files: it sees what the start opens and lists.
WATCH = """
import sys
seen = []

def look(event, args):
    if event in ("open", "os.listdir", "os.scandir"):
        seen.append(f"{event} {args[0]}")

sys.addaudithook(look)
"""
REPORT = """
import _aaa_watch
seen = list(_aaa_watch.seen)
import json, sys
print(json.dumps([sorted(name for name in sys.modules if "dbx_patch" in name), seen]))
"""
STARTED = ["_dbx_patch_bootstrap", "dbx_patch", "dbx_patch.hooks"]
LIBRARY_OF = "import json, os, sys; print(json.dumps([os.path.dirname(os.__file__), sys.version_info[:2]]))"


@pytest.fixture
def watched(environment: Environment, tmp_path: Path) -> Environment:
    """With an editable install, whose root is on ``sys.path``."""
    environment.install_editable(src_project(tmp_path / "proj", "acme"))
    write(environment.site_packages, {"_aaa_watch.py": WATCH, "_aaa.pth": "import _aaa_watch\n"})
    return environment


def start(environment: Environment, code: str = "", **env: str) -> tuple[list[str], list[str]]:
    """Return which modules of ours a process has loaded, and what it opened or listed but for those."""
    env["PYTHONDONTWRITEBYTECODE"] = "1"  # else the first start has more to do than the next
    modules, seen = environment.value(code + REPORT, env=env)  # type: ignore[misc]
    return modules, sorted(event for event in seen if "dbx_patch" not in event)


def looks_at_nothing(environment: Environment, code: str = "", **env: str) -> bool:
    """Tell whether a start on Databricks is the plain one, and three modules."""
    modules, with_it = start(environment, code, **DATABRICKS, **env)
    none, without = start(environment, code, **env)
    assert (modules, none) == (STARTED, STARTED[:1]) and without
    return with_it == without


def home_with(environment: Environment, folder: Path, files: dict[str, str]) -> Path:
    """An interpreter's home whose standard library has further files, and the environment's site-packages."""
    library, (major, minor) = environment.value(LIBRARY_OF)  # type: ignore[misc]
    made = folder / f"lib/python{major}.{minor}"
    made.mkdir(parents=True)
    for path in Path(library).iterdir():
        if path.name not in ("site-packages", "sitecustomize.py"):
            (made / path.name).symlink_to(path)
    (made / "site-packages").symlink_to(environment.site_packages)
    write(made, files)
    return folder


def test_a_sitecustomize_in_the_standard_librarys_folder(watched: Environment, tmp_path: Path) -> None:
    home = home_with(watched, tmp_path / "home", {"sitecustomize.py": SITECUSTOMIZE + "import sys; sys.ran = 1\n"})
    (watched.folder / "pyvenv.cfg").unlink()  # what it names would count before PYTHONHOME
    assert looks_at_nothing(watched, "import sys; assert sys.ran\n", PYTHONHOME=str(home))


def test_a_sitecustomize_on_the_path(watched: Environment, tmp_path: Path) -> None:
    write(tmp_path / "first", {"sitecustomize.py": SITECUSTOMIZE + "import sys; sys.ran = 1\n"})
    assert looks_at_nothing(watched, "import sys; assert sys.ran\n", PYTHONPATH=str(tmp_path / "first"))


@pytest.mark.parametrize("file", ["zzzz_after.pth", "a_before.pth"])
def test_a_line_of_another_pth_file(watched: Environment, file: str) -> None:
    write(watched.site_packages, {file: LINE})
    assert looks_at_nothing(watched)


@pytest.mark.parametrize("module", ["subprocess", "ntpath", "shutil", "platform, urllib.request", "logging, pdb"])
def test_modules_of_other_systems_that_the_standard_library_tries(watched: Environment, module: str) -> None:
    assert looks_at_nothing(watched, f"import {module}\n")


def test_a_miss_of_ones_own_is_looked_into(watched: Environment) -> None:
    """What the other tests would see, if there were something to see."""
    code = "try:\n    import nowhere\nexcept ImportError:\n    pass\n"
    modules, with_it = start(watched, code, **DATABRICKS)
    assert set(modules) > set(STARTED)
    assert set(with_it) - set(start(watched, code)[1]) >= {f"open {watched.site_packages}"}
    assert json.dumps(with_it).count("zzz") == 0
