"""An environment with an editable install of every shape, its files written as the installers write them."""

from __future__ import annotations

import json
from pathlib import Path

from support.installed import distribution
from support.kernels import Notebook
from support.workspaces import package, write

NOTEBOOK = "# Databricks notebook source\nVALUE = 1\n"


def furnish(notebook: Notebook) -> Notebook:
    """Add to a notebook's environment what the phases need."""
    home, site = notebook.workspace.home, notebook.environment.site_packages
    extra = {"broken.py": "raise LookupError('its own')\n", "a_notebook.py": NOTEBOOK}
    write(notebook.workspace.notebook_folder, {"beside2.py": ""})  # which a library is refused
    write(home / "proj/src/acme_src", extra)
    write(home / "proj/src", {"acme_space/half.py": ""})
    for name in ("acme_c", "acme_d", "acme_g", "acme_h", "acme_p", "acme_e"):
        write(home / "shapes" / name, package(name))
    write(home / "shapes", {"acme_i.py": "VALUE = 'stand-in'\n", "namespace/acme_n/part.py": ""})
    write(home / "later/src", package("acme_new"))
    write(home / "late", package("acme_late"))
    _write_finders(site, str(home / "shapes"))
    _write_others(site, home / "shapes")
    return notebook


def _finder(site: Path, name: str, source: str, *, call: bool = False) -> None:
    line = f"import _{name}_editable" + (f"; _{name}_editable.init()" if call else "")
    write(site, {f"_{name}_editable.pth": line + "\n", f"_{name}_editable.py": source})


def _write_finders(site: Path, shapes: str) -> None:
    editables = "class F:\n    @staticmethod\n    def map_module(name, path): pass\n"
    _finder(site, "acme_c", editables + f"F.map_module('acme_c', '{shapes}/acme_c/acme_c/__init__.py')\n")
    known = {"acme_d": f"{shapes}/acme_d/acme_d/__init__.py", "acme_d.sub": f"{shapes}/acme_d/acme_d/sub.py"}
    _finder(site, "acme_d", f"def install(*args): pass\n\n\ninstall({known!r}, {{}}, None, False, True)\n")
    files = {
        f"{shapes}/acme_e/acme_e/{f}.py": {"destination": f"{{py_purelib}}/acme_e/{f}.py"} for f in ("__init__", "sub")
    }
    plan = {"python": files}
    write(Path(shapes), {"build/meson-info/intro-install_plan.json": json.dumps(plan)})
    meson = (
        "def init(): install({{'acme_e'}}, '{0}/build', [])\n\n\ndef install(*args): pass  # MesonpyMetaFinder\n\n\n"
    )
    _finder(site, "acme_e", meson.format(shapes) + f"install({{'acme_e'}}, '{shapes}/build', [])\n")


def _write_others(site: Path, shapes: Path) -> None:
    (site / "acme_g").symlink_to(shapes / "acme_g/acme_g")
    distribution(site, "acme_g", ["acme_g/__init__.py", "acme_g/sub.py"], project=shapes / "acme_g")
    write(site, {"acme_h.egg-link": f"{shapes}/acme_h\n../", "easy-install.pth": f"{shapes}/acme_h\n"})
    scheme = {"scheme": {"purelib": {"acme_p": "acme_p"}}}
    distribution(site, "acme_p", project=shapes / "acme_p", texts={"editable.json": json.dumps(scheme)})
    stand_in = f"from os import sep\n\nimport_from_path(__name__, {str(shapes / 'acme_i.py')!r})\n"
    prelude = "import sys\n\n\ndef import_from_path(name, file): exec(open(file).read(), sys.modules[name].__dict__)\n"
    write(site, {"acme_i.py": prelude + stand_in})
    distribution(site, "acme_i", ["acme_i.py"], project=shapes)
    line = "import sys, types, os;p = os.path.join({!r}, *('acme_n',)); 1\n"
    write(site, {"acme_n-nspkg.pth": line.format(str(shapes / "namespace"))})
