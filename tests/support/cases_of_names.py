"""Names of which ``verify`` finds something: one for each kind of finding of ``check_names``, or more."""

from __future__ import annotations

from support.pasting import World
from support.remedy_cases import Case
from support.workspaces import package, write

RELOADED = "import acme; acme.VALUE[:4] == 'acme' and acme.VALUE"


def shadowed_by_a_wheel(world: World) -> None:
    world.leave("acme-project", "acme")
    world.copy_in(world.upper, "rival", "acme")


def shadowed_by_an_older_copy_below(world: World) -> None:
    """`pip uninstall acme` would remove the editable install, and leave the old copy."""
    world.leave("acme")
    world.copy_in(world.lower, "acme", "acme")
    world.session.env["PYTHONPATH"] = str(world.lower.site_packages)


def shadowed_by_a_rival_below(world: World) -> None:
    world.leave("acme")
    world.copy_in(world.lower, "rival", "acme")
    world.session.env["PYTHONPATH"] = str(world.lower.site_packages)


def shadowed_by_the_standard_library(world: World) -> None:
    world.leave("acme", "json")


def shadowed_by_a_file_of_the_users(world: World) -> None:
    world.leave("acme")
    write(world.here, {"lib/acme.py": "VALUE = 'mine'\n"})
    world.session.env["PYTHONPATH"] = str(world.here / "lib")


def provided_by_two_installs(world: World) -> None:
    for name in ("one", "two", "three"):
        world.leave(name, "acme")


def provided_by_a_line_as_well(world: World) -> None:
    world.leave("acme")
    write(world.home / "other/src", package("acme", "other"))
    write(world.site, {"zz_mine.pth": f"{world.home}/other/src\n"})


def provided_in_two_environments(world: World) -> None:
    world.leave("acme")
    other = world.project("below", "acme")
    world.leave_lines("acme", other, f"{other}/src\n", world.lower)


def loaded_from_elsewhere(world: World) -> None:
    world.leave("acme")
    write(world.folder / "before", package("acme", "before"))
    where = str(world.folder / "before")
    world.session.before = f"import sys; sys.path.insert(0, {where!r}); import acme; del sys.path[0]\n"


CASES = [
    Case("shadowed", shadowed_by_a_wheel, stacked=True),
    Case("shadowed", shadowed_by_an_older_copy_below, pastes=False, stacked=True),
    Case("shadowed", shadowed_by_a_rival_below, pastes=False, stacked=True),
    Case("shadowed", shadowed_by_the_standard_library, pastes=False),
    Case("shadowed", shadowed_by_a_file_of_the_users, pastes=False),
    Case("provided-twice", provided_by_two_installs, stacked=True),
    Case("provided-twice", provided_by_a_line_as_well),
    Case("provided-twice", provided_in_two_environments, pastes=False, stacked=True),
    Case("loaded-elsewhere", loaded_from_elsewhere, works=RELOADED),
]
