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
    from dbx_patch.explaining import explain as explain
    from dbx_patch.finders import when_imported as when_imported
    from dbx_patch.installs import editable_installs as editable_installs
    from dbx_patch.installs import refresh_editable_paths as refresh_editable_paths
    from dbx_patch.journal import reset_logger as reset_logger
    from dbx_patch.notebook import load_ipython_extension as load_ipython_extension
    from dbx_patch.notebook import unload_ipython_extension as unload_ipython_extension
    from dbx_patch.pth_processor import get_editable_install_paths as get_editable_install_paths
    from dbx_patch.pth_processor import process_all_pth_files as process_all_pth_files
    from dbx_patch.startup import check_startup_status as check_startup_status
    from dbx_patch.verify import verify_editable_installs as verify_editable_installs

# public name -> the module that has it
_HOMES = {
    "apply_all_patches": "api",
    "check_patch_status": "api",
    "remove_all_patches": "api",
    "get_editable_install_paths": "pth_processor",
    "process_all_pth_files": "pth_processor",
    "when_imported": "finders",
    "editable_installs": "installs",
    "refresh_editable_paths": "installs",
    "check_startup_status": "startup",
    "verify_editable_installs": "verify",
    "explain": "explaining",
    "reset_logger": "journal",
    "load_ipython_extension": "notebook",
    "unload_ipython_extension": "notebook",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        hint = ": nothing is to be installed any more; see check_startup_status()" if "sitecustomize" in name else ""
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}{hint}")
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
