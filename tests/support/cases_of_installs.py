"""Installs of which ``verify`` finds something: one for each kind of finding of ``check_installs``, or more."""

from __future__ import annotations

import shutil

import pytest

from support.away import MODULE
from support.environments import target_version
from support.generated_backends import NO_NINJA, is_here, leave_meson, meson
from support.installed import distribution
from support.pasting import World
from support.remedy_cases import Case
from support.workspaces import HATCHLING, write

NEIGHBOUR = "import neighbour; neighbour.VALUE"


def project_deleted(world: World) -> None:
    shutil.rmtree(world.leave("acme"))


def project_deleted_that_is_installed_below(world: World) -> None:
    shutil.rmtree(world.leave("acme", where=world.lower))
    write(world.site, {"_b_lower.pth": f"{world.lower.site_packages}\n"})


def package_moved_in_a_finders_project(world: World) -> None:
    project = world.project("acme", flat=True)
    world.pip("install", "--no-deps", "-e", project)
    (project / "src").mkdir()
    (project / "acme").rename(project / "src/acme")
    config = project / "pyproject.toml"
    config.write_text(config.read_text().partition("[tool.setuptools]")[0])


def sources_moved_in_a_project(world: World) -> None:
    project = world.project("acme")
    world.pip("install", "--no-deps", "-e", project)
    (project / "src").rename(project / "lib")
    config = project / "pyproject.toml"
    config.write_text(config.read_text() + '[tool.setuptools.packages.find]\nwhere = ["lib"]\n')


def line_that_leads_nowhere(world: World) -> None:
    world.leave("acme")
    write(world.site, {"easy-install.pth": f"{world.home}/old project\n"})


def line_of_a_distribution_that_leads_nowhere(world: World) -> None:
    world.leave("acme")
    write(world.site, {"paths.pth": f"{world.home}/old project\n"})
    distribution(world.site, "paths", ["paths.pth"], texts={"INSTALLER": "pip\n"})


def line_that_leads_nowhere_below(world: World) -> None:
    write(world.lower.site_packages, {"easy-install.pth": f"{world.home}/old project\n"})


def sources_moved_beside_an_empty_folder(world: World) -> None:
    sources_moved_in_a_project(world)
    (world.home / "acme/src").mkdir()


def line_to_a_folder_without_a_module(world: World) -> None:
    world.leave("acme")
    (world.home / "empty").mkdir()
    write(world.site, {"mine.pth": f"{world.home}/empty\n"})


def _finder(world: World) -> None:
    world.pip("install", "--no-deps", "-e", world.project("acme", flat=True))


def start_up_file_of_an_install_deleted(world: World) -> None:
    _finder(world)
    for path in world.site.glob("__editable__.acme*.pth"):
        path.unlink()


def finder_deleted(world: World) -> None:
    _finder(world)
    for path in world.site.glob("__editable___acme*finder.py"):
        path.unlink()


def finder_cut_short(world: World) -> None:
    _finder(world)
    for path in world.site.glob("__editable___acme*finder.py"):
        path.write_text("import sys\ndef install(): pass\n")


def copied(world: World) -> None:
    project = world.project("acme")
    world.copy_in(world.upper, "old", "acme")
    shutil.rmtree(world.site / "old-0.1.dist-info")
    files = ["acme/__init__.py", "acme/sub.py", "acme/lazy.py", "acme/deep/__init__.py", "acme/deep/leaf.py"]
    distribution(world.site, "acme", files, project=project, texts={"INSTALLER": "pip\n"})


def library_of_the_finder_missing(world: World) -> None:
    project = world.project("acme")
    config = HATCHLING + '[project]\nname = "acme"\nversion = "1.0"\n[tool.hatch.build]\ndev-mode-exact = true\n'
    (project / "pyproject.toml").write_text(config)
    world.pip("install", "--no-deps", "-e", project)
    world.pip("uninstall", "-y", "editables")


def notebook_in_a_package(world: World) -> None:
    write(world.leave("acme"), {"src/acme/explore.py": "# Databricks notebook source\nVALUE = 1\n"})


def comment_that_leads(world: World) -> None:
    write(world.leave("acme"), {"src/acme/more/__init__.py": "# License\n"})


def build_tool_gone(world: World, build_is_gone: bool = False) -> None:
    """As after `pip install -e` of a project of meson-python, which takes an isolated build's ninja away."""
    if not is_here(meson):
        pytest.skip("meson-python is not for Python 3.8" if target_version() < (3, 9) else "meson-python is not here")
    project = world.project("acme")
    leave_meson(world.site, "acme", project, "acme", [*project.glob("src/**/*.py")], NO_NINJA)
    if build_is_gone:
        shutil.rmtree(project / "build")


def build_folder_gone(world: World) -> None:
    build_tool_gone(world, build_is_gone=True)


def site_folder_that_cannot_be_read(world: World) -> None:
    (world.folder / "loop").symlink_to(world.folder / "loop")
    world.session.env["PYTHONPATH"] = str(world.folder / "loop/site-packages")


def mount_of_the_sources_that_fails(world: World) -> None:
    """In a process that has loaded what it needs: such an entry of ``sys.path`` fails other imports in plain Python."""
    project = world.leave("acme")
    load = "import contextlib, io\nfrom dbx_patch.commands.cli import main\n"
    load += "with contextlib.redirect_stdout(io.StringIO()): main(['verify', '--json'])"
    world.session.before = f"{MODULE}\n{load}\nlose_mount({str(project)!r}, 'EIO')\n"


def pth_that_is_too_large(world: World) -> None:
    write(world.site, {"huge.pth": "# comment\n" * 500_000})


CASES = [
    Case("project-gone", project_deleted, works=NEIGHBOUR, stacked=True),
    Case("project-gone", project_deleted_that_is_installed_below, pastes=False, stacked=True),
    Case("source-gone", package_moved_in_a_finders_project),
    Case("path-gone", sources_moved_in_a_project),
    Case("path-gone", line_that_leads_nowhere),
    Case("path-gone", line_of_a_distribution_that_leads_nowhere),
    Case("path-gone", line_that_leads_nowhere_below, pastes=False, stacked=True),
    Case("nothing-offered", sources_moved_beside_an_empty_folder),
    Case("nothing-offered", line_to_a_folder_without_a_module),
    Case("pth-gone", start_up_file_of_an_install_deleted),
    Case("finder-gone", finder_deleted),
    Case("unknown-kind", finder_cut_short),
    Case("no-build", build_tool_gone, pastes=False),
    Case("no-build", build_folder_gone, pastes=False),
    Case("copied", copied),
    Case("editables-missing", library_of_the_finder_missing),
    Case("notebook", notebook_in_a_package, pastes=False),
    Case("leading-comment", comment_that_leads, pastes=False),
    Case("unreadable-site-folder", site_folder_that_cannot_be_read, looks=True, works=NEIGHBOUR),
    Case("unreadable-sources", mount_of_the_sources_that_fails, looks=True, works=""),
    Case("unreadable-pth", pth_that_is_too_large, looks=True, works=NEIGHBOUR),
]
