"""A remedy can be pasted into a shell as it is, whatever characters are in the path that it names."""

from __future__ import annotations

import os
import shutil
import site as site_module
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from dbx_patch._version import __version__
from dbx_patch.diagnosis import remedies
from dbx_patch.diagnosis.disk import Disk
from dbx_patch.diagnosis.installs import describe
from support.checked import Mine
from support.installed import distribution, index_of
from support.workspaces import write


def paste(line: str) -> None:
    subprocess.run(["sh", "-e", "-c", line], check=True, timeout=120)


@pytest.mark.parametrize("line", ["/ws/a b", "/ws/it's", "/ws/a.b*[c]$", "/ws/a|b^c", "/ws/back\\slash", "/ws/ünï"])
@pytest.mark.parametrize("around", ["{}\n", "\ufeff{}\n", "{}  \r\n"])
def test_a_line_goes_and_its_neighbours_stay(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str, around: str
) -> None:
    monkeypatch.setattr(remedies, "is_here", lambda path: True)  # in this environment, where alone a remedy changes
    pth, others = tmp_path / "it's a.pth", f"{line}2\nx{line}\n"
    pth.write_bytes((around.format(line) + others).encode())
    paste(remedies.drop_line(str(pth), line))
    assert pth.read_bytes().decode() == others


def test_a_hand_written_file_of_one_project_loses_that_line(
    monkeypatch: pytest.MonkeyPatch, site: Path, project: Path, tmp_path: Path
) -> None:
    monkeypatch.setattr(remedies, "is_here", lambda path: True)
    (tmp_path / "other").mkdir()
    index = index_of(site, {"mine.pth": f"{project}/src\n{tmp_path}/other\n"})
    (install,) = (describe(one, index) for one in index.installs if f"{project}/src" in one.paths)
    paste(remedies.drop(install, f"{project}/src"))
    assert (site / "mine.pth").read_text() == f"{tmp_path}/other\n"


def test_pip_is_the_one_of_this_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert remedies.pip("uninstall", "-y", "x y") == f"{sys.executable} -m pip uninstall -y 'x y'"


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    ipython = ModuleType("IPython")
    ipython.get_ipython = object  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ipython)


def program(folder: Path, name: str) -> None:
    write(folder, {name: "#!/bin/sh\n"})
    (folder / name).chmod(0o755)


