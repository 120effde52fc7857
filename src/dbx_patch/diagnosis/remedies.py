"""Remedies that can be pasted where the user is: into a notebook's cell, or into a shell."""

import os
import re
import shlex
import shutil
import sys

from dbx_patch._version import __version__
from dbx_patch.diagnosis.disk import Disk
from dbx_patch.diagnosis.installs import EditableInstall
from dbx_patch.index.pth_files import folders_of_site, lines_of, path_of_line, read_text


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
    python = shlex.quote(sys.executable)
    has_pip = any(Disk().look("pip", entry) for entry in sys.path if isinstance(entry, str))
    if not has_pip and shutil.which("uv"):  # which makes environments without pip
        return f"UV_PYTHON={python} uv pip {line}"
    return f"{python} -m pip {line}"


def is_here(path: str) -> bool:
    """Tell whether a path lies in a site folder of this very environment, which a remedy may change.

    What lies elsewhere is a user's source, or another environment's: no remedy moves or deletes any of that.
    """
    site = sys.modules.get("site")
    user = getattr(site, "USER_SITE", None) or sys.prefix
    homes = tuple(os.path.realpath(home) + os.sep for home in (sys.prefix, user))
    folders = [os.path.realpath(folder) + os.sep for folder in folders_of_site()]
    folders = [folder for folder in folders if folder.startswith(homes)]
    return (os.path.realpath(path) + os.sep).startswith(tuple(folders)) if folders else False


def uninstall(name: str, site_folder: str, disk: Disk) -> str:
    """Return how to uninstall what a site folder has by that name, "" where pip would remove another copy or none.

    pip removes the first copy on ``sys.path``, and leaves one in another environment alone.
    """
    if not is_here(site_folder) or disk.real(site_folder) != _first_copy(name, disk):
        return ""
    return pip("uninstall", "-y", name)


def _first_copy(name: str, disk: Disk) -> str:
    """Return the real path of the first folder on ``sys.path`` in which pip finds a distribution, "" for none."""
    for entry in (entry for entry in sys.path if isinstance(entry, str) and entry):
        stems = (found.rpartition(".")[0] for found in disk.distributions(entry))
        if any(plain(stem.partition("-")[0]) == plain(name) for stem in stems):
            return disk.real(entry)
    return ""


def plain(name: str) -> str:
    """Return a distribution's name as installers compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def drop_line(pth: str, line: str) -> str:
    """Return how to take a line out of a ``.pth`` of this environment, whatever ends it, after a BOM too."""
    pattern = re.sub(r"[.\[*^$\\|]", r"\\\g<0>", line)
    return shell("sed", "-i", rf"\|^\(\xef\xbb\xbf\)\?{pattern}[[:space:]]*$|d", pth) if is_here(pth) else ""


def drop(install: EditableInstall, disk: Disk, root: str = "") -> str:
    """Return how to be rid of an install, or of one of its path entries; "" where nothing is safe.

    A hand-written file has no distribution: there it is the line that goes.
    """
    if not install.name.endswith(".pth"):
        return uninstall(install.name, install.site_folder, disk)
    for pth in install.pth_files:
        for line in lines_of(read_text(pth) or ""):
            if path_of_line(line, install.site_folder) in ([root] if root else install.paths):
                return drop_line(pth, line.rstrip())
    return ""


def shell(*args: str) -> str:
    """Return a shell command; arguments are quoted."""
    line = " ".join(map(shlex.quote, args))
    return "!" + line if in_notebook() else line


def code(statement: str) -> str:
    """Return Python code, with a word on where it belongs for who reads this in a shell."""
    return statement if in_notebook() else "# in a notebook cell:\n" + statement


def unset(name: str) -> str:
    """Return how to be rid of an environment variable."""
    if in_notebook():
        where = f"# remove {name} from the cluster's environment variables. For this session:\n"
        return f'{where}import os; os.environ.pop("{name}", None); {APPLY}'
    return f"unset {name}"


def switch_on() -> str:
    """Return how to have dbx-patch act where Databricks is not."""
    if in_notebook():
        return f'import os; os.environ["DBX_PATCH_ENABLED"] = "1"; {APPLY}'
    return "export DBX_PATCH_ENABLED=1"


def set_to(name: str, value: str) -> str:
    """Return how to give an environment variable another value."""
    if in_notebook():
        where = f"# change {name} in the cluster's environment variables. For this session:\n"
        return f'{where}import os; os.environ["{name}"] = {value!r}; {APPLY}'
    return f"export {name}={shlex.quote(value)}"


# Older versions of that name are another program, so no command leaves the version open
OURS = "dbx-patch>=1"
THIS = f"dbx-patch=={__version__}"
RESTART = "dbutils.library.restartPython()"
APPLY = "import dbx_patch; dbx_patch.apply_all_patches()"
