"""Other people's import hooks, each the real package, do their work on editable code, and dbx-patch does its own."""

from __future__ import annotations

import json
from typing import Callable

import pytest

from real.houses import House
from real.neighbours import NEEDS_US, SERVED, both_orders, furnish, values_in_both_eras
from support.environments import DATABRICKS, clean_environ, run
from support.installed import distribution
from support.kernels import ERAS
from support.workspaces import write

Build = Callable[..., House]
TYPED = {"acme/typed.py": "def double(value: int) -> int:\n    return value * 2\n"}
WRONG_CALL = """
try:
    import acme.typed
    outcome = acme.typed.double("text")
except Exception as error:
    outcome = type(error).__name__
[outcome, acme.typed.double(2)]
"""

BEARTYPE = "from beartype.claw import beartype_package; beartype_package('acme')"


@both_orders("beartype")
def test_beartype_checks_an_editable_package(house: Build, packages: tuple[str, ...]) -> None:
    made = furnish(house(*packages), TYPED)
    assert values_in_both_eras(made, BEARTYPE, WRONG_CALL)[1] == ["BeartypeCallHintParamViolation", 4]


@both_orders("typeguard")
def test_typeguard_checks_an_editable_package(house: Build, packages: tuple[str, ...]) -> None:
    made = furnish(house(*packages), TYPED)
    hook = "from typeguard import install_import_hook; install_import_hook('acme') and 1"
    assert values_in_both_eras(made, hook, WRONG_CALL)[1] == ["TypeCheckError", 4]


HOOKS = "def mark(module):\n    module.MARK = getattr(module, 'MARK', 0) + 1\n"


def add_distribution(house: House, group: str, target: str) -> None:
    """A distribution in site-packages with one entry point, as an installer would have left it."""
    site = house.environment.site_packages
    write(site, {"acme_hooks.py": HOOKS})
    distribution(site, "hooks", ["acme_hooks.py"], texts={"entry_points.txt": f"[{group}]\n{target}\n"})


@both_orders("autowrapt")
def test_autowrapt_marks_an_editable_package_once(house: Build, packages: tuple[str, ...]) -> None:
    made = furnish(house(*packages))
    add_distribution(made, "our_hooks", "acme = acme_hooks:mark")
    env = {"AUTOWRAPT_BOOTSTRAP": "our_hooks"}
    assert values_in_both_eras(made, "import acme; acme.MARK", env=env) == [1]


@both_orders("importpatch")
def test_importpatch_marks_an_editable_package_once(house: Build, packages: tuple[str, ...]) -> None:
    made = furnish(house(*packages))
    add_distribution(made, "importpatch", "acme = acme_hooks.mark")
    assert values_in_both_eras(made, "import acme; acme.MARK") == [1]


@both_orders("importpatch", "autowrapt")
def test_hooks_for_a_module_that_we_patch_too(house: Build, packages: tuple[str, ...]) -> None:
    made = furnish(house(*packages))
    add_distribution(made, "importpatch", "dbruntime.pythonPathHook = acme_hooks.mark")
    info = made.environment.site_packages / "hooks-1.0.dist-info/entry_points.txt"
    info.write_text(info.read_text() + "[our_hooks]\ndbruntime.pythonPathHook = acme_hooks:mark\n")
    cell = "import dbruntime.pythonPathHook as h; [h.MARK, h.PythonPathHook._handle_sys_path_maybe_updated.__module__]"
    found = values_in_both_eras(made, cell, env={"AUTOWRAPT_BOOTSTRAP": "our_hooks"})
    assert found == [[2, "dbx_patch.patches.sys_path_init_patch"]]


@both_orders("setuptools")
def test_setuptools_distutils_hack(house: Build, packages: tuple[str, ...]) -> None:
    made = furnish(house(*packages))
    cell = "import distutils; ['setuptools/_distutils' in distutils.__file__]"
    assert values_in_both_eras(made, cell) == [[True]]


