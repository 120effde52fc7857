"""The functions of each patch module for calls: ``patch_<that>``, ``unpatch_<that>``, ``is_patched`` and two more.

The patch modules are loaded inside the runtime's imports, so what these functions need is imported by calls only.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List

    from dbx_patch.output.results import PatchResult


class ByHand:
    """Calls for the patches ``names``. ``DBX_PATCH_ENABLED`` and ``DBX_PATCH_DISABLE`` hold for them, too."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def patch(self, verbose: bool = True) -> "PatchResult":
        """Apply these patches only, now or once the runtime's module loads; ``verbose`` prints the result."""
        import _dbx_patch_bootstrap as bootstrap
        from dbx_patch import hooks
        from dbx_patch.hooks import upkeep

        if bootstrap.decide()[0]:
            disabled = hooks.disabled_patches()
            hooks.expect([name for name in self._names if name not in disabled])
            upkeep.keep_first()
            upkeep.patch_loaded()
        return self._shown(verbose)

    def unpatch(self, verbose: bool = True) -> "PatchResult":
        """Give the runtime its own functions back, for good; ``verbose`` prints the result."""
        from dbx_patch.hooks import applied, watching

        watching.forget(self._names)
        applied.undo_patches(self._names)
        return self._shown(verbose)

    def is_patched(self) -> bool:
        """Tell whether one of these patches is applied now."""
        from dbx_patch.hooks import applied

        states = applied.patch_states()
        return any(states[name][0] == "applied" for name in self._names)

    def _shown(self, verbose: bool) -> "PatchResult":
        from dbx_patch.diagnosis.status import patch_statuses
        from dbx_patch.output import rendering
        from dbx_patch.output.results import PatchResult

        result = PatchResult([status for status in patch_statuses(look=True) if status.name in self._names])
        if verbose:
            rendering.show(result)
        return result


def refresh_editable_paths() -> int:
    """Read the site folders anew and put lost path entries back; return how many source folders are editable."""
    from dbx_patch import api

    return api.refresh_editable_paths()


def detect_editable_paths() -> "List[str]":
    """Return the source folders of all editable installs, sorted."""
    from dbx_patch import api

    return api.get_editable_install_paths()
