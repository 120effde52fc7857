"""A package of which one half is compiled: scikit-build-core leaves that in the site folder, without an `__init__.py`.

So the folder there is itself a bare one, named like the package; and such a folder may lie before it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from compat.compat_site import Site
from compat.projects import SCIKIT_BUILD, Row, package, write
from compat.rows import why_not
from dbx_patch.simulator import Variant
from dbx_patch.simulator.variant import HOOKS
from support.environments import Environment, once
from support.kernels import ERAS, LIBRARY, Notebook
from support.sessions import copy_of
from support.workspaces import Workspace
from support.workspaces import write as write_files

_C = """
#include <Python.h>
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "NAME", NULL, -1, NULL};
PyMODINIT_FUNC PyInit_NAME(void) {
    PyObject *made = PyModule_Create(&module);
    if (made != NULL) PyModule_AddStringConstant(made, "KIND", "compiled");
    return made;
}
"""
_CMAKE = """
cmake_minimum_required(VERSION 3.18)
project(sk_half LANGUAGES C)
find_package(Python COMPONENTS Interpreter Development.Module REQUIRED)
python_add_library(half MODULE half.c WITH_SOABI)
python_add_library(twig MODULE twig.c WITH_SOABI)
install(TARGETS half DESTINATION sk_half)
install(TARGETS twig DESTINATION sk_half/inner)
"""
ROW = Row(
    "scikit-build-core-compiled",
    "D",
    package("sk_half", "src/sk_half"),
    SCIKIT_BUILD,
    tools=("cmake", "ninja"),
    pyproject='[tool.scikit-build]\nwheel.packages = ["src/sk_half"]\n',
    program="cc",
    files={"CMakeLists.txt": _CMAKE, **{f"{name}.c": _C.replace("NAME", name) for name in ("half", "twig")}},
)
PURGE = (
    "import library, sys; [sys.modules.pop(m) for m in [*sys.modules] if m.partition('.')[0] == 'sk_half'] and None\n"
)
OWN, UPPER = "own", "upper"
WAYS = {
    "cell": "import sk_half.half, sk_half.sub; [sk_half.half.KIND, sk_half.VALUE, sk_half.sub.VALUE]",
    "library": "[*map(library.load, ('sk_half.half', 'sk_half.inner.twig', 'sk_half.inner'))]",
    "from": "from sk_half.inner import twig; import sk_half.inner; [twig.KIND, sk_half.inner.VALUE]",
}
FOUND = {
    "cell": ["compiled", "sk_half", "sk_half.sub"],
    "library": ["sk_half.half", "sk_half.inner.twig", "sk_half.inner"],
    "from": ["compiled", "sk_half.inner"],
}


@pytest.fixture(params=[OWN, UPPER])
def compiled(request: pytest.FixtureRequest, shared: Path, wheel: Path, installed: Environment) -> Notebook:
    """Built by the tools of the matrix's environment; a bare folder beside the notebook, and one in the Git root."""
    if why_not(ROW):
        pytest.skip(why_not(ROW))
    site: Site = request.getfixturevalue("site")

    def make(folder: Path) -> None:
        made = Notebook(copy_of(installed, folder / OWN), Workspace(folder).create())
        write_files(made.environment.site_packages, {"library.py": LIBRARY})
        write(ROW, made.workspace.folder / "projects/half")
        builder = Environment(made.environment.folder, site.environment.folder)
        builder.pip("install", "-q", "--no-deps", "--no-build-isolation", "-e", made.workspace.folder / "projects/half")
        # below another environment no start puts its finder in place, so dbx-patch answers
        upper = copy_of(installed, folder / UPPER)
        write_files(upper.site_packages, {"lower.pth": f"{made.environment.site_packages}\n"})
        for place in (made.workspace.notebook_folder, made.workspace.home):
            (place / "sk_half/inner").mkdir(parents=True)

    folder = once(shared / "compiled half", make)
    half = Environment(folder / OWN, installed.tools).site_packages / "sk_half"
    assert sorted(file.name.partition(".")[0] for file in half.glob("**/*.so")) == ["half", "twig"]
    assert not (half / "__init__.py").exists()
    return Notebook(Environment(folder / request.param, installed.tools), Workspace(folder))


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("era", ERAS)
def test_a_bare_folder_of_its_name(compiled: Notebook, era: str, hook: str) -> None:
    """Each way as the first import in a kernel of its own, and then the others."""
    options: dict[str, Any] = {"runtime": era, "variant": Variant(hook=hook, repository=compiled.workspace.home)}
    for first in WAYS:
        order = {first: WAYS[first], **WAYS}
        values = compiled.values(*[PURGE + cell for cell in order.values()], **options)
        assert dict(zip(order, values)) == FOUND, first
