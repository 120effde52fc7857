"""Remedies that can be pasted where the user is: into a notebook's cell, or into a shell."""

import os
import shlex
import shutil
import sys


def in_notebook() -> bool:
    """Tell whether IPython runs this process."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return get_ipython is not None and get_ipython() is not None


def pip(*args: str) -> str:
    """Return a pip command for this environment; arguments are quoted."""
    line = " ".join(map(shlex.quote, args))
    if in_notebook():
        return "%pip " + line
    found = shutil.which("pip")
    if found and os.path.dirname(found) == os.path.dirname(sys.executable):
        return "pip " + line
    return f"{shlex.quote(sys.executable)} -m pip {line}"


def shell(*args: str) -> str:
    """Return a shell command; arguments are quoted."""
    line = " ".join(map(shlex.quote, args))
    return "!" + line if in_notebook() else line


def code(statement: str) -> str:
    """Return Python code, with a word on where it belongs for who reads this in a shell."""
    return statement if in_notebook() else "# in a notebook's cell:\n" + statement


def unset(name: str) -> str:
    """Return how to be rid of an environment variable."""
    if in_notebook():
        where = f"# take {name} out of the cluster's environment variables; for this session:\n"
        return f'{where}import os; os.environ.pop("{name}", None); {APPLY}'
    return f"unset {name}"


RESTART = "dbutils.library.restartPython()"
APPLY = "import dbx_patch; dbx_patch.apply_all_patches()"
