"""Whatever stands in a site folder at any time, reading it raises nothing, runs nothing, and ends."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from dbx_patch.index.snapshot import EDITABLE, Index
from hostile.hostile_sites import new_site, special
from hostile.wide_installs import SHAPES
from support.drawn import EXAMPLES
from support.workspaces import within, write

SITES, STEPS = 2 * EXAMPLES // 3, 25
SECONDS = 10  # for one reading: thousands of times what it takes
KINDS = ("fifo", "socket", "folder", "sparse", "zero", "loop", "dangling")
NAMES = (
    *(
        "a.pth",
        "b.pth",
        ".c.pth",
        "evil.pth",
        "a.start",
        "evil.egg-link",
        "easy-install.pth",
        "_evil_impl.py",
        "evil",
    ),
    *("evil.py", "evil/__init__.py", "evil-1.0.dist-info/RECORD", "evil-1.0.dist-info/direct_url.json"),
    *("evil-1.0.dist-info/editable.json", "evil-1.0.dist-info", "../build/meson-info/intro-install_plan.json"),
)
# What would be executed, imported, written or asked of another process: CPython's audit events
FORBIDDEN = (
    "exec",
    "compile",
    "import",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "socket.",
)
_seen: list[str] = []
_watching = False
_readings = 0


def _listen(event: str, details: tuple[object, ...]) -> None:
    if _watching and (event.startswith(FORBIDDEN) or (event == "open" and _writes(details))):
        _seen.append(f"{event} {details!r}"[:200])


def _writes(details: tuple[object, ...]) -> bool:
    flags = details[2] if len(details) > 2 else 0
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


sys.addaudithook(_listen)


def read(site: Path) -> Index:
    """Read a site folder; nothing of what is forbidden may happen, and not for long."""
    global _readings, _watching
    _readings += 1
    started = time.monotonic()
    _watching = True
    try:
        index = Index([str(site)])
    finally:
        _watching = False
    assert _seen == [] and time.monotonic() - started < SECONDS, (_seen, started)
    return index


class HostileSite(RuleBasedStateMachine):
    """Installs of every shape, mutated bytes, and things that are no files, one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.base = Path(tempfile.mkdtemp()).resolve()
        self.site = new_site(self.base)

    def teardown(self) -> None:
        shutil.rmtree(self.base)

    def _away(self, path: Path) -> bool:
        """Make room for something else at a path; False where its parent is no folder, or a link that leads out."""
        try:
            within(self.base, path.parent)
        except ValueError:
            return False
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.is_symlink() or path.exists():
            path.unlink()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            return False
        return path.parent.is_dir()

    @rule(name=st.sampled_from(NAMES), content=st.binary(max_size=300))
    def any_bytes(self, name: str, content: bytes) -> None:
        if self._away(self.site / name):
            (self.site / name).write_bytes(content)

    @rule(name=st.sampled_from(NAMES), kind=st.sampled_from(KINDS))
    def no_file(self, name: str, kind: str) -> None:
        if self._away(self.site / name):
            special(self.site / name, kind)

    @rule(
        shape=st.sampled_from(sorted(SHAPES)),
        folder=st.sampled_from(["/", "src", "gone", "/ws\n/etc", "\ud800", "'", "\\"]),
    )
    def an_install(self, shape: str, folder: str) -> None:
        for path in (self.site / name for name in NAMES):
            if os.path.lexists(path) and not path.is_file() and not path.is_dir():
                path.unlink()  # this test would itself wait where it writes into a FIFO
        try:
            SHAPES[shape](self.site, str(self.base / "ws" / folder) if folder[0] != "/" else folder)
        except (OSError, ValueError):  # something else stands in its place
            pass

    @rule(
        name=st.sampled_from(NAMES), where=st.integers(0, 1 << 30), piece=st.binary(max_size=8), drop=st.integers(0, 40)
    )
    def mutated(self, name: str, where: int, piece: bytes, drop: int) -> None:
        path = self.site / name
        if path.is_file() and path.stat().st_size < 1 << 20:
            content = within(self.base, path).read_bytes()
            cut = where % (len(content) + 1)
            path.write_bytes(content[:cut] + piece + content[cut + drop :])

    @rule(name=st.sampled_from(NAMES))
    def swapped(self, name: str) -> None:
        other = self.site / "_evil_impl.py"
        if other.is_file() and not other.is_symlink() and other.stat().st_size < 1 << 20:
            content = other.read_bytes()
            if self._away(self.site / name):
                (self.site / name).write_bytes(content)

    @invariant()
    def the_good_one_is_served(self) -> None:
        index = read(self.site)
        good = str(self.base / "ws/good/src")
        assert good in index.path_entries and "acme" in index.providers
        assert index.whose(good + "/acme/sub.py") == EDITABLE
        for outside in ("/etc/passwd", "/x.py", str(self.site / "six.py"), os.__file__, "/Workspace/x.py"):
            assert index.whose(outside) != EDITABLE, outside
        str([(i.name, i.shape, i.key, i.source_folders(), index.names_of(i)) for i in index.installs])


def test_nothing_is_written_through_a_link_that_leads_out(tmp_path: Path) -> None:
    site, outside = tmp_path / "site", tmp_path / "outside"
    site.mkdir(), outside.mkdir()
    (site / "evil").symlink_to(outside)
    with pytest.raises(ValueError, match="which is outside"):
        write(site, {"evil/__init__.py": ""})
    machine = HostileSite()
    try:
        (machine.site / "evil").symlink_to(outside)
        assert not machine._away(machine.site / "evil/__init__.py")
    finally:
        machine.teardown()
    assert os.listdir(outside) == []


def test_whatever_stands_in_a_site_folder(record_property: Callable[[str, object], None]) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        HostileSite,
        settings=settings(
            max_examples=SITES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    record_property("fuzzed site folders read", _readings)
    assert _readings > SITES * 5
