"""What the backends that need a build leave on the disk, recorded for the fast tests.

``python tests/compat/recordings.py`` makes ``recorded.json`` anew, with the backends that the index has now. Kept are
the data that they generate, and none of their code: of a finder its last call, of a ``-nspkg.pth`` its folder.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2] / part) for part in ("src", "tests")]

from compat.compat_site import furnish
from compat.projects import Row, install, write
from compat.rows import ROWS
from support.environments import Environment

FILE = Path(__file__).with_name("recorded.json")
RECORDED = (
    *("scikit-build-core", "scikit-build-core-inplace", "scikit-build-core-namespace"),
    *("meson-python", "meson-python-namespace", "setuptools-nspkg"),
)
_PLAN = "meson-info/intro-install_plan.json"


def recorded_rows() -> list[Row]:
    return [row for row in ROWS if row.id in RECORDED]


def kept_of(name: str, text: str) -> str:
    """Return what of a start-up file or finder is data."""
    if name.endswith("-nspkg.pth"):
        found = re.search(r"os\.path\.join\(.*?\)\)", text)
        return f"import sys, types, os;p = {found.group()}\n" if found else text
    if name.endswith(".pth"):
        return text
    call = r"(?m)^( *)(?:\w+ = )?(?:install|install_inplace|MesonpyMetaFinder)\((?:.*\)$|\n(?:\1 .*\n)*\1\))"
    last = [found.group() for found in re.finditer(call, text)][-1]
    marker = "# MesonpyMetaFinder\n" if "MesonpyMetaFinder" in text else ""
    return f"{marker}\n{last}\n"


def reduced(site_packages: Path, project: Path, row: Row) -> dict[str, str]:
    """Return the recorded texts of an installed row by their names: below ``SITE``, the site folder, or ``PROJECT``."""
    info = next(site_packages.glob(f"{row.name.replace('-', '_')}-*.dist-info"))
    names = [line.split(",")[0] for line in (info / "RECORD").read_text().splitlines()]
    files = {f"SITE/{name}": site_packages / name for name in names if re.fullmatch(r"[^/]*\.(pth|py)", name)}
    files.update({f"PROJECT/{path.relative_to(project)}": path for path in project.glob(f"build/*/{_PLAN}")})
    found = {}
    for name, path in sorted(files.items()):
        text = kept_of(path.name, path.read_text()) if name.startswith("SITE/") else _plan(path.read_text())
        found[_neutral(name)] = _neutral(text.replace(str(site_packages), "SITE").replace(str(project), "PROJECT"))
    return found


def _plan(text: str) -> str:
    plan = {
        kind: {f: {"destination": d["destination"]} for f, d in files.items()}
        for kind, files in json.loads(text).items()
    }
    return json.dumps(plan, indent=1, sort_keys=True)


def _neutral(text: str) -> str:
    """Leave out what differs from machine to machine: the interpreter's version, and where programs lie."""
    text = re.sub(r"\bcp3\d+\b", "cp3", text)
    return re.sub(r"'[^' ]*/(ninja|meson|python[\d.]*)'", r"'\1'", text)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(os.path.realpath(folder))
        environment = Environment(base / "env", base / "env")
        rows = recorded_rows()
        furnish(environment.folder, rows)
        found = {}
        for row in rows:
            write(row, base / row.id)
            install(row, base / row.id, environment.python)
            found[row.id] = reduced(environment.site_packages, base / row.id, row)
    FILE.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