@pytest.mark.parametrize("era", ERAS)
def test_in_an_environment_that_virtualenv_made(house: Build, era: str) -> None:
    made = house("virtualenv")
    target = made.environment.folder.parent / "virtual"
    made.python("-m", "virtualenv", "-q", "--without-pip", "--no-download", "--no-periodic-update", str(target))
    inside = furnish(made.moved_to(target))
    inside.install("dbx-patch")
    site_packages = inside.environment.site_packages
    if not (site_packages / "_virtualenv.pth").exists():  # where Python is new enough to do without
        theirs = next(made.environment.site_packages.rglob("via_global_ref/_virtualenv.py")).read_text()
        write(site_packages, {"_virtualenv.py": theirs, "_virtualenv.pth": "import _virtualenv"})
    values = inside.notebook.values("import sys; '_virtualenv' in sys.modules", NEEDS_US, runtime=era)
    assert values == [True, SERVED]


@both_orders("maturin-import-hook")
def test_maturin_import_hooks_site_install(house: Build, packages: tuple[str, ...]) -> None:
    made = furnish(house(*packages))
    run([made.environment.python, "-m", "maturin_import_hook", "site", "install"], env=clean_environ(DATABRICKS))
    theirs = made.environment.site_packages / "sitecustomize.py"
    before = theirs.read_text()
    cell = "import sys; sorted(type(f).__name__ for f in sys.meta_path if 'Maturin' in type(f).__name__)"
    assert values_in_both_eras(made, cell) == [["MaturinProjectImporter", "MaturinRustFileImporter"]]
    values_in_both_eras(made, "import dbx_patch; dbx_patch.apply_all_patches(verbose=False) and 1")
    assert theirs.read_text() == before


OLD_PATCH = """
import os, sys
folder = os.path.dirname(os.path.abspath(__file__))
for name in sorted(os.listdir(folder)):
    if name.endswith(".pth"):
        for line in open(os.path.join(folder, name)):
            if line.startswith(("import ", "import\\t")):
                exec(line)
            elif os.path.isdir(line.strip()) and line.strip() not in sys.path:
                sys.path.insert(0, line.strip())
"""


@pytest.mark.parametrize("era", ERAS)
def test_a_sitecustomize_that_reads_pth_files_itself(house: Build, era: str) -> None:
    made = furnish(house("dbx-patch"))
    write(made.environment.site_packages, {"sitecustomize.py": OLD_PATCH})
    count = "import sys; [len(sys.path) - len(set(sys.path)), sum('dbx' in repr(f) for f in sys.meta_path)]"
    assert made.notebook.values(NEEDS_US, count, runtime=era) == [SERVED, [0, 2]]


IMPORTS = """
import acme, acme.deep.leaf
for name in ("nothing_like_that", "acme.missing"):
    try:
        __import__(name)
    except ImportError:
        pass
import library
library.load("acme.sub")
"""
LOST = {"DBX_PATCH_DISABLE": "sys_path_init,wsfs_import_hook,workspace_import_machinery"}  # so the fallback serves


@pytest.mark.parametrize("where", ["plain", *ERAS])
def test_metapathology_finds_nothing_wrong_with_our_finders(house: Build, where: str) -> None:
    made = furnish(house("metapathology", "dbx-patch"))
    reports = made.environment.folder.parent
    script = write(made.workspace.notebook_folder, {"script.py": IMPORTS}) / "script.py"
    for name, env in (("armed", {}), ("fallback", LOST)):
        deep = "--deep" if where == "plain" else "--sys-path-monitoring"  # the runtime's own hooks cannot take --deep
        command = ["-m", "metapathology", deep, "--report-json", str(reports / f"{name}.json"), str(script)]
        if where != "plain":
            command = [
                "-m",
                "dbx_patch.simulator",
                "--runtime",
                where,
                "--workspace",
                str(made.workspace.folder),
                *command,
            ]
        made.python(*command, env=env)
        report = json.loads(next(reports.glob(f"{name}*.json")).read_text())
        counts = report["summary"]["counts"]
        assert (counts["actionable"], counts["warning"]) == (0, 0), report["findings"]
        assert "EditableFallback" in json.dumps(report["finder_contracts"])
