"""Editable installs that work on Databricks.

Nothing here needs to be called: the wheel's ``.pth`` file arms each interpreter on Databricks. The functions
listed in ``__all__`` show what is going on, and arm a session where no ``.pth`` ran. Each is loaded at its
first use, because this package is imported at every start on Databricks.
"""

# module -> the public names that it has, as type checkers read them from __init__.pyi: imports that are written here
# cost each start on Databricks, executed or not, and so do more than one string for a module
_HOMES = {
    "_version": "__version__",
    "api": "apply_all_patches check_patch_status explain get_editable_install_paths"
    " process_all_pth_files refresh_editable_paths remove_all_patches",
    "commands.notebook": "load_ipython_extension unload_ipython_extension",
    "diagnosis.explanation": "EntrySays Explanation FinderSays ImporterSays Layer Offer",
    "diagnosis.findings": "Finding Reading VerifyResult",
    "diagnosis.installs": "EditableInstall InstallsResult editable_installs",
    "diagnosis.startup": "StartupStatus check_startup_status",
    "diagnosis.verify": "verify_editable_installs",
    "hooks.watching": "when_imported",
    "hooks.journal": "reset_logger",
    "output.results": "ApplyPatchesResult PatchResult PatchStatus PthProcessingResult"
    " RemovePatchesResult Result StatusResult",
}


def _public() -> "list[str]":
    return sorted(name for names in _HOMES.values() for name in names.split() if name != "__version__")


def __getattr__(name: str) -> object:
    if name == "__all__":
        return _public()
    home = next((home for home, names in _HOMES.items() if name in names.split()), "_former")
    try:
        module = __import__(f"{__name__}.{home}", fromlist=[name])
    except ImportError:
        if __import__("os").access(__file__, 0):
            raise
        raise ImportError("dbx-patch was uninstalled while this process was running: restart Python") from None
    if home == "_former":
        module.refuse(name)
    value = globals()[name] = getattr(module, name)
    return value


def __dir__() -> "list[str]":
    return sorted({*globals(), *_public()})
