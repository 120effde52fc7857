"""Whether a loaded module is still what its file says: by what cannot change unless the file did."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from dbx_patch.diagnosis import loaded

SOURCE = """
import functools
LIMIT, TEXT = 3, "a"
VERSION = "1"
_cache = None
_COUNT = 0

def plain(value):
    return [part for part in value if part != _cache]

@functools.lru_cache(maxsize=None)
def cached():
    global _COUNT
    _COUNT += 1
    return {1, 2, 3}

class Thing:
    size = 1
    def method(self, *, key=lambda item: (item, 1.5)): return key(self)
    @classmethod
    def made(cls): return cls()
    @staticmethod
    def fixed(): return "x" in {"x", "y"}
    @property
    def shown(self): return f"{self.size:>4}"

for _name in ("one", "two"):
    exec(f"def {_name}(): return {_name!r}")
"""


def load(file: Path) -> dict[str, object]:
    module = ModuleType("loaded_module")
    module.__file__ = str(file)
    exec(compile(file.read_text(), str(file), "exec", dont_inherit=True), module.__dict__)
    return module.__dict__


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "module.py"
    path.write_text(SOURCE)
    return path


def test_what_is_as_it_was(file: Path) -> None:
    namespace = load(file)
    assert not loaded.differs(str(file), namespace)
    file.write_text(SOURCE + "\n# a remark at the end\n")
    assert not loaded.differs(str(file), namespace)


def test_what_a_program_binds_itself(file: Path) -> None:
    """Its own state, a stand-in of a test, an instrumented function: the file has not changed."""
    namespace = load(file)
    namespace["cached"]()  # type: ignore[operator]
    namespace.update(_cache={"a": 1}, plain=print, helper=len, Thing=dict)
    assert not loaded.differs(str(file), namespace)


@pytest.mark.parametrize(
    "before, after",
    [
        ('VERSION = "1"', 'VERSION = "2"'),
        ('LIMIT, TEXT = 3, "a"', 'LIMIT, TEXT = 3, "a"\nNEW = 1\ndef new(): pass'),
        ("part != _cache", "part == _cache"),
        ("return key(self)", "return key(self), 1"),
        ("return cls()", "return None"),
        ('{"x", "y"}', '{"x", "z"}'),
        ("class Thing:", "def another(): pass\n\nclass Thing:"),
        ("class Thing:", "class Thing(:"),
    ],
)
def test_what_has_changed(file: Path, before: str, after: str) -> None:
    namespace = load(file)
    assert before in SOURCE
    file.write_text(SOURCE.replace(before, after))
    assert loaded.differs(str(file), namespace)


def test_a_constant_that_is_used_is_one_all_the_same(file: Path) -> None:
    file.write_text("SIZE = 1\nSHOWN = 2\n\ndef size():\n    return SIZE\n")
    namespace = load(file)
    file.write_text(file.read_text().replace("SIZE = 1", "SIZE = 3"))
    assert loaded.differs(str(file), namespace)


def test_what_has_only_grown_by_a_function_has_changed(file: Path) -> None:
    namespace = load(file)
    file.write_text(SOURCE + "\ndef later():\n    return 1\n")
    assert loaded.differs(str(file), namespace)
    file.unlink()
    assert loaded.differs(str(file), namespace), "its functions are in no file any more"


def test_the_time_at_which_this_process_started() -> None:
    """No later than the interpreter's own modules could be loaded, and not before the machine was switched on."""
    if not os.path.exists("/proc/self/stat"):
        pytest.skip("the system does not tell")
    assert 0 < loaded.started() <= time.time() and loaded.started() > os.stat("/proc/1").st_mtime - 86400


def test_a_module_that_loads_lazily_is_not_loaded(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    class Lazy(ModuleType):
        def __getattribute__(self, name: str) -> object:
            raise AssertionError(f"asked for {name}")

    monkeypatch.setitem(sys.modules, "lazy_module", Lazy("lazy_module"))
    monkeypatch.setitem(sys.modules, "no_module", None)  # type: ignore[arg-type]
    assert "lazy_module" not in [name for name, *_ in loaded.loaded_files()]
