"""A remedy can be pasted as it is into the shell or the notebook that it is for, and names what it may change."""

from __future__ import annotations

import shlex
import site as site_module
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from dbx_patch._version import __version__
from dbx_patch.diagnosis import remedies
from dbx_patch.diagnosis.disk import Disk
from dbx_patch.diagnosis.installs import describe
from support.installed import distribution, index_of, site_folder
from support.solo import Solo
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
    assert remedies.drop(install, Disk(), f"{tmp_path}/other") == remedies.drop_line(
        str(site / "mine.pth"), f"{tmp_path}/other"
    )
    paste(remedies.drop(install, Disk(), f"{project}/src"))
    assert (site / "mine.pth").read_text() == f"{tmp_path}/other\n"


def test_pip_is_the_one_of_this_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert remedies.pip("uninstall", "-y", "x y") == f"{sys.executable} -m pip uninstall -y 'x y'"


def in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    ipython = ModuleType("IPython")
    ipython.get_ipython = lambda: object()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ipython)


def test_each_remedy_is_spelled_for_where_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))  # loaded, and no notebook
    monkeypatch.setenv("PATH", "/nowhere")
    assert remedies.pip("list").endswith(" -m pip list")
    assert remedies.shell("rm", "a b") == "rm 'a b'"
    assert remedies.code("act()") == "# in a notebook cell:\nact()"
    assert remedies.unset("X") == "unset X" and remedies.set_to("X", "a b") == "export X='a b'"
    assert remedies.switch_on() == "export DBX_PATCH_ENABLED=1"
    in_a_notebook(monkeypatch)
    assert remedies.pip("list", "a b") == "%pip list 'a b'"
    assert remedies.shell("rm", "a b") == "!rm 'a b'"
    assert remedies.code("act()") == "act()"
    cells = (remedies.unset("X"), remedies.set_to("X", "a b"), remedies.switch_on())
    for cell, does in zip(cells, ('.pop("X", None)', "[\"X\"] = 'a b'", '["DBX_PATCH_ENABLED"] = "1"')):
        assert does in cell and cell.endswith("apply_all_patches()")
        compile(cell, "cell", "exec")


def test_pip_is_called_by_its_name_where_that_is_this_environments(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """uv makes environments that have none, and then it is uv that can."""
    bin_folder = write(tmp_path / "env/bin", {"pip": "#!/bin/sh\n", "uv": "#!/bin/sh\n"})
    other = write(tmp_path / "other", {"pip": "#!/bin/sh\n"})
    for file in (bin_folder / "pip", bin_folder / "uv", other / "pip"):
        file.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bin_folder / "python"))
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site")])
    monkeypatch.setenv("PATH", str(bin_folder))
    assert remedies.pip("list") == "pip list"
    monkeypatch.setenv("PATH", f"{other}:{bin_folder}")
    assert remedies.pip("list") == f"UV_PYTHON={bin_folder}/python uv pip list"
    write(tmp_path, {"site/pip/__init__.py": ""})
    assert remedies.pip("list") == f"{bin_folder}/python -m pip list"
    monkeypatch.setattr(sys, "executable", "python")  # as where a program embeds it
    monkeypatch.setenv("PATH", "/nowhere")
    assert remedies.pip("list") == "python -m pip list"


def test_what_a_remedy_may_change(solo: Solo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Site folders of this environment and the user's own; no folder beside them, and none of a lower environment."""
    user, lower = tmp_path / "home/.local/lib/site-packages", tmp_path / "lower/site-packages"
    folders = [str(solo.site), str(user), str(lower)]
    monkeypatch.setattr(remedies, "folders_of_site", lambda: folders)
    monkeypatch.setattr(site_module, "USER_SITE", str(user))
    told = [remedies.is_here(path) for path in (*folders, f"{solo.site}/x.pth", f"{solo.site}2", f"{tmp_path}/env")]
    assert told == [True, True, False, True, False, False]
    monkeypatch.setattr(site_module, "USER_SITE", None)
    assert [remedies.is_here(path) for path in folders] == [True, False, False]
    folders.clear()
    assert not remedies.is_here(str(solo.site))


def test_pip_uninstalls_the_first_copy_only(solo: Solo, tmp_path: Path) -> None:
    distribution(solo.site, "Acme.X")
    assert remedies.uninstall("acme-x", str(solo.site), Disk()).endswith("uninstall -y acme-x")
    assert remedies.uninstall("other", str(solo.site), Disk()) == ""
    first = site_folder(tmp_path / "first")
    distribution(first, "acme_x")
    sys.path.insert(0, str(first))
    assert remedies.uninstall("acme-x", str(solo.site), Disk()) == "", "pip would remove the other one"
    assert remedies.uninstall("acme-x", str(first), Disk()) == "", "that one is no business of this environment's"


def test_old_versions_of_that_name_are_another_program() -> None:
    told = (remedies.OURS, remedies.THIS)
    assert told == ("dbx-patch>=1", f"dbx-patch=={__version__}")


def test_pip_where_there_is_none_and_no_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    python = shlex.quote(sys.executable)
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert remedies.pip("list") == f"{python} -m pip list"
    monkeypatch.setattr("shutil.which", lambda name: "/bin/uv" if name == "uv" else None)
    assert remedies.pip("list") == f"UV_PYTHON={python} uv pip list"


def test_a_hand_written_file_that_is_gone_has_no_line_to_drop(tmp_path: Path) -> None:
    install = SimpleNamespace(name="own.pth", pth_files=[str(tmp_path / "own.pth")], paths=["/ws"], site_folder="/x")
    assert remedies.drop(install, Disk()) == ""  # type: ignore[arg-type]
