"""Processes in which ``verify`` finds something: one for each kind of finding of ``check_process``, or more."""

from __future__ import annotations

import shutil
from pathlib import Path

from support.environments import ROOT
from support.pasting import World
from support.remedy_cases import Case
from support.workspaces import write

_BY_HAND = "import dbx_patch; dbx_patch.apply_all_patches(verbose=False)\n"
_OLD = "from dbx_patch import apply_patch\n"
NEIGHBOUR = "import neighbour; neighbour.VALUE"


def _patch_file(world: World, file: str, old: str, new: str) -> None:
    """Change what is installed of dbx-patch, as if a release had a fault or did not know a name yet."""
    path = world.site / "dbx_patch" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def started_with_no_site(world: World) -> None:
    world.leave("acme")
    world.session.options = ("-S",)
    world.session.env["PYTHONPATH"] = str(world.site)


def armed_by_hand_with_no_site(world: World) -> None:
    started_with_no_site(world)
    world.session.before = _BY_HAND


def installed_elsewhere(world: World) -> None:
    world.leave("acme")
    elsewhere = world.folder / "elsewhere"
    elsewhere.mkdir()
    for path in [*world.site.glob("*dbx_patch*")]:
        shutil.move(str(path), str(elsewhere / path.name))
    world.session.env["PYTHONPATH"] = str(elsewhere)


def installed_below_only(world: World) -> None:
    world.leave("acme")
    for path in [*world.site.glob("*dbx_patch*")]:
        shutil.move(str(path), str(world.lower.site_packages / path.name))


def armed_by_hand_from_below(world: World) -> None:
    installed_below_only(world)
    world.session.before = _BY_HAND


def armed_by_hand_from_elsewhere(world: World) -> None:
    installed_elsewhere(world)
    world.session.before = _BY_HAND


def run_from_its_source(world: World) -> None:
    world.leave("acme")
    world.pip("uninstall", "-y", "dbx-patch")
    world.session.env["PYTHONPATH"] = str(ROOT / "src")


def armed_by_hand_from_its_source(world: World) -> None:
    run_from_its_source(world)
    world.session.before = _BY_HAND


def start_up_file_deleted(world: World) -> None:
    world.leave("acme")
    (world.site / "zzz_dbx_patch.pth").unlink()


def armed_by_hand_without_start_up_file(world: World) -> None:
    start_up_file_deleted(world)
    world.session.before = _BY_HAND


def installed_after_the_start(world: World) -> None:
    world.leave("acme")
    pth, hidden = world.site / "zzz_dbx_patch.pth", world.site / "hidden"
    write(world.site, {"aaa.pth": f"import os; os.path.exists({str(pth)!r}) or None\n"})
    pth.rename(hidden)
    world.session.before = f"import os; os.path.exists({str(hidden)!r}) and os.rename({str(hidden)!r}, {str(pth)!r})\n"


def armed_by_hand_in_the_session_of_the_installation(world: World) -> None:
    installed_after_the_start(world)
    world.session.before += _BY_HAND


def finders_taken_away(world: World) -> None:
    world.leave("acme")
    world.session.before = "import sys; sys.meta_path[:] = [f for f in sys.meta_path if isinstance(f, type)]\n"


def start_up_failed(world: World) -> None:
    world.leave("acme")
    write(world.site, {"aaa.pth": "import sys; sys.modules['dbx_patch.hooks'] = None\n"})
    world.session.before = "import sys; del sys.modules['dbx_patch.hooks']\n"


def not_databricks(world: World) -> None:
    world.leave("acme")
    world.session.env = {"DATABRICKS_RUNTIME_VERSION": ""}


def switched_off(world: World) -> None:
    world.leave("acme")
    world.session.env["DBX_PATCH_ENABLED"] = "0"


def old_sitecustomize(world: World) -> None:
    write(world.site, {"sitecustomize.py": _OLD})
    world.session.before = "import sys; sys.modules['sitecustomize'] = sys\n"  # the old one fails: site says so


def old_backup_of_its_own(world: World) -> None:
    write(world.site, {"sitecustomize.py.backup": _OLD})


def old_backup_of_the_users(world: World) -> None:
    write(world.site, {"sitecustomize.py.backup": "MINE = True\n"})


def old_backup_beside_the_users(world: World) -> None:
    write(world.site, {"sitecustomize.py.backup": "MINE = 0\n", "sitecustomize.py": "MINE = 1\n"})


def old_files_in_another_environment(world: World) -> None:
    write(world.lower.site_packages, {"sitecustomize.py": _OLD, "sitecustomize.py.backup": "MINE = 0\n"})
    world.session.before = "import sys; sys.modules['sitecustomize'] = sys\n"
    write(world.site, {"_b_lower.pth": f"{world.lower.site_packages}\n"})


def start_up_file_changed(world: World) -> None:
    world.leave("acme")
    pth = world.site / "zzz_dbx_patch.pth"
    pth.write_text(pth.read_text() + "# more\n")


