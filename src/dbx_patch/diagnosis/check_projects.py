"""Checks of projects: what is installed under another name or in another Python, and what is not installed at all."""

import glob
import os
import shutil
import sys
from typing import Dict, Iterator, List

from dbx_patch.diagnosis import projects, remedies
from dbx_patch.diagnosis.findings import Finding
from dbx_patch.diagnosis.installs import EditableInstall, describe
from dbx_patch.diagnosis.search import Search
from dbx_patch.index.pth_files import canonical, entries_in_order, find_pth_files, get_site_packages_dirs
from dbx_patch.index.snapshot import Index
from dbx_patch.index.workspace import in_workspace

# Where Databricks has the environments of notebooks and clusters, and `%sh git clone` its folders
_CLUSTER_PYTHONS = ("/databricks/python3", "/databricks/python")
_DRIVER = "/databricks/driver/"


def too_wide(search: Search) -> Iterator[Finding]:
    """Path lines that lead to a home, or to a folder of many projects: what lies there is taken for nobody's code."""
    for folder in get_site_packages_dirs():
        for pth in find_pth_files(folder):
            owners = [install.name for install in search.installs if install.project and pth in install.pth_files]
            for root in projects.wide_lines(pth, bool(owners), search):
                is_there = canonical(root) in entries_in_order()
                cause = (
                    f"Its source folder is {root}, which is a home or a folder for many projects. dbx-patch does not"
                    " treat everything in there as this project's code: it neither puts the folder back on sys.path"
                    " nor lets libraries import from it. Put the project into a folder of its own, one folder down,"
                    " and install it from there."
                )
                yield Finding("warning" if is_there else "error", "too-wide", owners[0] if owners else pth, cause, "")


def renamed(search: Search) -> Iterator[Finding]:
    """Projects that have another name than the one under which they are installed."""
    installed = {remedies.plain(install.name) for install in search.installs}
    for install in search.installs:
        name = projects.name_of(install.project) if install.project else ""
        if not name or remedies.plain(name) == remedies.plain(install.name):
            continue
        remedy = remedies.uninstall(install.name, install.site_folder, search.disk)
        cause = f"Its project folder {install.project} now has the name {name}, and pip still knows it by the old one."
        if remedies.plain(name) in installed:
            cause += f" It is installed as {name} too. To uninstall the old name:"
        elif remedy:
            cause += " To install it by its new name:"
            remedy += "\n" + remedies.pip("install", "--no-deps", "-e", str(install.project))
        if remedy:
            yield Finding("warning", "renamed", install.name, cause, remedy)


def not_installed(search: Search) -> Iterator[Finding]:
    """Projects that are installed in another Python, and those around the notebook that are not installed at all."""
    here = {search.disk.real(install.project) for install in search.installs if install.project}
    near = {search.disk.real(project): project for project in projects.around(search)}
    named = set()
    for python, install in _elsewhere(list(near.values()), search):
        project = search.disk.real(install.project or "")
        is_meant = project in near or in_workspace(project) or project.startswith(_DRIVER)
        if is_meant and project not in here and project not in named and _missing(str(install.project), search):
            named.add(project)
            cause = (
                f"It is installed as editable in another Python, {python}, and not in this one, {sys.executable}. A pip"
                " of %sh, and `uv sync` without --active, install there. To install it here:"
            )
            remedy = remedies.pip("install", "-e", str(install.project))
            yield Finding("warning", "other-python", install.name, cause, remedy)
    for real, project in near.items():
        missing = _missing(project, search) if real not in here and real not in named else []
        if missing:
            cause = f"This project has {_quoted(missing)}, and it is not installed. To install it:"
            yield Finding("warning", "project-not-installed", project, cause, remedies.pip("install", "-e", project))


def _missing(project: str, search: Search) -> List[str]:
    """Return the packages of a project, none where any of them can be imported: then it is provided for.

    What has the project's name stands for all. A namespace made of a bare folder is not the package.
    """
    packages = projects.packages_of(project, search.disk)
    named = projects.name_of(project).replace("-", "_").lower()
    decisive = [named] if named in packages else packages
    found = (search.find(name) for name in decisive)
    return [] if any(hits and not hits[0].namespace for hits in found) else packages


def _quoted(names: List[str]) -> str:
    return ", ".join(f"`{name}`" for name in names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _elsewhere(near: List[str], search: Search) -> "Iterator[tuple[str, EditableInstall]]":
    """Yield the editable installs of other environments that are known here, each with its environment's Python."""
    own = {search.disk.real(folder) for folder in get_site_packages_dirs()}
    for folder, python in _site_folders(near, search).items():
        if search.disk.real(folder) not in own:
            index = Index([folder])
            for install in index.installs:
                described = describe(install, index)
                if described.project and os.path.isdir(described.project):
                    yield python, described


def _site_folders(near: List[str], search: Search) -> Dict[str, str]:
    """Return the site folders of other environments, each with its Python: a project's, a shell's, the cluster's."""
    pythons = [os.path.join(project, name, "bin/python") for project in near for name in (".venv", "venv")]
    pythons += [os.path.join(os.environ[name], "bin/python") for name in ("VIRTUAL_ENV",) if os.environ.get(name)]
    pythons += filter(None, map(shutil.which, ("pip", "python3", "python")))
    pythons += [os.path.join(prefix, "bin/python") for prefix in _CLUSTER_PYTHONS]
    folders: Dict[str, str] = {}
    for python in pythons:
        bin_folder = os.path.dirname(python)
        library = os.path.join(glob.escape(os.path.dirname(bin_folder)), "lib/python3.*/site-packages")
        for folder in glob.glob(library):
            folders.setdefault(search.disk.real(folder), os.path.join(bin_folder, "python"))
    return folders


PROJECT_CHECKS = [too_wide, renamed, not_installed]
