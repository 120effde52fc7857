"""What an interpreter's start costs: one look at the environment, and nothing more off Databricks.

``site`` calls :func:`init` from ``zzz_dbx_patch.pth`` (or ``.start``), twice in a virtual environment.
Only ``os`` is imported, which every start has loaded already.
"""

import os

# For `dbx-patch status` and `verify`: how often init() ran here, and what it could not survive otherwise.
runs = 0
fault = None  # type: Exception | None


def decide(environ: "dict[str, str]" = os.environ) -> "tuple[bool, str]":  # type: ignore[assignment]
    """Return whether dbx-patch may act in this process, and why."""
    if "DBX_PATCH_ENABLED" in environ:
        value = environ["DBX_PATCH_ENABLED"].strip().lower()
        # split, because each word in a tuple here would be one more string for every start to intern
        if value in "0 false no off".split():  # noqa: SIM905
            return False, "DBX_PATCH_ENABLED=" + value
        if value in "1 true yes on".split():  # noqa: SIM905
            return True, "DBX_PATCH_ENABLED=" + value
    if environ.get("DATABRICKS_RUNTIME_VERSION"):
        return True, "DATABRICKS_RUNTIME_VERSION is set"
    if os.access("/databricks/", os.F_OK):  # the slash: a folder; os.path.isdir() would raise and catch an OSError
        return True, "the folder /databricks exists"
    return False, "this is not Databricks"


def init() -> None:
    """Arm dbx-patch where Databricks is. Never prints; no Exception leaves it, since ``site`` would print that."""
    global fault, runs
    runs += 1
    if runs > 1:
        return
    try:
        if decide()[0]:
            from dbx_patch.hooks import arm

            arm()
    except Exception as error:
        error.__traceback__ = error.__context__ = error.__cause__ = None  # they would keep frames alive
        fault = error
