"""Real environments for tests: a wheel that is built, installed by a real installer, and run in a subprocess."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import runpy
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Callable, Iterator, Mapping, Sequence

from support import again

ROOT = Path(__file__).resolve().parent.parent.parent
# The interpreter that environments are made with; the one that runs the tests unless this variable names another.
TARGET = os.environ.get("DBX_PATCH_TEST_PYTHON", sys.executable)
BACKENDS = ("hatchling", "setuptools", "wheel", "editables")
# What a test's surroundings may have set and a process under test must not see.
FOREIGN = ("PYTHONPATH", "PYTHONHOME", "PYTHONSAFEPATH", "VIRTUAL_ENV", "DATABRICKS_RUNTIME_VERSION", "CI")
DATABRICKS = {"DATABRICKS_RUNTIME_VERSION": "17.3"}


def clean_environ(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a process under test, with nothing in it that the tests' own process needs."""
    kept = {k: v for k, v in os.environ.items() if k not in FOREIGN and not k.startswith(("DBX_PATCH_", "COV"))}
    return {**kept, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", **(extra or {})}


def run(command: Sequence[str | Path], *, timeout: float = 540, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; a failure shows what it printed."""
    options.setdefault("env", clean_environ())
    line = [str(part) for part in command]
    done = subprocess.run(line, capture_output=True, text=True, timeout=timeout, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done  # type: ignore[no-any-return]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let one of pytest-xdist's workers at a time do what follows."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def once(folder: Path, make: Callable[[Path], None], *, changes: bool = False) -> Path:
    """Return ``folder`` with what ``make`` puts there, made by whichever worker comes first.

    The run fails if a test changes a file in it (:func:`changed`), unless ``changes`` says that its tests may.
    """
    with locked(folder.parent):
        if not (folder / ".made").exists():
            folder.mkdir(parents=True, exist_ok=True)
            make(folder)
            (folder / ".made").write_text(json.dumps({} if changes else state_of(folder)))
    return folder


def state_of(folder: Path) -> dict[str, list[int]]:
    """Each file below ``folder`` with its size and time, less bytecode and what :func:`once` keeps there.

    Less meson's logs too: meson-python builds a project anew whenever it is imported.
    """
    found = {}
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in ("__pycache__", "meson-logs")]
        for name in set(names) - {".lock", ".made"}:
            status = os.lstat(os.path.join(parent, name))
            found[os.path.relpath(os.path.join(parent, name), folder)] = [status.st_size, status.st_mtime_ns]
    return found


def changed(shared: Path) -> list[str]:
    """The files below ``shared`` that are not as :func:`once` has left them."""
    found = []
    for made in shared.rglob(".made"):
        before = json.loads(made.read_text())
        after = state_of(made.parent) if before else {}
        found += [
            str(made.parent / name) for name in before.keys() | after.keys() if before.get(name) != after.get(name)
        ]
    return sorted(found)


def library_of(tools: Path) -> Path:
    """Return the site folder of an environment."""
    return next((tools / "lib").glob("python3*/site-packages"))


def pip_for(python: str, tools: Path) -> list[str]:
    """Return what ``pip --python`` of ``tools`` starts for an interpreter, at half the price: pip's own runner."""
    return [python, str(library_of(tools) / "pip/__pip-runner__.py")]


@dataclass(frozen=True)
class Environment:
    """A virtual environment without pip in it; ``tools`` has pip and the build backends."""

    folder: Path
    tools: Path

    @property
    def python(self) -> str:
        return str(self.folder / "bin" / "python")

    @property
    def site_packages(self) -> Path:
        return next((self.folder / "lib").glob("python3*/site-packages"))

    def pip(self, *args: str | Path) -> str:
        """Run pip for this environment; builds find their backend in ``tools`` and nothing is downloaded."""
        env = clean_environ({"PYTHONPATH": str(library_of(self.tools)), "PIP_NO_INDEX": "1"})
        return run([*pip_for(self.python, self.tools), *args], env=env).stdout

    def install(self, *what: str | Path) -> None:
        """By pip; a wheel that it has installed in this run as it did that (:mod:`support.again`)."""
        wheel = Path(what[0])
        is_one = len(what) == 1 and wheel.suffix == ".whl"
        key = hashlib.sha256(wheel.read_bytes()).hexdigest() if is_one else None
        self._install(key, {}, "-q", "--no-deps", *what)

    def install_editable(self, project: Path, *options: str) -> None:
        """By pip; a project equal to one that it has installed in this run as it did that."""
        key = again.key_of(project, *options)
        self._install(key, {"project": project}, "-q", "--no-deps", "--no-build-isolation", *options, "-e", project)

    def install_project(self, project: Path) -> None:
        """As a wheel would be; a project equal to one that pip has installed so in this run as it did that."""
        key = again.key_of(project, "as a wheel")
        self._install(key, {"project": project}, "-q", "--no-deps", "--no-build-isolation", project)

    def _install(self, key: str | None, projects: dict[str, Path], *args: str | Path) -> None:
        def by_pip() -> None:
            self.pip("install", *args)

        if key is None:
            return by_pip()
        folders = {**projects, "site": self.site_packages, "programs": self.folder / "bin"}
        # a program's first line has another form where Python's path is long, or has a blank
        form = len(self.python) < 120 and " " not in self.python
        shelf = self.tools.with_name("installs") / f"{key}-{form}"
        with locked(shelf):
            paths = [str(folder) for folder in (*projects.values(), self.folder)]
            again.install(shelf, again.Places(folders, paths), by_pip)
        return None

    def run(
        self, code: str, *args: str, env: Mapping[str, str] | None = None, options: Sequence[str] = (), **kwargs: object
    ) -> subprocess.CompletedProcess[str]:
        """Run ``code`` in this environment's interpreter; nothing is asserted of the outcome."""
        command = [self.python, *options, "-c", code, *args]
        return subprocess.run(command, env=clean_environ(env), capture_output=True, text=True, timeout=120, **kwargs)  # type: ignore[call-overload,no-any-return]

    def value(self, code: str, **kwargs: object) -> object:
        """Run ``code``, which prints JSON, and return that; anything on stderr fails the test."""
        done = self.run(code, **kwargs)  # type: ignore[arg-type]
        assert done.returncode == 0 and done.stderr == "", done.stderr
        return json.loads(done.stdout)


@lru_cache
def target_version() -> tuple[int, ...]:
    """Return the major and minor version of the interpreter that environments are made with."""
    line = "import sys; print(*sys.version_info[:2])"
    return tuple(int(part) for part in run([TARGET, "-c", line]).stdout.split())


@lru_cache
def _empty_venv() -> tuple[str, dict[str, Path | str | None]]:
    """What ``venv`` makes, and where it did: relative path -> a link's target, a file's text, None for a folder."""
    with tempfile.TemporaryDirectory() as scratch:
        made, found = Path(scratch) / "env", {}
        run([TARGET, "-m", "venv", "--without-pip", made])
        for path in sorted(made.rglob("*")):
            is_link = path.is_symlink()
            text = None if path.is_dir() or is_link else path.read_text("utf-8")
            found[str(path.relative_to(made))] = Path(os.readlink(path)) if is_link else text
        return str(made), found


def make_venv(folder: Path, tools: Path, watched: bool = True) -> Environment:
    """An empty environment of the target interpreter; with ``TRUST_AUDIT_LOG`` set, all it does is watched.

    ``venv`` is run once, and what it has made is laid out again. Not ``watched``: for tests of what lies in a site
    folder, in which the watch would lie too.
    """
    place, files = _empty_venv()
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        if isinstance(content, Path):
            (folder / name).symlink_to(content)
        elif content is None:
            (folder / name).mkdir(exist_ok=True)
        else:
            (folder / name).write_text(content.replace(place, str(folder)), "utf-8", "surrogateescape")
    made = Environment(folder, tools)
    if watched and os.environ.get("TRUST_AUDIT_LOG"):
        runpy.run_path(str(ROOT / "tests/shipped/trust_audit.py"))["install_into"](made.site_packages)
    if watched and os.environ.get("MUTATION_LINES"):
        runpy.run_path(str(ROOT / "tests/mutation/lines.py"))["install_into"](made.site_packages)
    return made


def build_wheel(folder: Path, tools: Path, source: Path = ROOT) -> Path:
    """Build the wheel of ``source`` into ``folder``."""
    command = [tools / "bin" / "python", "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder]
    run([*command, source], env=clean_environ({"PYTHONPATH": str(library_of(tools)), "PIP_NO_INDEX": "1"}))
    return next(folder.glob("dbx_patch-*.whl"))


__all__ = ["DATABRICKS", "ROOT", "TARGET", "Environment"]