def test_which_pip_a_shell_is_told(mine: Mine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`pip` itself only where that is this environment's; uv's where there is no other."""
    own, other = tmp_path / "env/bin", tmp_path / "other"
    monkeypatch.setenv("PATH", str(other))
    python = f"{tmp_path}/env/bin/python"
    assert remedies.pip("check") == f"{python} -m pip check"
    program(other, "uv")
    assert remedies.pip("check") == f"UV_PYTHON={python} uv pip check"
    write(mine.site, {"pip/__init__.py": ""})
    program(other, "pip")
    assert remedies.pip("check") == f"{python} -m pip check"
    program(own, "pip")
    monkeypatch.setenv("PATH", os.pathsep.join((str(own), str(other))))
    assert remedies.pip("install", "a b", "c>=1") == "pip install 'a b' 'c>=1'"


def test_a_notebook_is_told_in_its_own_words(notebook: None) -> None:
    assert remedies.pip("install", "a b") == "%pip install 'a b'"
    assert remedies.shell("rm", "a b") == "!rm 'a b'" and remedies.code("x = 1") == "x = 1"
    off, on = remedies.unset("DBX_PATCH_DISABLE"), remedies.switch_on()
    changed = remedies.set_to("DBX_PATCH_DISABLE", "it's")
    for remedy in (off, on, changed):
        compile(remedy, "cell", "exec")
        assert remedy.endswith("; " + remedies.APPLY)
    assert off.startswith("# remove DBX_PATCH_DISABLE from the cluster") and 'pop("DBX_PATCH_DISABLE", None)' in off
    assert on.startswith('import os; os.environ["DBX_PATCH_ENABLED"] = "1"')
    assert (
        changed.startswith("# change DBX_PATCH_DISABLE in") and 'os.environ["DBX_PATCH_DISABLE"] = "it\'s"' in changed
    )


def test_a_shell_is_told_in_its_own_words() -> None:
    assert remedies.shell("rm", "a b") == "rm 'a b'"
    assert remedies.code("x = 1") == "# in a notebook cell:\nx = 1"
    assert remedies.unset("DBX_PATCH_DISABLE") == "unset DBX_PATCH_DISABLE"
    assert remedies.switch_on() == "export DBX_PATCH_ENABLED=1"
    assert remedies.set_to("DBX_PATCH_DISABLE", "a b") == "export DBX_PATCH_DISABLE='a b'"
    assert ("dbx-patch>=1", f"dbx-patch=={__version__}") == (remedies.OURS, remedies.THIS)


def test_an_ipython_that_runs_no_shell_is_no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    ipython = ModuleType("IPython")
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    assert not remedies.in_notebook()
    ipython.get_ipython = lambda: None  # type: ignore[attr-defined]
    assert not remedies.in_notebook()


def test_what_lies_in_this_environment(mine: Mine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its site folders, that of the user included; not what one elsewhere has, or what merely begins so."""
    user, lower = tmp_path / "user/site-packages", tmp_path / "lower/site-packages"
    monkeypatch.setattr(site_module, "getsitepackages", lambda *prefixes: [str(mine.site), str(lower)])
    monkeypatch.setattr(site_module, "USER_SITE", str(user))
    assert remedies.is_here(str(mine.site)) and remedies.is_here(f"{mine.site}/a.pth")
    for path in (lower, user, f"{mine.site}-2/a.pth", mine.site.parent, mine.home):
        assert not remedies.is_here(str(path)), path
    monkeypatch.setattr(site_module, "ENABLE_USER_SITE", True)
    assert remedies.is_here(f"{user}/a.pth") and remedies.is_here(str(mine.site))
    monkeypatch.setattr(site_module, "USER_SITE", None)
    assert remedies.is_here(str(mine.site)) and not remedies.is_here(f"{user}/a.pth")
    monkeypatch.setattr(site_module, "getsitepackages", list)
    assert not remedies.is_here(str(mine.site))


def test_only_what_pip_would_remove_is_uninstalled(mine: Mine, tmp_path: Path) -> None:
    """The first copy on the path, under any spelling, and only in this environment."""
    site, lower = str(mine.site), tmp_path / "lower/site-packages"
    distribution(lower, "acme_one")
    sys.path[:0] = ["", *[str(lower)]]
    assert remedies.uninstall("acme-one", site, Disk()) == "", "there is none"
    distribution(mine.site, "Acme.One")
    assert remedies.uninstall("acme-one", site, Disk()) == "", "another one comes before it"
    assert remedies.uninstall("acme-one", str(lower), Disk()) == "", "that is another environment's"
    shutil.rmtree(lower)
    assert remedies.uninstall("acme-one", site, Disk()).endswith(" uninstall -y acme-one")
    assert remedies.plain("A__b.-c") == "a-b-c"


def test_how_to_be_rid_of_an_install(mine: Mine, project: Path) -> None:
    """A distribution is uninstalled; of a hand-written file it is a line that goes, the first of its own."""
    write(mine.site, {"mine.pth": f"# mine\n/no/such\n{project}/src\n"})
    write(mine.site, {"_acme.pth": f"{project}/src\n"})
    distribution(mine.site, "acme", ["_acme.pth"], project=project)
    installs = {install.name: install for install in mine.search().installs}
    assert remedies.drop(installs["acme"], Disk()).endswith(" uninstall -y acme")
    for root in ("", f"{project}/src"):
        line = remedies.drop(installs["mine.pth"], Disk(), root)
        assert line.startswith("sed -i ") and "my project/src" in line and line.endswith(f" {mine.site}/mine.pth")
    assert remedies.drop(installs["mine.pth"], Disk(), "/another") == ""
    assert remedies.drop_line(f"{project}/other.pth", "/no/such") == "", "that is a user's file"
