"""Checks of each editable install by itself: is what it points to there, and does it work as one."""

import os
from typing import Iterator, List, Optional

from dbx_patch.diagnosis import remedies
from dbx_patch.diagnosis.disk import has_source, is_built_in
from dbx_patch.diagnosis.findings import Finding
from dbx_patch.diagnosis.fronts import unbuildable
from dbx_patch.diagnosis.installs import EditableInstall, top_modules
from dbx_patch.diagnosis.presence import is_gone, unreadable_sources, why_unknown
from dbx_patch.diagnosis.projects import moved_to, wide_lines
from dbx_patch.diagnosis.search import Search
from dbx_patch.index import pth_files
from dbx_patch.index.pth_files import (
    find_pth_files,
    get_site_packages_dirs,
    is_import_line,
    lines_of,
    path_of_line,
    read_text,
)
from dbx_patch.index.readers import module_of_line
from dbx_patch.index.workspace import NOTEBOOK_HEADER, in_workspace

# Said where a remedy would change what is not this environment's
ELSEWHERE = " It belongs to another environment, so it cannot be mended from here."


def gone(search: Search) -> Iterator[Finding]:
    """Project or source folders that no longer exist."""
    for install in search.installs:
        if install.project and not os.path.isdir(install.project):
            if not why_unknown(install.project):
                yield _gone_project(search, install, install.project)
            continue
        missing = [
            f"{name} ({path})"
            for name, path in top_modules(install)
            if not _exists(search, path) and not why_unknown(path)
        ]
        if missing:
            cause = f"Its import finder points to sources that do not exist: {_some(missing)}. Reinstall it:"
            yield Finding("error", "source-gone", install.name, cause, _again(install))


def _gone_project(search: Search, install: EditableInstall, project: str) -> Finding:
    remedy = remedies.uninstall(install.name, install.site_folder, search.disk)
    cause = f"Its project folder {project} does not exist, so nothing in it can be imported."
    moved = moved_to(project, install.name, search)
    if moved:
        cause += f" A project of that name is in {moved}." + (" To install it from there:" if remedy else ELSEWHERE)
        remedy = remedies.pip("install", "--no-deps", "-e", moved) if remedy else ""
    else:
        cause += f" Install it again from its new location{', or uninstall it:' if remedy else '.'}"
    return Finding("error", "project-gone", install.name, cause, remedy)


def unreadable_folders(search: Search) -> Iterator[Finding]:
    """Site folders that could not be read: whatever is installed there, these installs are not known."""
    for reading in search.index.readings:
        if reading.error:
            cause = (
                f"This site folder could not be read ({reading.error}). Editable installs in it may not be importable,"
                " and nothing is said of them here. Installs in other site folders are not affected. Look at the folder"
                " first; if it is on a network mount, wait until the mount is back:"
            )
            remedy = remedies.shell("ls", "-ld", reading.folder)
            yield Finding("warning", "unreadable-site-folder", reading.folder, cause, remedy)


def path_lines(search: Search) -> Iterator[Finding]:
    """Lines of ``.pth`` files that lead nowhere, path entries without a module, and files that cannot be read."""
    by_name = {remedies.plain(install.name): install for install in search.installs}
    gone_projects = {remedies.plain(i.name) for i in search.installs if i.project and not os.path.isdir(i.project)}
    for pth in (pth for folder in get_site_packages_dirs() for pth in find_pth_files(folder)):
        text = pth_files.read_text(pth, limit=pth_files.MAX_PTH_BYTES)
        if text is None:
            cause = f"This file was ignored: it cannot be read, or is larger than {pth_files.MAX_PTH_BYTES} bytes."
            yield Finding("warning", "unreadable-pth", pth, cause, remedies.shell("ls", "-l", pth))
            continue
        folder = os.path.dirname(pth)
        lines = [(line.rstrip(), path_of_line(line, folder)) for line in lines_of(text)]
        lost = [(line, root) for line, root in lines if root is not None and is_gone(root)]
        owner = search.disk.distribution_of(pth, folder).partition(" ")[0] if lost else ""
        if remedies.plain(owner) not in gone_projects:  # else `gone` has reported it
            for line, root in lost[:20]:
                yield _gone_line(search, pth, line, root, owner, by_name.get(remedies.plain(owner)))
    for install in search.installs:
        for root in install.paths:
            if not any(_offers(search, root, name) for name in install.names) and not why_unknown(root):
                remedy = _again(install) if install.project else remedies.drop(install, search.disk, root)
                what = " If the sources moved, reinstall it:" if install.project else " To remove that entry:"
                cause = f"Its path entry {root} contains no module and no package." + (what if remedy else ELSEWHERE)
                yield Finding("warning", "nothing-offered", install.name, cause, remedy)


def _gone_line(
    search: Search, pth: str, line: str, root: str, owner: str, install: Optional[EditableInstall]
) -> Finding:
    cause = f"A line in it names {root}, which does not exist, so nothing there can be imported."
    if install and install.paths and _is_named_by_its_project(install, root):
        cause = f"A line in it names {root}, which does not exist. The project's pyproject.toml names that folder too."
        return Finding("note", "path-gone", pth, cause, "")
    if install and install.project:
        return Finding("error", "path-gone", pth, f"{cause} If the sources moved, reinstall it:", _again(install))
    remedy = remedies.uninstall(owner, os.path.dirname(pth), search.disk) if owner else remedies.drop_line(pth, line)
    what = f" To uninstall {owner}:" if owner else " To remove that line:"
    return Finding("error", "path-gone", pth, cause + (what if remedy else ELSEWHERE), remedy)


