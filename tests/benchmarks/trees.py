"""Libraries and packages of many modules that import each other, with optional imports that fail."""

from __future__ import annotations

_OPTIONAL = """
try:
    import {missing}
except ImportError:
    {missing} = None
"""
_MISSES = """
def miss(count):
    for number in range(count):
        try:
            __import__("optional_accelerator_%d" % number)
        except ImportError:
            pass
"""


def tree(name: str, packages: int, modules: int, optional_every: int) -> dict[str, str]:
    """Return the files of a package whose import loads ``packages`` * ``modules`` modules.

    Each ``optional_every``-th module tries an optional top-level module, and a submodule, that are not there.
    """
    inner = [f"part_{i}" for i in range(packages)]
    files = {f"{name}/__init__.py": "".join(f"from {name} import {part}\n" for part in inner) + "VALUE = 0\n"}
    number = 0
    for part in inner:
        leaves = [f"module_{i}" for i in range(modules)]
        files[f"{name}/{part}/__init__.py"] = "".join(f"from . import {leaf}\n" for leaf in leaves)
        for leaf in leaves:
            number += 1
            source = f"import json, os, re\nNAME = __name__\nNUMBER = {number}\n"
            if number % optional_every == 0:
                source += _OPTIONAL.format(missing=f"optional_{name}_{number}")
                source += f"try:\n    from {name}.{part} import _compiled_{number}\nexcept ImportError:\n    pass\n"
            files[f"{name}/{part}/{leaf}.py"] = source
    return files


def libraries() -> dict[str, str]:
    """Return the files of what is installed beside: two libraries of hundreds of modules, and one that only misses."""
    sklearn = tree("sklearn_like", packages=20, modules=10, optional_every=4)
    return {
        **tree("pandas_like", packages=15, modules=20, optional_every=6),
        **sklearn,
        "sklearn_like/__init__.py": "import pandas_like\n" + sklearn["sklearn_like/__init__.py"],
        "optional_misses.py": _MISSES,
    }
