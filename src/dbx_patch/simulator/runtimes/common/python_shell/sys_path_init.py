"""The runtime's own idea of ``sys.path`` (RUNTIME.md, layer 1 [doc]; the order is [seen])."""

from __future__ import annotations

import os
import sys
from typing import List

NOTEBOOK_DIR_PLACEHOLDER = "/WSFS_NOTEBOOK_DIR"

#: What start-up found on ``sys.path`` and the last rebuild left out: a `.pth` file's editable paths, in practice.
dropped: List[str] = []


def _is_stdlib(entry: str) -> bool:
    name = os.path.basename(entry)
    is_zip = name.startswith("python3") and name.endswith(".zip")
    return entry == os.path.dirname(os.__file__) or name == "lib-dynload" or is_zip


def _is_library_folder(entry: str) -> bool:
    return os.path.basename(entry.rstrip("/")) in ("site-packages", "dist-packages")


def _from_environment() -> List[str]:
    """Spark's folders, and a cluster's own ones, come in by ``PYTHONPATH``."""
    return [os.path.abspath(e) for e in os.environ.get("PYTHONPATH", "").split(os.pathsep) if e]


def developer_paths() -> List[str]:
    """``sys.path`` as the runtime wants it, worked out from the entries that start-up left there."""
    python_shell = os.path.dirname(os.path.abspath(__file__))
    databricks = os.path.dirname(python_shell)
    root = os.path.dirname(databricks)
    site_packages = [e for e in sys.path if _is_library_folder(e)]
    wanted = [
        os.path.join(python_shell, "scripts"),
        os.path.join(root, "local_disk0", "spark-0", "userFiles-0"),
        os.path.join(databricks, "spark", "python"),
        os.path.join(databricks, "spark", "python", "lib", "py4j-0.10.9.9-src.zip"),
        os.path.join(databricks, "jars", "spark--driver.jar"),
    ]
    runtime = [python_shell, os.path.join(python_shell, "lib")]
    wanted += [e for e in _from_environment() if e not in runtime and not _is_library_folder(e)]
    wanted += [NOTEBOOK_DIR_PLACEHOLDER, *runtime]
    wanted += [e for e in sys.path if _is_stdlib(e)]
    wanted += site_packages
    wanted += [
        os.path.join(root, "usr", "local", "lib", "python{}.{}".format(*sys.version_info), "dist-packages"),
        os.path.join(root, "usr", "lib", "python3", "dist-packages"),
        os.path.join(databricks, ".python_edge_libs"),
    ]
    wanted += [os.path.join(e, "IPython", "extensions") for e in site_packages[:1]]
    wanted.append(os.path.join(root, "root", ".ipython"))
    return list(dict.fromkeys(wanted))


def patch_sys_path_with_developer_paths() -> None:
    """Rebuild ``sys.path``; what `.pth` files had added is gone afterwards [doc]."""
    wanted = developer_paths()
    dropped[:] = [e for e in sys.path if e not in wanted]
    sys.path = wanted
