"""What the throw-away projects consist of, and what their installs leave in a site folder, in the commonest shapes."""

from __future__ import annotations

import os

# What setuptools' own finder does for a package on sys.meta_path, no more; the file is named as setuptools names its.
_FINDER = '''\
"""Finds one editable package, and goes with the self-test that wrote this."""

import os
import sys
from importlib.util import spec_from_file_location

MAPPING = {mapping!r}
NAMESPACES = {{}}


class Finder:
    def find_spec(self, fullname, path=None, target=None):
        folder = MAPPING.get(fullname)
        init = os.path.join(folder, "__init__.py") if folder else ""
        return spec_from_file_location(fullname, init) if init and os.path.isfile(init) else None


def install():
    sys.meta_path.append(Finder())
'''


def package(name: str) -> dict[str, str]:
    """Return the files of a package: a submodule, and one that imports another only when it is called."""
    return {
        f"{name}/__init__.py": "VALUE = 'editable'\n",
        f"{name}/part.py": "NAME = __name__\n",
        f"{name}/deep/__init__.py": "",
        f"{name}/deep/leaf.py": "NAME = __name__\n",
        f"{name}/deep/twig.py": "NAME = __name__\n",
        f"{name}/lazy.py": f"def load():\n    from {name}.deep import leaf\n    return leaf.NAME\n",
    }


def _distribution(name: str, project: str, files: list[str]) -> dict[str, str]:
    info = f"{name}-1.0.dist-info"
    url = "file://" + project.replace("%", "%25").replace(" ", "%20").replace('"', "%22").replace("\\", "%5C")
    texts = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/direct_url.json": f'{{"dir_info": {{"editable": true}}, "url": "{url}"}}',
    }
    record = "".join(f"{file},,\n" for file in [*files, *texts, f"{info}/RECORD"])
    return {**texts, f"{info}/RECORD": record}


def path_line(name: str, project: str) -> dict[str, str]:
    """What most backends leave for a project with a ``src`` folder: a line in a ``.pth``."""
    pth = f"_editable_impl_{name}.pth"
    return {pth: os.path.join(project, "src") + "\n", **_distribution(name, project, [pth])}


def setuptools_finder(name: str, project: str) -> dict[str, str]:
    """What setuptools leaves for a flat project: an import line in a ``.pth``, and the finder that it installs."""
    finder = finder_module(name)
    pth = f"__editable__.{name}-1.0.pth"
    files = {
        pth: f"import {finder}; {finder}.install()",
        f"{finder}.py": _FINDER.format(mapping={name: os.path.join(project, name)}),
    }
    return {**files, **_distribution(name, project, list(files))}


def finder_module(name: str) -> str:
    """Return the name of the module that holds the finder of an install."""
    return f"__editable___{name}_1_0_finder"
