"""Editable installs that work on Databricks.

Nothing here needs to be called: the wheel's ``.pth`` file arms each interpreter on Databricks. The functions
listed in ``__all__`` show what is going on, and arm a session where no ``.pth`` ran. Each is loaded at its
first use, because this package is imported at every start on Databricks; :func:`unseen` is what all rooms need.
"""

__version__ = "1.0.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any, Callable, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])

    from dbx_patch.api import apply_all_patches as apply_all_patches
    from dbx_patch.api import check_patch_status as check_patch_status
    from dbx_patch.api import remove_all_patches as remove_all_patches
    from dbx_patch.finders import when_imported as when_imported
    from dbx_patch.pth_processor import get_editable_install_paths as get_editable_install_paths
    from dbx_patch.pth_processor import process_all_pth_files as process_all_pth_files

# public name -> the module that has it
_HOMES = {
    "apply_all_patches": "api",
    "check_patch_status": "api",
    "remove_all_patches": "api",
    "get_editable_install_paths": "pth_processor",
    "process_all_pth_files": "pth_processor",
    "when_imported": "finders",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = __import__(__name__ + "." + _HOMES[name], fromlist=[name])
    value = globals()[name] = getattr(home, name)
    return value


def __dir__() -> "list[str]":
    return sorted({*globals(), *__all__})


def unseen(function: "F") -> "F":
    """Return ``function`` itself, its code (nested functions too) renamed to ``<dbx_patch.…>``, which is no path.

    The workspace hooks walk the stack and take any file in site-packages for a library's (RUNTIME.md, layer 2).
    Installed as a wheel, our files are there: a function of ours between the user's import statement and the hook
    would turn a user's import into a library's. Only for code that imports nothing but our own modules: what it
    imported would count as the user's import.
    """
    function.__code__ = _renamed(function.__code__, f"<{function.__module__}>")
    return function


def _renamed(code: "CodeType", filename: str) -> "CodeType":
    constants = tuple(_renamed(c, filename) if isinstance(c, type(code)) else c for c in code.co_consts)
    return code.replace(co_filename=filename, co_consts=constants)
