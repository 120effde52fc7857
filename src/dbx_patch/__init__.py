"""Editable installs that work on Databricks.

Nothing here needs to be called: the wheel's ``.pth`` file arms each interpreter on Databricks. The functions
listed in ``__all__`` show what is going on, and arm a session where no ``.pth`` ran. Each is loaded at its
first use, because this package is imported at every start on Databricks.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dbx_patch._version import __version__ as __version__
    from dbx_patch.api import apply_all_patches as apply_all_patches
    from dbx_patch.api import check_patch_status as check_patch_status
    from dbx_patch.api import get_editable_install_paths as get_editable_install_paths
    from dbx_patch.api import process_all_pth_files as process_all_pth_files
    from dbx_patch.api import refresh_editable_paths as refresh_editable_paths
    from dbx_patch.api import remove_all_patches as remove_all_patches
    from dbx_patch.commands.notebook import load_ipython_extension as load_ipython_extension
    from dbx_patch.commands.notebook import unload_ipython_extension as unload_ipython_extension
    from dbx_patch.diagnosis.explain import explain as explain
    from dbx_patch.diagnosis.installs import editable_installs as editable_installs
    from dbx_patch.diagnosis.startup import check_startup_status as check_startup_status
    from dbx_patch.diagnosis.verify import verify_editable_installs as verify_editable_installs
    from dbx_patch.hooks import when_imported as when_imported
    from dbx_patch.hooks.journal import reset_logger as reset_logger

# public name -> the module that has it
_HOMES = {
    "apply_all_patches": "api",
    "check_patch_status": "api",
    "remove_all_patches": "api",
    "process_all_pth_files": "api",
    "get_editable_install_paths": "api",
    "refresh_editable_paths": "api",
    "when_imported": "hooks",
    "editable_installs": "diagnosis.installs",
    "check_startup_status": "diagnosis.startup",
    "verify_editable_installs": "diagnosis.verify",
    "explain": "diagnosis.explain",
    "reset_logger": "hooks.journal",
    "load_ipython_extension": "commands.notebook",
    "unload_ipython_extension": "commands.notebook",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605
_HOMES["__version__"] = "_version"


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        hint = ": nothing is to be installed any more; see check_startup_status()" if "sitecustomize" in name else ""
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}{hint}")
    home = __import__(__name__ + "." + _HOMES[name], fromlist=[name])
    value = globals()[name] = getattr(home, name)
    return value


def __dir__() -> "list[str]":
    return sorted({*globals(), *__all__})
