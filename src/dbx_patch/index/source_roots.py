"""Which folders can be an editable install's: the rule that keeps a ``.pth`` from opening the whole machine."""

import os
import sys

from dbx_patch.index.pth_files import canonical
from dbx_patch.index.workspace import is_too_wide

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Set, Tuple


def is_source_root(path: str) -> bool:
    """Tell whether a folder can be an editable install's: not the whole machine, a home, or an environment.

    A ``.pth`` may name any folder (EDITABLES.md, "Traps"). Saying yes makes all code below it user code.
    """
    path = "/" + path.strip("/")  # POSIX keeps two leading slashes
    parts = path[1:].split("/")
    if "site-packages" in parts or "dist-packages" in parts or path in _TOO_WIDE or path.startswith(IN_LIBRARY):
        return False
    if parts[0] in _SYSTEM and not path.startswith(_DRIVER):
        return False
    return parts[:-1] not in (["home"], ["Users"], ["Volumes"]) and not is_too_wide(path)  # a home, a catalog


def _spellings(path: str) -> "Tuple[str, str]":
    return canonical(path), os.path.realpath(path)


STANDARD_LIBRARY = _spellings(os.path.dirname(os.__file__))
IN_LIBRARY = tuple(library + "/" for library in STANDARD_LIBRARY)
_HOME = canonical(os.path.join("/", os.environ.get("HOME", "")))  # one that is not absolute is nobody's
_DRIVER = "/databricks/driver/"  # where `%sh` runs on many releases, and so what `git clone` makes there lies
_SYSTEM = ("databricks", "bin", "boot", "dev", "etc", "lib", "lib64", "proc", "run", "sbin", "sys")
_TOO_WIDE = {
    *("/", "/home", "/Users", "/root", "/usr", "/usr/local", "/opt", "/tmp", "/var", "/local_disk0", "/dbfs"),
    *("/usr/bin", "/usr/lib", "/usr/share", "/usr/local/bin", "/usr/local/lib", "/mnt", "/media", "/srv", "/Volumes"),
    "/.fuse-mounts",
    "/databricks/driver",
    *(_spellings(_HOME) + _spellings(os.path.dirname(_HOME)) + STANDARD_LIBRARY),
    *(s for p in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix) for s in _spellings(p)),
}

# What a project's folder has besides its packages. On a path entry these are "modules" that no one means to import.
NOT_MEANT = frozenset(
    {
        *("setup", "conftest", "noxfile", "fabfile", "tasks", "versioneer", "test", "tests", "testing", "doc", "docs"),
        *("example", "examples", "script", "scripts", "build", "dist", "bin", "env", "venv", "node_modules"),
        *("notebooks", "benchmark", "benchmarks", "tools", "data", "ci", "resources", "conf", "config"),
    }
)
# Of these, what pytest imports; besides modules whose names begin or end in "test". Not `test`, which Python has itself
_TESTS = frozenset({"conftest", "tests", "testing"})
# What tells that a folder is a project's own, and no folder of sources only
_PROJECT_FILES = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})


def lies_beside(name: str, listed: "Set[str]") -> bool:
    """Tell whether a module in a folder (``listed``: all that it has) is none that its project means to provide.

    Installers put a flat project's own folder on ``sys.path``. A wheel would not bring its `tests` or `conftest.py`,
    which other projects and the notebook's repository have as well.
    """
    return (name in NOT_MEANT or name.startswith("test_")) and not _PROJECT_FILES.isdisjoint(listed)


def is_of_tests(name: str) -> bool:
    """Tell whether a top-level module's name is one that pytest's defaults have for tests and what they share."""
    return name in _TESTS or name.startswith("test_") or name.endswith("_test")
