"""A remedy can be pasted into a shell as it is, whatever characters are in the path that it names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dbx_patch.diagnosis import remedies
from dbx_patch.diagnosis.installs import describe
from support.installed import index_of


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
