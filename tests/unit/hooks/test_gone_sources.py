"""What is gone: a source that a finder names is a missing module; a fault keeps no frame of anybody alive."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import time
import weakref
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import _dbx_patch_bootstrap as bootstrap
from dbx_patch import hooks
from dbx_patch.diagnosis.check_installs import INSTALL_CHECKS
from dbx_patch.diagnosis.search import Search
from dbx_patch.hooks import sys_path, watching
from dbx_patch.index import pth_files, site_folder
from support.installed import distribution
from support.workspaces import write

pytestmark = pytest.mark.usefixtures("import_state")
REDIRECT = "import _editable_impl_gone\n"
FINDER = "from editables.redirector import RedirectingFinder as F\nF.install()\nF.map_module({name!r}, {path!r})\n"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that the index believes have passed."""
    seconds = [0.0]
    monkeypatch.setattr(site_folder, "time", SimpleNamespace(monotonic=lambda: seconds[0], time_ns=time.time_ns))
    return seconds


@pytest.fixture
def armed(site: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one site folder of this process, whose .pth files nobody has processed."""
    monkeypatch.setattr(pth_files, "get_site_packages_dirs", lambda: [str(site)])
    sys.path[:0] = [str(site)]
    hooks.arm()
    return site


@pytest.mark.parametrize("place", ["gone_package/__init__.py", "gone_package.py"])
def test_a_mapped_file_that_is_gone_is_a_missing_module(armed: Path, tmp_path: Path, place: str) -> None:
    """Not a FileNotFoundError, which code that tries an import does not expect."""
    file = write(tmp_path / "ws/proj", {place: "VALUE = 1\n"}) / place
    write(armed, {"_gone.pth": REDIRECT, "_editable_impl_gone.py": FINDER.format(name="gone_package", path=str(file))})
    os.utime(armed, (1, 1))
    assert importlib.import_module("gone_package").VALUE == 1
    del sys.modules["gone_package"]
    file.unlink()
    with pytest.raises(ModuleNotFoundError, match="No module named 'gone_package'"):
        importlib.import_module("gone_package")
    write(file.parent, {file.name: "VALUE = 22\n"})
    importlib.invalidate_caches()
    assert importlib.import_module("gone_package").VALUE == 22


def test_invalidate_caches_reaches_our_own_listings(armed: Path, tmp_path: Path) -> None:
    """A new module in a folder whose time stamp does not tell: a coarse clock, or a mount that keeps the old one."""
    source = write(tmp_path / "ws/proj", {"early_module.py": ""})
    os.utime(source, (1, 1))
    mapping = {name: str(source / name) for name in ("early_module", "later_module")}
    text = f"import sys\nMAPPING = {mapping!r}\nNAMESPACES = {{}}\ndef install(): pass\n"
    line = "import __editable___x_finder; __editable___x_finder.install()\n"
    write(armed, {"__editable___x_finder.py": text, "__editable__.x.pth": line})
    os.utime(armed, (1, 1))
    importlib.import_module("early_module")
    write(source, {"later_module.py": ""})
    os.utime(source, (1, 1))
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("later_module")
    importlib.invalidate_caches()
    assert importlib.import_module("later_module").__file__ == f"{source}/later_module.py"


def codes() -> set[str]:
    search = Search()
    return {finding.code for check in INSTALL_CHECKS for finding in check(search)}


def test_a_root_that_is_away_comes_back(armed: Path, project: Path, clock: list[float]) -> None:
    """Another branch has no such folder: in ``sys.path``, for imports and in ``verify``."""
    distribution(armed, "acme", ["_acme.pth"], project=project)
    (armed / "_acme.pth").write_text(f"{project}/src\n")
    os.utime(armed, (1, 1))
    (project / "src").rename(project / "away")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("acme.sub")
    assert f"{project}/src" not in sys.path and "path-gone" in codes()
    (project / "away").rename(project / "src")
    clock[0] += site_folder.RETRY_SECONDS
    assert importlib.import_module("acme.sub").__file__ == f"{project}/src/acme/sub.py"
    assert sys.path[:2] == [str(armed), f"{project}/src"] and codes() == set()


def test_too_many_open_files_take_nothing_away(
    armed: Path, project: Path, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site folder has changed, and cannot be read just now."""
    (armed / "_acme.pth").write_text(f"{project}/src\n")
    os.utime(armed, (1, 1))
    sys_path.restore(sys_path.learn(), "test")
    before = [*sys.path]
    assert f"{project}/src" in before
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    os.utime(armed, (2, 2))
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
        sys_path.restore(sys_path.learn(), "test")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert sys.path == before and "acme" in hooks.names
    assert "Too many open files" in sys_path.learn().readings[0].error
    clock[0] += site_folder.RETRY_SECONDS
    assert sys_path.learn().readings[0].error == "" and sys.path == before
    assert importlib.import_module("acme.sub")


def test_a_root_that_cannot_be_listed_once_is_listed_again(
    armed: Path, project: Path, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    (armed / "_acme.pth").write_text(f"{project}/src\n")
    os.utime(armed, (1, 1))
    scandir = os.scandir

    def fails(path: object = ".") -> object:
        if path == f"{project}/src":
            raise OSError(107, "Transport endpoint is not connected", path)
        return scandir(path)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "scandir", fails)
    assert "acme" not in sys_path.learn().providers
    monkeypatch.setattr(os, "scandir", scandir)
    clock[0] += site_folder.RETRY_SECONDS
    assert "acme" in sys_path.learn().providers and "acme" in hooks.names


class Held:
    """Something large in a user's function."""


def fail_holding(held: list[weakref.ref[Held]]) -> None:
    thing = Held()
    held.append(weakref.ref(thing))
    try:
        raise KeyError(thing)
    except KeyError as inner:
        raise RuntimeError("half an upgrade") from inner


def test_a_recorded_fault_keeps_no_frame(armed: Path, tmp_path: Path) -> None:
    held: list[weakref.ref[Held]] = []

    def callback(module: ModuleType) -> None:
        fail_holding(held)

    watching.when_imported("runtime_like")(callback)
    write(armed, {"runtime_like.py": ""})
    importlib.import_module("runtime_like")
    gc.collect()
    assert hooks.faults == [("when_imported('runtime_like')", "RuntimeError: half an upgrade")]
    assert [reference() for reference in held] == [None]


def test_a_failed_start_keeps_no_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[weakref.ref[Held]] = []
    monkeypatch.setenv("DBX_PATCH_ENABLED", "1")
    monkeypatch.setattr(hooks, "arm", lambda: fail_holding(held))
    bootstrap.init()
    gc.collect()
    assert repr(bootstrap.fault) == "RuntimeError('half an upgrade')" and [reference() for reference in held] == [None]


def test_names_that_are_no_identifiers(armed: Path, project: Path) -> None:
    """As in plain Python: by ``importlib.import_module``, whoever asks."""
    write(project / "src", {"my-module.py": "", "2nd/__init__.py": "", "2nd/part-one.py": ""})
    (armed / "_acme.pth").write_text(f"{project}/src\n")
    os.utime(armed, (1, 1))
    for name in ("my-module", "2nd", "2nd.part-one"):
        assert importlib.import_module(name).__name__ == name
