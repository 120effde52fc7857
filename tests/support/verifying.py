"""What the tests of ``verify`` share: how to ask it in a process, and what installers leave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support.environments import Environment
from support.workspaces import write

MAIN = "import sys; from dbx_patch.commands.cli import main; sys.exit(main(['verify', '--json']))"


def leave_install(env: Environment, name: str, project: Path, root: Path | None) -> None:
    """What pip leaves of an editable install that is one path line, or (no root) of one that copied its files."""
    info, pth = f"{name}-1.0.dist-info", f"_{name}.pth"
    url = json.dumps({"url": project.as_uri(), "dir_info": {"editable": True}})
    record = f"{info}/RECORD,,\n" + (f"{pth},,\n" if root else f"{name}/__init__.py,,\n")
    files = {f"{info}/METADATA": f"Name: {name}\nVersion: 1.0\n", f"{info}/direct_url.json": url}
    files[f"{info}/RECORD"] = record
    if root:
        files[pth] = f"{root}\n"
    write(env.site_packages, files)


def reported(done: Any) -> dict[str, dict[str, str]]:
    assert done.stderr == "", done.stderr
    text = done.stdout[done.stdout.index("{") :]  # after what the code itself has printed
    return {found["code"]: found for found in json.loads(text)["findings"]}
