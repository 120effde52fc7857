"""What dbx-patch 0.1 had and this one has not, with what to do now. Loaded only when somebody asks for one of these."""

import sys

_BY_ITSELF = "since 1.0 dbx-patch is active by itself once it is installed"
_DELETE = f"{_BY_ITSELF}, so delete this call; check_startup_status() tells whether it is active"
NAMES = {
    "patch_dbx": f"{_BY_ITSELF}; where it is not, call apply_all_patches()",
    "patch_and_install": _DELETE,
    "install_sitecustomize": _DELETE,
    "uninstall_sitecustomize": f"{_DELETE}, and verify_editable_installs() finds what 0.1 left behind",
    "check_sitecustomize_status": f"{_BY_ITSELF}; call check_startup_status()",
    "SitecustomizeStatus": f"{_BY_ITSELF}; check_startup_status() returns a StartupStatus",
}
OPTIONS = {
    "--apply": f"{_BY_ITSELF}; see `dbx-patch status`.",
    "--verify": "use `dbx-patch verify`.",
    "--status": "use `dbx-patch status`.",
    "--remove": "set DBX_PATCH_ENABLED=0, or uninstall dbx-patch.",
    "--quiet": "there is nothing to silence any more.",
}


def refuse(name: str) -> None:
    """Raise what asking ``dbx_patch`` for a name that it has not raises; :data:`NAMES` says what to do instead."""
    hint = f": {NAMES[name]}" if name in NAMES else ""
    message = f"module 'dbx_patch' has no attribute {name!r}{hint}"
    # `from dbx_patch import name` asks by hasattr(), and would lose the sentence that an AttributeError has
    if hint and sys._getframe(2).f_code.co_name == "_handle_fromlist":
        raise ImportError(f"cannot import name {name!r} from 'dbx_patch'{hint}", name="dbx_patch")
    raise AttributeError(message)