def second_copy_of_the_user(world: World) -> None:
    """The environment's site folder and the user's, which comes after it."""
    world.leave("acme")
    config = world.upper.folder / "pyvenv.cfg"
    config.write_text(config.read_text().replace("system-site-packages = false", "system-site-packages = true"))
    base = world.folder / "base"
    user = base / world.site.relative_to(world.upper.folder)
    user.mkdir(parents=True)
    for path in world.site.glob("*dbx_patch*"):
        (shutil.copytree if path.is_dir() else shutil.copy)(path, user / path.name)
    world.session.env["PYTHONUSERBASE"] = str(base)


def _copy_to(world: World, folder: Path) -> None:
    for path in world.site.glob("*dbx_patch*"):
        (shutil.copytree if path.is_dir() else shutil.copy)(path, folder / path.name)


def second_copy_in_another_environment(world: World) -> None:
    _copy_to(world, world.lower.site_packages)
    write(world.site, {"_b_lower.pth": f"{world.lower.site_packages}\n"})


def second_copy_first_on_the_path(world: World) -> None:
    _copy_to(world, world.lower.site_packages)
    world.session.env["PYTHONPATH"] = str(world.lower.site_packages)


def patch_failed(world: World) -> None:
    world.leave("acme")
    world.session.runtime = "modern"
    _patch_file(world, "patches/autoreload_hook_patch.py", "    register(is_editable_file)\n", "    1 / 0\n")


def patch_not_applicable(world: World) -> None:
    world.leave("acme")
    world.session.runtime = "modern"
    known = '"register_autoreload_allowlist_check"'
    _patch_file(world, "patches/autoreload_hook_patch.py", known, '"register_check"')


def fault(world: World) -> None:
    world.leave("acme")
    _patch_file(world, "hooks/fallback.py", "import sys\n", "import sys\n1 / 0\n")
    world.session.before = "try:\n    import not_there\nexcept ImportError: pass\n"


def misspelt_setting(world: World) -> None:
    world.leave("acme")
    world.session.env["DBX_PATCH_DISABLE"] = "falback, autoreload"


def unknown_setting(world: World) -> None:
    world.leave("acme")
    world.session.env["DBX_PATCH_DISABLE"] = "zzz"


def old_setting(world: World) -> None:
    world.leave("acme")
    world.session.env["DBX_PATCH_VERBOSE"] = "1"


def lost_path(world: World) -> None:
    project = world.leave("acme")
    world.session.before = f"import sys; sys.path.remove({str(project / 'src')!r})\n"


def lost_path_while_switched_off(world: World) -> None:
    lost_path(world)
    world.session.env["DBX_PATCH_ENABLED"] = "0"


def check_that_fails(world: World) -> None:
    code = "from dbx_patch.diagnosis import verify\ndef broken(search): raise OSError('the disk is gone')\n"
    world.session.before = code + "verify.CHECKS.insert(0, broken)\n"


CASES = [
    Case("no-site", started_with_no_site),
    Case("armed-by-hand", armed_by_hand_with_no_site, pastes=False),
    Case("unprocessed-folder", installed_elsewhere, then=("second-copy",), stacked=True),
    Case("unprocessed-folder", installed_below_only),
    Case("armed-by-hand", armed_by_hand_from_below),
    Case("armed-by-hand", armed_by_hand_from_elsewhere, then=("second-copy",)),
    Case("not-installed", run_from_its_source, then=("second-copy",)),
    Case("armed-by-hand", armed_by_hand_from_its_source, then=("second-copy",)),
    Case("not-installed", start_up_file_deleted),
    Case("armed-by-hand", armed_by_hand_without_start_up_file),
    Case("started-before-install", installed_after_the_start, once=True),
    Case("armed-by-hand", armed_by_hand_in_the_session_of_the_installation, pastes=False),
    Case("disarmed", finders_taken_away),
    Case("start-up-failed", start_up_failed),
    Case("not-databricks", not_databricks, otherwise=True),
    Case("disabled", switched_off, otherwise=True),
    Case("old-sitecustomize", old_sitecustomize, works=NEIGHBOUR),
    Case("old-backup", old_backup_of_its_own, works=NEIGHBOUR),
    Case("old-backup", old_backup_of_the_users, works=NEIGHBOUR),
    Case("old-backup", old_backup_beside_the_users, pastes=False),
    Case("old-backup", old_files_in_another_environment, pastes=False, stacked=True),
    Case("start-up-file-changed", start_up_file_changed, stacked=True),
    Case("second-copy", second_copy_of_the_user),
    Case("second-copy", second_copy_in_another_environment, pastes=False, stacked=True),
    Case("second-copy", second_copy_first_on_the_path, pastes=False, stacked=True),
    Case("patch-failed", patch_failed),
    Case("patch-not-applicable", patch_not_applicable),
    Case("fault", fault),
    Case("setting", misspelt_setting, otherwise=True),
    Case("setting", unknown_setting),
    Case("setting", old_setting),
    Case("check-failed", check_that_fails, pastes=False),
    Case("lost-path", lost_path, stacked=True),
    Case("lost-path", lost_path_while_switched_off, stacked=True),
]
