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
    from dbx_patch.diagnosis.explanation import EntrySays as EntrySays
    from dbx_patch.diagnosis.explanation import Explanation as Explanation
    from dbx_patch.diagnosis.explanation import FinderSays as FinderSays
    from dbx_patch.diagnosis.explanation import Layer as Layer
    from dbx_patch.diagnosis.explanation import Offer as Offer
    from dbx_patch.diagnosis.findings import Finding as Finding
    from dbx_patch.diagnosis.findings import VerifyResult as VerifyResult
    from dbx_patch.diagnosis.installs import EditableInstall as EditableInstall
    from dbx_patch.diagnosis.installs import InstallsResult as InstallsResult
    from dbx_patch.diagnosis.installs import editable_installs as editable_installs
    from dbx_patch.diagnosis.startup import StartupStatus as StartupStatus
    from dbx_patch.diagnosis.startup import check_startup_status as check_startup_status
    from dbx_patch.diagnosis.verify import verify_editable_installs as verify_editable_installs
    from dbx_patch.hooks import when_imported as when_imported
    from dbx_patch.hooks.journal import reset_logger as reset_logger
    from dbx_patch.output.results import ApplyPatchesResult as ApplyPatchesResult
    from dbx_patch.output.results import PatchResult as PatchResult
    from dbx_patch.output.results import PatchStatus as PatchStatus
    from dbx_patch.output.results import PthProcessingResult as PthProcessingResult
    from dbx_patch.output.results import RemovePatchesResult as RemovePatchesResult
    from dbx_patch.output.results import Result as Result
    from dbx_patch.output.results import StatusResult as StatusResult

# module -> the public names that it has: one string each, because a start on Databricks makes this table
_HOMES = {
    "_version": "__version__",
    "api": "apply_all_patches check_patch_status get_editable_install_paths"
    " process_all_pth_files refresh_editable_paths remove_all_patches",
    "commands.notebook": "load_ipython_extension unload_ipython_extension",
    "diagnosis.explain": "explain",
    "diagnosis.explanation": "EntrySays Explanation FinderSays Layer Offer",
    "diagnosis.findings": "Finding VerifyResult",
    "diagnosis.installs": "EditableInstall InstallsResult editable_installs",
    "diagnosis.startup": "StartupStatus check_startup_status",
    "diagnosis.verify": "verify_editable_installs",
    "hooks": "when_imported",
    "hooks.journal": "reset_logger",
    "output.results": "ApplyPatchesResult PatchResult PatchStatus PthProcessingResult"
    " RemovePatchesResult Result StatusResult",
}


def _public() -> "list[str]":
    return sorted(name for names in _HOMES.values() for name in names.split() if name != "__version__")


# Hidden from type checkers, to which a misspelt name would otherwise be one more attribute
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name == "__all__":
            return _public()
        home = next((home for home, names in _HOMES.items() if name in names.split()), "")
        if not home:
            hint = (
                ": nothing is to be installed any more; see check_startup_status()" if "sitecustomize" in name else ""
            )
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}{hint}")
        value = globals()[name] = getattr(__import__(f"{__name__}.{home}", fromlist=[name]), name)
        return value


def __dir__() -> "list[str]":
    return sorted({*globals(), *_public()})
