"""`%load_ext dbx_patch` and `%dbx_patch` work in a real kernel, over the real protocol."""

from __future__ import annotations

from pathlib import Path

import pytest

from real.houses import House
from real.jupyter import kernel_in
from support.environments import run
from support.kernels import ERAS, LIBRARY
from support.workspaces import write

LIBRARY_LOADS = "import library; library.load('acme.deep.leaf')"


@pytest.fixture
def own(kernel_base: House, tmp_path: Path) -> House:
    """A notebook's environment with an editable package and a library, for one test."""
    house = kernel_base.clone(tmp_path)
    write(house.environment.site_packages, {"library.py": LIBRARY})
    house.add_project("acme")
    return house


@pytest.mark.parametrize("where", ["target folder", "start-up files removed"])
@pytest.mark.parametrize("era", ERAS)
def test_load_ext_arms_a_kernel_where_no_pth_ran(own: House, tmp_path: Path, era: str, where: str) -> None:
    env = {}
    if where == "target folder":
        target = tmp_path / "libraries"
        own.environment.pip("uninstall", "-q", "-y", "dbx-patch")
        run([own.environment.python, "-m", "pip", "install", "-q", "--no-index", "--target", target, own.wheel])
        env = {"PYTHONPATH": str(target)}
    else:
        for file in own.environment.site_packages.glob("zzz_dbx_patch.*"):
            file.unlink()
    with kernel_in(own, tmp_path, era, env) as kernel:
        assert kernel.run("import acme").error == "ModuleNotFoundError: No module named 'acme'"
        loaded = kernel.run("%load_ext dbx_patch")
        assert (loaded.error, loaded.text) == ("", "")
        assert kernel.values("import acme; acme.VALUE", LIBRARY_LOADS) == ["'editable'", "'acme.deep.leaf'"]
        assert kernel.run("%unload_ext dbx_patch").error == ""
        refused = kernel.run("import library; library.load('acme.lazy')").error
        assert refused == "ModuleNotFoundError: No module named 'acme.lazy'"


@pytest.mark.parametrize("era", ERAS)
def test_the_magics_answer_in_html(own: House, tmp_path: Path, era: str) -> None:
    with kernel_in(own, tmp_path, era) as kernel:
        assert kernel.run("%load_ext dbx_patch").error == ""
        for line, words in {
            "status": ["active", "applied"],
            "verify": ["acme"],
            "paths": ["acme", str(own.workspace.home / "acme/src")],
            "explain acme.sub": ["acme.sub", "sub.py"],
            "refresh": ["path"],
            "off": ["disarmed"],
            "on": ["active"],
        }.items():
            outcome = kernel.run("%dbx_patch " + line)
            assert outcome.error == "" and outcome.text == "", outcome
            assert outcome.html.lstrip().startswith("<"), line
            for word in words:
                assert word in outcome.html, (line, word)


@pytest.mark.parametrize("era", ERAS)
def test_nothing_is_shown_twice_in_a_cell(own: House, tmp_path: Path, era: str) -> None:
    with kernel_in(own, tmp_path, era) as kernel:
        for call in ("verify_editable_installs()", "explain('acme')", "check_patch_status()"):
            printed = kernel.run(f"import dbx_patch\nfound = dbx_patch.{call}\nfound")
            assert printed.error == "" and printed.text and printed.data == [], call
            later = kernel.run("found")
            assert later.text == "" and list(later.data[0]) == ["text/plain", "text/html"] and len(later.data) == 1
        quiet = kernel.run("dbx_patch.explain('acme', verbose=False)")
        assert quiet.text == "" and "import acme works" in quiet.html


def test_a_wrong_word_is_explained_and_harms_nothing(own: House, tmp_path: Path) -> None:
    with kernel_in(own, tmp_path, "modern") as kernel:
        kernel.run("%load_ext dbx_patch")
        wrong = kernel.run("%dbx_patch verfy")
        assert "Did you mean `%dbx_patch verify`?" in wrong.error + wrong.text
        assert kernel.values("import acme; acme.VALUE") == ["'editable'"]


def test_the_magics_word_completes(own: House, tmp_path: Path) -> None:
    with kernel_in(own, tmp_path, "modern") as kernel:
        kernel.run("%load_ext dbx_patch")
        assert {"status", "verify"} <= set(kernel.completions("%dbx_patch "))
        assert kernel.completions("%dbx_patch explain acm") == ["acme"]


@pytest.mark.parametrize("era", ERAS)
def test_switched_off_the_extension_loads_and_does_nothing(own: House, tmp_path: Path, era: str) -> None:
    with kernel_in(own, tmp_path, era, {"DBX_PATCH_ENABLED": "0"}) as kernel:
        assert kernel.run("%load_ext dbx_patch").error == ""
        for cell in ("%dbx_patch on", "import dbx_patch; dbx_patch.apply_all_patches(verbose=False)"):
            assert "not active" in kernel.run(cell).html
        assert kernel.run("import acme").error == "ModuleNotFoundError: No module named 'acme'"


HOOKS = {"legacy": "wsfs_import_hook", "modern": "workspace_import_machinery"}
NONE, CELL, ALL = [False, False], [True, False], [True, True]


@pytest.mark.parametrize(
    ("disabled", "works"),
    [
        ("sys_path_init, python_path_hook, fallback", NONE),
        ("python_path_hook,fallback", NONE),
        ("sys_path_init,python_path_hook", ALL),
        ("fallback", ALL),
        ("{hook},fallback", CELL),
        ("{hook}", ALL),
        ("sys_path_init,python_path_hook,{hook},executor_wsfs_import_hook,autoreload", ALL),
    ],
)
@pytest.mark.parametrize("era", ERAS)
def test_each_patch_left_out(own: House, tmp_path: Path, era: str, disabled: str, works: list[bool]) -> None:
    """``works``: an import in a cell, and one by a library that then needs more of the same package."""
    with kernel_in(own, tmp_path, era, {"DBX_PATCH_DISABLE": disabled.format(hook=HOOKS[era])}) as kernel:
        outcomes = [kernel.run("1 + 1") and kernel.run("import acme"), kernel.run(LIBRARY_LOADS)]
    assert [outcome.error == "" for outcome in outcomes] == works, outcomes
    for outcome in outcomes:
        assert not outcome.error or outcome.error.startswith("ModuleNotFoundError: No module named 'acme")
