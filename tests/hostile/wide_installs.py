"""Editable installs of every shape that name whatever folder they are told to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Callable

from support.installed import distribution
from support.workspaces import write

Shape = Callable[[Path, str], None]


def _finder(site: Path, source: str) -> None:
    write(site, {"_evil_impl.py": source, "evil.pth": "import _evil_impl; _evil_impl.install()\n"})


def path_line(site: Path, folder: str) -> None:
    write(site, {"evil.pth": folder + "\n"})


def owned_path_line(site: Path, folder: str) -> None:
    distribution(site, "evil", ["evil.pth"], project=folder)
    path_line(site, folder)


def two_slashes(site: Path, folder: str) -> None:
    path_line(site, "/" + folder)


def by_way_of_dots(site: Path, folder: str) -> None:
    path_line(site, f"{folder}/no/../where/..")


def linked(site: Path, folder: str) -> None:
    (site.parent / "link").symlink_to(folder)
    path_line(site, str(site.parent / "link"))


def mapping(site: Path, folder: str) -> None:
    _finder(site, f"\nMAPPING = {{'evil': {folder!r}, 'evil.Users': {folder!r}}}\nNAMESPACES = {{}}\n")


def linked_mapping(site: Path, folder: str) -> None:
    (site.parent / "link").symlink_to(folder)
    mapping(site, str(site.parent / "link"))


def namespaces(site: Path, folder: str) -> None:
    _finder(site, f"\nMAPPING = {{}}\nNAMESPACES = {{'evil': [{folder!r}], 'evil.Users': [{folder!r}]}}\n")


def linked_namespaces(site: Path, folder: str) -> None:
    (site.parent / "link").symlink_to(folder)
    namespaces(site, str(site.parent / "link"))


def map_module(site: Path, folder: str) -> None:
    _finder(site, f"F.map_module('evil', {folder + '/__init__.py'!r})\nF.map_module('evil.Users', {folder!r})\n")


def scikit_build_core(site: Path, folder: str) -> None:
    _finder(site, f"def install(): ...\n\ninstall({{'evil': {folder + '/__init__.py'!r}}}, {{}}, None, False)\n")


def scikit_inplace(site: Path, folder: str) -> None:
    _finder(site, f"def install_inplace(): ...\n\ninstall_inplace(['evil', ''], [{folder!r}], None, False)\n")


def meson(site: Path, folder: str) -> None:
    build = site.parent / "build"
    plan = {"python": {f"{folder}/__init__.py": {"destination": "{py_purelib}/evil/__init__.py"}}}
    plan["install_subdirs"] = {folder: {"destination": "{py_purelib}/evil"}}
    write(build / "meson-info", {"intro-install_plan.json": json.dumps(plan)})
    _finder(site, f"class MesonpyMetaFinder: ...\n\ninstall('evil', {{'evil'}}, {str(build)!r}, [], False)\n")


def egg_link(site: Path, folder: str) -> None:
    write(site, {"evil.egg-link": f"{folder}\n.", "easy-install.pth": f"{folder}\n"})


def editable_json(site: Path, folder: str) -> None:
    scheme = {"purelib": {folder: "evil", f"{folder}/__init__.py": "evil/__init__.py"}, "platlib": {"": "evil2"}}
    texts = {"editable.json": json.dumps({"version": "1.0", "scheme": scheme})}
    distribution(site, "evil", project=folder, texts=texts)


def symlink(site: Path, folder: str) -> None:
    distribution(site, "evil", ["evil/__init__.py"], project=folder)
    (site / "evil").symlink_to(folder)


def stand_in_package(site: Path, folder: str) -> None:
    distribution(site, "evil", ["evil/__init__.py"], project=folder)
    write(site, {"evil/__init__.py": f"__path__ = [{folder!r}]\n"})


def stand_in_module(site: Path, folder: str) -> None:
    distribution(site, "evil", ["evil.py"], project=folder)
    write(site, {"evil.py": f"from x import y\nimport_from_path(__name__, {folder + '/__init__.py'!r})\n"})


def namespace_line(site: Path, folder: str) -> None:
    line = f"import sys, types, os;p = os.path.join({folder!r}, *('evil',));m = 0\n"
    write(site, {"evil-nspkg.pth": line})


def link_tree(site: Path, folder: str) -> None:
    tree = site.parent / "build/__editable__.evil"
    tree.mkdir(parents=True)
    (tree / "evil").symlink_to(folder)
    write(site, {"evil.pth": f"{tree}\n"})


def start_file(site: Path, folder: str) -> None:
    write(site, {"_evil_impl.py": f"F.map_module('evil', {folder!r})\n", "evil.start": "_evil_impl:install\n"})


def direct_url_alone(site: Path, folder: str) -> None:
    distribution(site, "evil", ["evil.py"], project=folder)


SHAPES: dict[str, Shape] = {
    shape.__name__: shape
    for shape in (
        *(path_line, owned_path_line, two_slashes, by_way_of_dots, linked, mapping, linked_mapping, namespaces),
        *(linked_namespaces, map_module, scikit_build_core, scikit_inplace, meson, egg_link, editable_json, symlink),
        *(stand_in_package, stand_in_module, namespace_line, link_tree, start_file, direct_url_alone),
    )
}
