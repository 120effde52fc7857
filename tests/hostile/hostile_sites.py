"""Site folders that nobody means well with, and child processes with a bound on their time and memory."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import textwrap
from pathlib import Path
from typing import Any

from support.environments import ROOT, TARGET, clean_environ
from support.installed import site_folder
from support.workspaces import write

MEGABYTE = 1 << 20
# Before anything of dbx-patch: its sources on sys.path, a site folder that `site` does not know, a memory limit
_PRELUDE = """
import json, os, resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, ({limit}, {limit}))
def peak():  # in megabytes; ru_maxrss would begin with what the process had that started this one
    with open("/proc/self/status") as stream:
        return next(int(line.split()[1]) for line in stream if line.startswith("VmHWM")) // 1024
sys.path.insert(0, {src!r})
sys.path.append({site!r})
os.environ["DBX_PATCH_ENABLED"] = "1"
"""
# Before Python itself starts: root without the right to pass over permissions, so that these count for it as well
_AS_ANYBODY = """
import ctypes, os, sys
for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
os.execv(sys.argv[1], sys.argv[1:])
"""
# Everything that reads site folders and projects, and prints of it; {good!r} is a package that must stay importable
EVERYTHING = """
import io, contextlib, dbx_patch
from dbx_patch.commands import cli
with contextlib.redirect_stdout(io.StringIO()) as printed, contextlib.redirect_stderr(printed):
    applied = dbx_patch.apply_all_patches()
    import acme.sub
    dbx_patch.refresh_editable_paths(), dbx_patch.editable_installs(), dbx_patch.process_all_pth_files(force=True)
    try:
        import no_such_module
    except ModuleNotFoundError as error:
        missed = str(error)
    codes = [cli.main([name, *more]) for more in ([], ["--json"]) for name in ("status", "paths", "verify")]
    codes += [cli.main(["explain", name]) for name in ("acme.sub", "evil", "evil.part", "no_such_module")]
verified = dbx_patch.verify_editable_installs(verbose=False)
failed = [f.cause for f in verified.findings if f.code == "check-failed"]
print(json.dumps({"missed": missed, "codes": codes, "faults": applied.faults, "failed": failed,
    "names": [i.name for i in verified.installs], "findings": len(verified.findings),
    "rss": peak()}))
"""


def new_site(folder: Path) -> Path:
    """An empty site folder, and beside it a project ``good`` whose editable install is one path line."""
    site = site_folder(folder)
    good = write(folder / "ws/good", {"src/acme/__init__.py": "", "src/acme/sub.py": ""})
    write(site, {"good.pth": f"{good}/src\n"})
    return site


def special(path: Path, kind: str) -> None:
    """Put something other than a readable file at ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "socket":
        _bind(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "sparse":
        with open(path, "wb") as stream:
            stream.truncate(1 << 30)
    else:
        targets = {
            "zero": "/dev/zero",
            "tty": "/dev/tty",
            "loop": path.name,
            "dangling": "nowhere",
            "memory": "/proc/self/mem",
        }
        path.symlink_to(targets[kind])


def _bind(path: Path) -> None:
    """A socket's path has at most 108 bytes, so it is named relative to its folder."""
    with socket.socket(socket.AF_UNIX) as server:
        here = os.open(".", os.O_RDONLY)
        try:
            os.chdir(path.parent)
            server.bind(path.name)
        finally:
            os.fchdir(here)
            os.close(here)


def child(site: Path, code: str, *, megabytes: int = 512, seconds: float = 60, as_anybody: bool = False) -> Any:
    """Run ``code`` with ``site`` on ``sys.path``, with so much memory and time; returns the JSON that it prints."""
    prelude = _PRELUDE.format(limit=megabytes * MEGABYTE, src=str(ROOT / "src"), site=str(site))
    command = [TARGET, "-S", "-c", prelude + textwrap.dedent(code)]
    if as_anybody:
        command = [TARGET, "-c", _AS_ANYBODY, *command]
    env = clean_environ({"PYTHONDONTWRITEBYTECODE": "1"})
    options: dict[str, Any] = {
        "env": env,
        "stdin": subprocess.DEVNULL,
        "errors": "backslashreplace",
    }
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=seconds, **options)
    assert done.returncode == 0 and done.stderr == "", done
    return json.loads(done.stdout)
