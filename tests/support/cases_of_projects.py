"""Projects of which ``verify`` finds something: one for each kind of finding of ``check_projects``, or more."""

from __future__ import annotations

from support.environments import Environment
from support.pasting import World
from support.remedy_cases import Case
from support.sessions import copy_of
from support.workspaces import SETUPTOOLS, package, write

CONFIG = SETUPTOOLS + '[project]\nname = "{}"\nversion = "1.0"\n'


def project_in_a_home(world: World) -> None:
    """A flat project whose folder is the user's own."""
    home = world.workspace.folder / "Users/first.last@company.com"
    write(home, {**package("acme"), "pyproject.toml": CONFIG.format("acme")})
    world.leave_lines("acme", home, f"{home}\n")


def project_right_below_the_workspace(world: World) -> None:
    project = write(
        world.workspace.folder / "TeamProject", {**package("acme"), "pyproject.toml": CONFIG.format("acme")}
    )
    world.leave_lines("acme", project, f"{project}\n")
    world.session.env["WSFS_TEST_DIR"] = str(world.folder)


def hand_written_line_to_a_home(world: World) -> None:
    home = write(world.folder / "home", package("acme"))
    write(world.site, {"mine.pth": f"{home}\n"})
    world.session.env["HOME"] = str(home)


def project_of_another_name(world: World) -> None:
    config = world.leave("acme") / "pyproject.toml"
    config.write_text(CONFIG.format("acme-two"))


def project_of_another_name_installed_as_well(world: World) -> None:
    project = world.leave("acme")
    (project / "pyproject.toml").write_text(CONFIG.format("acme-two"))
    world.pip("install", "--no-deps", "-e", project)


def folder_renamed(world: World) -> None:
    world.leave("acme").rename(world.home / "acme, the second")


def folder_above_renamed(world: World) -> None:
    project = write(world.home / "repository/libs/acme", {**_src("acme"), "pyproject.toml": CONFIG.format("acme")})
    world.leave_lines("acme", project, f"{project}/src\n")
    (world.home / "repository").rename(world.home / "repository of the team")


def folder_moved_around_the_notebook(world: World) -> None:
    now = world.workspace.folder / "Repos/first.last@company.com/repository"
    now.parent.mkdir(parents=True)
    world.leave("acme").rename(now)
    world.here = now / "notebooks"
    world.here.mkdir()


def folder_copied_twice(world: World) -> None:
    """Which of two it is now, nobody can tell: so the install that leads nowhere is what goes."""
    project = world.leave("acme")
    for name in ("one", "two"):
        write(world.home / name, {**_src("acme"), "pyproject.toml": CONFIG.format("acme")})
    project.rename(world.folder / "away")


def _src(name: str) -> dict[str, str]:
    return {f"src/{file}": text for file, text in package(name).items()}


def _shells_python(world: World) -> Environment:
    """The environment whose pip a shell finds first."""
    other = copy_of(world.lower, world.folder / "other")
    for path in other.site_packages.glob("*neighbour*"):
        path.unlink() if path.is_file() else None
    (other.folder / "bin/pip").write_text("")
    (other.folder / "bin/pip").chmod(0o755)
    return other


def installed_by_a_shells_pip(world: World) -> None:
    other = _shells_python(world)
    world.leave("acme", where=other)
    world.session.env["PATH"] = f"{other.folder}/bin:/usr/bin:/bin"


def installed_in_the_projects_own_environment(world: World) -> None:
    """`uv sync` without `--active`."""
    project = world.project("acme")
    other = copy_of(world.lower, project / ".venv")
    world.leave_lines("acme", project, f"{project}/src\n", other)
    world.here = project / "notebooks"
    world.here.mkdir()
    world.session.env["PYTHONDONTWRITEBYTECODE"] = "1"


def project_around_the_working_directory(world: World) -> None:
    world.here = world.project("acme") / "notebooks"
    world.here.mkdir()


def project_around_the_notebook(world: World) -> None:
    """The working directory is elsewhere, as on older releases."""
    notebooks = world.project("acme") / "notebooks"
    notebooks.mkdir()
    world.session.before = f"import sys; sys.path.append({str(notebooks)!r})\n"


CASES = [
    Case("too-wide", project_in_a_home, pastes=False),
    Case("too-wide", project_right_below_the_workspace, pastes=False),
    Case("too-wide", hand_written_line_to_a_home, pastes=False),
    Case("renamed", project_of_another_name),
    Case("renamed", project_of_another_name_installed_as_well),
    Case("project-gone", folder_renamed, stacked=True),
    Case("project-gone", folder_above_renamed),
    Case("project-gone", folder_moved_around_the_notebook),
    Case("project-gone", folder_copied_twice, works="import neighbour; neighbour.VALUE"),
    Case("other-python", installed_by_a_shells_pip, stacked=True),
    Case("other-python", installed_in_the_projects_own_environment),
    Case("project-not-installed", project_around_the_working_directory),
    Case("project-not-installed", project_around_the_notebook),
]
