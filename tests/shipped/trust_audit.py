"""What this library does to a machine, told by CPython's audit events: a hook for any process, of any test.

:func:`install_into` puts it into an environment, where a ``.pth`` arms it at each start at which ``TRUST_AUDIT_LOG``
names a file. Each process appends lines of JSON there: one when it is armed, one for each thing that code of dbx-patch
must not do, one at its end with the number of events looked at. The file is self-contained: no test helper is imported.

``python tests/shipped/trust_audit.py FILE`` prints what a log says; exit 1 where it has such a thing, or no process.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable

NAME = "trust_audit"  # of this module, in the environments too
LOG = "TRUST_AUDIT_LOG"
# The simulator is a test tool that the user asks for, and makes processes and files in temporary folders. What the
# self-test writes, and where, is watched by a test of its own.
EXEMPT = (
    "/dbx_patch/simulator/",
    "/dbx_patch/selftest/",
    "/dbx_patch/commands/demo.py",
    "/dbx_patch/commands/simulate.py",
)
# Modules of the standard library that make methods for classes by compiling them
CLASS_MAKERS = ("dataclasses.py", "collections/__init__.py", "typing.py", "enum.py", "functools.py")
PROCESSES = (
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "os.forkpty",
    "os.spawn",
    "pty.spawn",
)
CHANGES = (
    "os.mkdir",
    "os.rename",
    "os.remove",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
    "os.chown",
)
CHANGES += (
    "os.utime",
    "os.setxattr",
    "os.putenv",
    "os.unsetenv",
    "shutil.",
    "tempfile.",
    "ftplib.",
    "urllib.",
    "http.",
)
WATCHED = ("socket.", *PROCESSES, *CHANGES)
CODE = ("exec", "compile")
# `explain` compiles the source that it is asked about, to tell whether an import of it would; `verify` the source of
# what is loaded, to compare, and the markers of requirements. Nothing of it is ever executed.
COMPILES = tuple(f"/dbx_patch/diagnosis/{name}.py" for name in ("bodies", "loaded", "requirements"))
# `report` writes the file that it is asked for, which is told apart: what it writes is counted and not forbidden.
WRITES_A_FILE = "/dbx_patch/commands/report.py"
AS_ASKED = "writes as asked"
_LIBRARY = os.path.dirname(os.__file__) + "/"


class Watch:
    """Looks at every audit event of a process; ``report`` gets what code of dbx-patch must not do."""

    def __init__(self, report: Callable[[str, Any, str], None]) -> None:
        self.report = report
        self.events = self.ours = 0
        self.busy = False
        self.wanted: dict[str, bool] = {}  # by an event's name

    def hook(self, event: str, details: tuple[Any, ...]) -> None:
        if self.busy:
            return
        self.busy = True
        try:
            self.events += 1
            wanted = self.wanted.get(event)
            if wanted is None:
                wanted = self.wanted[event] = event in ("open", *CODE) or event.startswith(WATCHED)
            if wanted:
                self._look(event, details)
        finally:
            self.busy = False

    def _look(self, event: str, details: tuple[Any, ...]) -> None:
        caller = sys._getframe(1).f_back
        if caller is None:  # the interpreter itself, which compiles what -c says
            return
        frame = caller
        innermost = frame.f_code.co_filename
        if innermost.startswith(("<frozen importlib", "<frozen zipimport")):
            return  # the import system reads, compiles and caches modules, whoever imports
        where = culprit(frame)
        if not where:
            return
        self.ours += 1
        if event == "open":
            if writes(details) and details[0] not in (os.devnull, "/dev/tty"):
                asked = where.rpartition(":")[0].endswith(WRITES_A_FILE)
                self.report(AS_ASKED if asked else "writes", details[0], where)
        elif event in CODE:
            if innermost.endswith(CLASS_MAKERS) and innermost.startswith(_LIBRARY):
                return
            if event == "compile" and where.rpartition(":")[0].endswith(COMPILES):
                return
            self.report(event, details[0], where)
        else:
            self.report(event, details[:1], where)


def culprit(frame: FrameType | None) -> str:
    """Return file and line of dbx-patch's code that this event comes from, "" where it is another's.

    The innermost frame outside the standard library decides: what subprocess.py does, its caller does.
    """
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith("<dbx_patch"):
            return f"{name}:{frame.f_lineno}"
        is_library = name.startswith(("<frozen ", _LIBRARY)) and "-packages/" not in name
        if not is_library and not name.startswith(__file__):
            is_ours = name.endswith("/_dbx_patch_bootstrap.py") or "/dbx_patch/" in name
            return f"{name}:{frame.f_lineno}" if is_ours and not any(part in name for part in EXEMPT) else ""
        frame = frame.f_back
    return ""


def writes(details: tuple[Any, ...]) -> bool:
    """Tell whether an ``open`` event's flags or mode ask for more than reading."""
    mode, flags = details[1], details[2]
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)) if isinstance(flags, int) else True


def arm() -> None:
    """Watch this process, once, if ``TRUST_AUDIT_LOG`` names a file."""
    path = os.environ.get(LOG)
    if not path or getattr(sys, "_trust_audit", None):
        return
    import atexit

    def write(line: str) -> None:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        os.write(handle, f"{line}\n".encode())
        os.close(handle)

    def report(what: str, detail: Any, where: str) -> None:
        import json  # not at each start: it would be most of what watching costs

        record = {"pid": os.getpid(), "violation": what, "detail": str(detail)[:200], "where": where}
        write(json.dumps({**record, "argv": sys.argv[:4]}))

    watch = Watch(report)
    sys._trust_audit = watch  # type: ignore[attr-defined]
    write('{{"pid": {}, "armed": [{}, {}]}}'.format(os.getpid(), *sys.version_info[:2]))
    sys.addaudithook(watch.hook)

    def finish() -> None:
        watch.busy = True
        write(f'{{"pid": {os.getpid()}, "events": {watch.events}, "ours": {watch.ours}}}')

    atexit.register(finish)


def install_into(site_packages: Any) -> None:
    """Put this module into an environment's site folder, with a ``.pth`` that sorts before all others and arms it."""
    with open(__file__, encoding="utf-8") as stream:
        source = stream.read()
    for name, text in ((NAME + ".py", source), ("000_trust_audit.pth", f"import {NAME}; {NAME}.arm()\n")):
        with open(os.path.join(str(site_packages), name), "w", encoding="utf-8") as stream:
            stream.write(text)


def records_of(path: Any) -> list[dict[str, Any]]:
    """Return all that the processes have told a log."""
    import json

    with open(path, encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def read_log(path: Any) -> tuple[int, list[dict[str, Any]], int, int]:
    """Return (processes armed, violations, events looked at, events of ours) of a log."""
    records = records_of(path)
    events, ours = (sum(record.get(key, 0) for record in records) for key in ("events", "ours"))
    violations = [record for record in records if record.get("violation", AS_ASKED) != AS_ASKED]
    return sum("armed" in record for record in records), violations, events, ours


def main(path: str) -> int:
    """Print a log's totals and violations; 0 where there are processes and no violations."""
    armed, violations, events, ours = read_log(path)
    print(f"{armed:,} processes watched, {events:,} audit events, {ours:,} of them ours")
    for violation in violations:
        print("forbidden:", violation)
    return 1 if violations or not armed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