def _is_named_by_its_project(install: EditableInstall, root: str) -> bool:
    """Tell whether a project asks for a path entry itself: then installing it again brings the same line."""
    relative = os.path.relpath(root, install.project or os.curdir)
    text = read_text(os.path.join(install.project or os.curdir, "pyproject.toml")) or ""
    return any(f"{quote}{relative}{quote}" in text for quote in "\"'")


def broken(search: Search) -> Iterator[Finding]:
    """Installs that cannot be found: a start-up file or a finder is missing, or is of no known kind."""
    for install in (install for install in search.installs if install.shape == "?"):
        if any(wide_lines(pth, True, search) for pth in install.pth_files):
            continue  # `too_wide` reports it
        info = os.path.join(install.site_folder, f"{install.name}-{install.version}.dist-info")
        listed = [name for name in search.disk.record(info) if name.endswith(".pth")]
        unread = [name for name in listed if read_text(os.path.join(install.site_folder, name)) is None]
        lines = [line for pth in install.pth_files for line in lines_of(read_text(pth) or "") if is_import_line(line)]
        modules = dict.fromkeys(filter(None, map(module_of_line, lines)))
        missing = [name for name in modules if not is_built_in(name) and not any(search.on_path(name))]
        again = " Reinstall it:"
        if unread:
            cause = f"Its file {unread[0]}, listed in RECORD, is missing or cannot be read, so it cannot be imported."
            yield Finding("error", "pth-gone", install.name, cause + again, _again(install))
        elif missing:
            cause = f"Its .pth file imports {missing[0]}, which is missing. Each start of Python reports it."
            yield Finding("error", "finder-gone", install.name, cause + again, _again(install))
        else:
            cause = f"Its .pth file imports {', '.join(modules) or 'nothing'}. It is damaged, or of an unknown kind."
            yield Finding("warning", "unknown-kind", install.name, cause + again, _again(install))


def _offers(search: Search, root: str, name: str) -> bool:
    place = search.disk.look(name, root)
    return place is not None and (not place.namespace or has_source(place.location))


def _exists(search: Search, path: str) -> bool:
    return os.path.exists(path) or search.disk.look(os.path.basename(path), os.path.dirname(path)) is not None


def _again(install: EditableInstall) -> str:
    return remedies.pip("install", "--no-deps", "-e", install.project or os.curdir)


def _some(items: List[str]) -> str:
    return ", ".join(items[:3]) + (f" and {len(items) - 3} more" if len(items) > 3 else "")


def not_built(search: Search) -> Iterator[Finding]:
    """Installs that are built when they are imported, by tools that an isolated build has taken away with it."""
    gone_projects = {i.name for i in search.installs if i.project and not os.path.isdir(i.project)}
    for name, why in unbuildable(search.installs).items():
        if name not in gone_projects:  # else `gone` has reported it
            tools = "Install meson-python and ninja into this environment, and reinstall it with --no-build-isolation."
            yield Finding("error", "no-build", name, f"It {why}, so it cannot be imported. {tools}", "")


def copied(search: Search) -> Iterator[Finding]:
    """Marked editable, but nothing in the environment points to the project."""
    for install in search.installs:
        if install.shape == "J" and install.project and os.path.isdir(install.project):
            cause = (
                "It is marked as editable, but its build backend copied the files into the environment. Changes to the"
                " project take effect only when it is reinstalled:"
            )
            remedy = remedies.pip("install", "--no-deps", "--force-reinstall", install.project)
            yield Finding("warning", "copied", install.name, cause, remedy)


def editables_missing(search: Search) -> Iterator[Finding]:
    """A finder of the ``editables`` library without that library, which uv does not install."""
    for install in search.installs:
        if install.shape == "C" and not any(search.on_path("editables")):
            cause = (
                "Its .pth file needs the library `editables` (hatchling's dev-mode-exact and pdm's editable-backend use"
                " it), which is not installed. That line fails at every start of Python, and without dbx-patch the"
                " package cannot be imported. To install the library:"
            )
            yield Finding("error", "editables-missing", install.name, cause, remedies.pip("install", "editables"))


def notebooks(search: Search) -> Iterator[Finding]:
    """Files that the runtime treats as notebooks, and so refuses to import."""
    starts = search.reader.starts(search)
    for number, install in enumerate(search.installs):
        comments = []
        for file, start in starts.get(number, ()):
            if start == NOTEBOOK_HEADER:
                is_there = in_workspace(file)
                cause = "This file in an editable package begins with `# Databricks notebook source`. " + (
                    "Databricks treats it as a notebook and refuses to import it. Without that line it is a plain file."
                    if is_there
                    else "In the workspace, Databricks would refuse to import it. Without that line it is a plain file."
                )
                yield Finding("warning" if is_there else "note", "notebook", file, cause, "")
            elif start[:1] == b"#" and os.path.basename(file) == "__init__.py":
                comments.append(file)
        if comments:
            cause = (
                "Some runtime releases treat an __init__.py that begins with a `#` comment as a notebook and refuse to"
                f" import it. An empty line before the comment avoids that: {_some(comments)}"
            )
            yield Finding("note", "leading-comment", install.name, cause, "")


INSTALL_CHECKS = [
    *(unreadable_folders, unreadable_sources, gone, path_lines, broken, not_built),
    *(copied, editables_missing, notebooks),
]
