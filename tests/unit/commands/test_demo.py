"""The demo says what worked without and with dbx-patch, counts what was not as expected, and brings its own start."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dbx_patch.commands import demo
from dbx_patch.commands.demo import MUST_FAIL, DemoResult, Step


def result(*steps: Step, installed: bool = True) -> DemoResult:
    return DemoResult(installed, 1.25, list(steps))


GOOD = Step("legacy", "sys_path_init", "a cell imports it", False, True, True, "ImportError: gone\nand more")
REFUSED = Step("modern", "workspace hook", MUST_FAIL, False, False, True, "ImportError: refused")
BAD = Step("modern", "autoreload", "files reload", True, True, False)


def test_what_is_as_expected() -> None:
    found = result(GOOD, REFUSED)
    assert found.exit_code() == 0 and found.headline().endswith("demo, 1.2 s: Everything is as expected.")
    text = " ".join(str(found).split())
    assert "sys_path_init a cell imports it fails works" in text
    assert f"workspace hook {MUST_FAIL} refused refused" in text
    assert "Errors without dbx-patch ImportError: gone" in text and "and more" not in text
    assert "ImportError: refused" not in text and "Not as expected" not in text


def test_what_is_not() -> None:
    found = result(GOOD, BAD)
    assert found.exit_code() == 1 and ": 1 of 2 outcomes are NOT as expected." in found.headline()
    assert "missed modern: files reload works without dbx-patch" in " ".join(str(found).split())
    assert result().exit_code() == 1, "nothing was tried"
    assert "is not installed: it runs from its source" in result(GOOD, installed=False).headline()


@pytest.mark.parametrize(("version", "more"), [((3, 14), []), ((3, 15), ["zzz_dbx_patch.start"])])
def test_its_environment_gets_the_start_up_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: "tuple[int, int]", more: "list[str]"
) -> None:
    monkeypatch.setattr(demo, "startup_files", list)
    monkeypatch.setattr(demo.shutil, "copytree", lambda source, target: None)
    monkeypatch.setattr(sys, "version_info", version)
    demo._copy_dbx_patch(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["_dbx_patch_bootstrap.py", "zzz_dbx_patch.pth", *more]
    line = "import _dbx_patch_bootstrap; _dbx_patch_bootstrap.init()\n"
    assert (tmp_path / "zzz_dbx_patch.pth").read_text() == line
    own = tmp_path / "own.pth"
    own.write_text("import its_own\n")
    monkeypatch.setattr(demo, "startup_files", lambda: [str(own)])
    demo._copy_dbx_patch(tmp_path)
    assert (tmp_path / "zzz_dbx_patch.pth").read_text() == "import its_own\n"
