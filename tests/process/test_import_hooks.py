"""The trigger and the fallback work in real interpreters, with every kind of loader a runtime module can have."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.environments import DATABRICKS, Environment, make_venv, once
from support.workspaces import src_project, write

pytestmark = pytest.mark.core

WATCH = """
import sys, importlib, dbx_patch
calls = []
@dbx_patch.when_imported("runtime_module")
def patch(module):
    calls.append((module.VALUE, type(module.__loader__).__name__, type(module.__spec__.loader).__name__))
"""


@pytest.fixture(scope="module")
def armed(shared: Path, tools: Path, wheel: Path) -> Environment:
    folder = once(shared / "finders", lambda at: make_venv(at / "env", tools).install(wheel))
    return Environment(folder / "env", tools)


def outcome(armed: Environment, code: str, *args: str, **kwargs: object) -> str:
    done = armed.run(code, *args, env=DATABRICKS, **kwargs)  # type: ignore[arg-type]
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout.strip()


def test_source_bytecode_and_zip(armed: Environment, tmp_path: Path) -> None:
    write(tmp_path / "source", {"runtime_module.py": "VALUE = (__loader__.__class__.__name__)\n"})
    prepare = (
        "import py_compile, zipfile, os; os.makedirs('bytecode', exist_ok=True)\n"
        "py_compile.compile('source/runtime_module.py', 'bytecode/runtime_module.pyc', doraise=True)\n"
        "zipfile.ZipFile('zipped.zip', 'w').write('source/runtime_module.py', 'runtime_module.py')\n"
    )
    outcome(armed, prepare, cwd=tmp_path)
    expected = {
        "source": "SourceFileLoader",
        "bytecode": "SourcelessFileLoader",
        "zipped.zip": "zipimporter",
    }
    for where, loader in expected.items():
        code = WATCH + f"sys.path.insert(0, {where!r}); import runtime_module; print(calls)"
        # the body saw the real loader too
        assert outcome(armed, code, cwd=tmp_path) == str([(loader, loader, loader)])


def test_foreign_loaders(armed: Environment) -> None:
    code = (
        WATCH
        + """
from importlib.machinery import ModuleSpec
class Loader:
    def create_module(self, spec): return None
    def exec_module(self, module): module.VALUE = module.__loader__ is module.__spec__.loader is self
class Finder:
    spec = ModuleSpec("runtime_module", Loader())
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return cls.spec if name == "runtime_module" else None
sys.meta_path.append(Finder)
assert importlib.util.find_spec("runtime_module") and not calls
for _ in range(2):
    import runtime_module
    del sys.modules["runtime_module"]
print(calls, type(Finder.spec.loader).__name__)
"""
    )
    once_each = (True, "Loader", "Loader")
    assert outcome(armed, "import importlib.util\n" + code) == f"{[once_each] * 2} Loader"


def test_legacy_load_module(armed: Environment) -> None:
    code = (
        WATCH
        + """
import types, warnings
warnings.simplefilter("ignore")
from importlib.machinery import ModuleSpec
class Loader:
    def load_module(self, name):
        module = sys.modules.setdefault(name, types.ModuleType(name))
        module.VALUE, module.__loader__ = 1, self
        return module
class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return ModuleSpec(name, Loader()) if name == "runtime_module" else None
sys.meta_path.append(Finder)
import runtime_module
print(calls)
"""
    )
    if armed.value("import sys; print(int(sys.version_info >= (3, 15)))"):
        pytest.skip("Python 3.15 and later call no load_module")
    assert outcome(armed, code) == "[(1, 'Loader', 'Loader')]"


def test_bodies_that_replace_or_fail(armed: Environment, tmp_path: Path) -> None:
    write(tmp_path, {"runtime_module.py": "import sys\nclass Other: VALUE = 'other'\nsys.modules[__name__] = Other\n"})
    code = """
import sys, dbx_patch
seen = []
dbx_patch.when_imported("runtime_module")(lambda module: seen.append(module.VALUE))
sys.path.insert(0, ".")
import runtime_module
print(seen, runtime_module.VALUE)
"""
    assert outcome(armed, code, cwd=tmp_path) == "['other'] other"
    write(tmp_path, {"runtime_module.py": "raise LookupError('its own')\n"})
    failing = (
        WATCH
        + """
sys.path.insert(0, ".")
for _ in range(2):
    try:
        import runtime_module
    except LookupError as error:
        print(error, "runtime_module" in sys.modules, calls)
"""
    )
    assert outcome(armed, failing, cwd=tmp_path) == "its own False []\nits own False []"


def test_namespaces_and_missing_modules(armed: Environment, tmp_path: Path) -> None:
    (tmp_path / "later/runtime_module").mkdir(parents=True)
    code = (
        WATCH.replace("module.VALUE", "1")
        + """
try:
    import runtime_module
except ModuleNotFoundError as error:
    print(error)
sys.path.insert(0, "later")
import runtime_module
print(calls)
"""
    )
    assert outcome(armed, code, cwd=tmp_path) == "No module named 'runtime_module'\n[]"


def test_a_failing_callback_fails_no_import_and_is_told(armed: Environment, tmp_path: Path) -> None:
    write(tmp_path, {"runtime_module.py": "VALUE = 1\n"})
    code = """
import sys, dbx_patch
sys.path.insert(0, ".")
@dbx_patch.when_imported("runtime_module")
def broken(module): raise ZeroDivisionError("mine")
import runtime_module
print(runtime_module.VALUE, dbx_patch.check_patch_status(verbose=False).faults)
"""
    told = "1 [\"when_imported('runtime_module'): ZeroDivisionError: mine\"]"
    assert outcome(armed, code, cwd=tmp_path) == told


def test_registered_late_and_after_a_reload(armed: Environment, tmp_path: Path) -> None:
    write(tmp_path, {"runtime_module.py": "VALUE = 1\n"})
    code = "import sys; sys.path.insert(0, '.'); import runtime_module" + WATCH
    code += "first = len(calls); importlib.reload(runtime_module); print(first, len(calls))"
    assert outcome(armed, code, cwd=tmp_path) == "1 2"


def test_import_from_two_threads_in_a_cycle(armed: Environment, tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "runtime_module.py": "import time; time.sleep(0.2); import other; VALUE = 1\n",
            "other.py": "import time; time.sleep(0.2); import runtime_module\n",
        },
    )
    code = (
        WATCH
        + """
import threading
sys.path.insert(0, ".")
names = ["runtime_module", "other"]
threads = [threading.Thread(target=importlib.import_module, args=(name,), daemon=True) for name in names]
[thread.start() for thread in threads]
[thread.join(20) for thread in threads]
print([thread.is_alive() for thread in threads], len(calls))
"""
    )
    assert outcome(armed, code, cwd=tmp_path) == "[False, False] 1"


def test_fallback_serves_what_sys_path_lost(armed: Environment, tmp_path: Path, tools: Path, wheel: Path) -> None:
    environment = make_venv(tmp_path / "env", tools)
    environment.install(wheel)
    environment.install_editable(src_project(tmp_path / "proj", "acme"))
    code = """
import sys
sys.path[:] = [entry for entry in sys.path if "proj" not in entry]
import acme.deep.leaf, dbx_patch
print(sys.path[-1].rpartition("/")[2], dbx_patch.check_patch_status(verbose=False).served)
try:
    import no_such_module_anywhere
except ModuleNotFoundError as error:
    print(error)
"""
    assert outcome(environment, code) == (
        "src {'acme': 'its path entry was lost'}\nNo module named 'no_such_module_anywhere'"
    )


def test_a_finder_put_behind_ours_answers_first(tools: Path, wheel: Path, tmp_path: Path) -> None:
    """Without dbx-patch it would answer what `sys.path` has lost, and refuse what it refuses: so it does with it."""
    environment = make_venv(tmp_path / "env", tools)
    environment.install(wheel)
    environment.install_editable(src_project(tmp_path / "proj", "acme"))
    code = """
import sys, dbx_patch, dbx_patch.pth_processor
from importlib.machinery import ModuleSpec
class Late:
    def find_spec(self, name, path=None, target=None):
        if name == "acme" and sys.argv[1] == "refuses":
            raise ImportError("refused by Late")
        return ModuleSpec(name, self) if name == "acme" and sys.argv[1] == "has it" else None
    def create_module(self, spec): return None
    def exec_module(self, module): module.VALUE = "late"
sys.meta_path.append(Late())
assert type(sys.meta_path[-2]).__name__ == "EditableFallback"
(root,) = [entry for entry in sys.path if "proj" in entry]
sys.path.remove(root)
try:
    import acme
    print(acme.VALUE)
except ImportError as error:
    print(error)
print(root in sys.path, list(dbx_patch.check_patch_status(verbose=False).served))
"""
    assert outcome(environment, code, "has it") == "late\nFalse []"
    assert outcome(environment, code, "refuses") == "refused by Late\nFalse []"
    assert outcome(environment, code, "passes") == "editable\nTrue ['acme']"


def test_reprs_survive_the_widely_copied_workaround(armed: Environment) -> None:
    code = """
import sys
sys.meta_path = [h for h in sys.meta_path if 'PostImportHook' not in repr(h)]
print([type(h).__name__ for h in sys.meta_path if type(h).__module__.startswith("dbx_patch")])
"""
    assert outcome(armed, code) == "['ImportTrigger', 'EditableFallback']"
