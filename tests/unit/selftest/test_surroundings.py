"""A report says of the runtime what it is: its modules, finders and hooks, and how its site folders are chained."""

from __future__ import annotations

import functools
import importlib.util
import platform
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dbx_patch.selftest import fingerprint as module
from dbx_patch.selftest.fingerprint import fingerprint, kind
from dbx_patch.selftest.surroundings import site_folders, when_loaded
from support.workspaces import write

pytestmark = pytest.mark.usefixtures("import_state")


def test_when_modules_were_loaded() -> None:
    modules = dict(sys.modules)
    sys.modules.clear()
    sys.modules.update({"sys_path_init": ModuleType("x"), **modules, "dbruntime.pythonPathHook": ModuleType("y")})
    found = when_loaded()
    assert found["sys_path_init"] == "before" and found["dbruntime.pythonPathHook"] == "after"
    assert found["dbruntime.wsfs_import_hook"] == "not loaded"
    del sys.modules["dbx_patch.hooks"]
    assert when_loaded()["dbruntime.pythonPathHook"] == "before"


def chained(folder: Path) -> "dict[str, str]":
    [found] = [found for found in site_folders() if found["path"] == str(folder)]
    return {key: found[key] for key in ("comes_from", "pth_files")}


def test_site_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    upper, lower = tmp_path / "upper/site-packages", tmp_path / "lower/site-packages"
    code = write(tmp_path / "code", {"acme.py": ""})
    for folder in (upper, lower):
        folder.mkdir(parents=True)
    sys.path += [str(upper), str(lower), str(tmp_path / "none/site-packages")]
    assert chained(upper) == chained(lower) == {"comes_from": "sys.path only", "pth_files": "none"}
    monkeypatch.setenv("PYTHONPATH", f"/x:{lower}")
    assert chained(lower)["comes_from"] == "PYTHONPATH"
    write(upper, {"other.pth": "import sys\n", "b.pth": f"import site; site.addsitedir({str(lower)!r})\n"})
    assert chained(lower)["comes_from"] == "addsitedir in b.pth"
    write(upper, {"b.pth": f"import sys; sys.path.append({str(lower)!r})\n"})
    assert chained(lower)["comes_from"] == "an import line in b.pth"
    write(upper, {"a.pth": f"{lower}\n"})
    assert chained(lower)["comes_from"] == "a path line of a.pth"
    write(lower, {"lines.pth": f"{code}\n"})
    assert chained(lower)["pth_files"] == "cannot be told", "the runtime drops entries"
    write(lower, {"some.pth": "import lower_module\n", "lower_module.py": ""})
    assert chained(lower)["pth_files"] == "not processed"
    sys.modules["lower_module"] = ModuleType("lower_module")
    assert chained(lower)["pth_files"] == "not processed"
    sys.modules["lower_module"].__file__ = f"{lower}/lower_module.py"
    assert chained(lower)["pth_files"] == "processed"
    (lower / "some.pth").unlink()
    sys.path.append(str(code))
    assert chained(lower)["pth_files"] == "processed"
    assert site_folders()[0]["comes_from"] == "site"


def test_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "15.4")
    monkeypatch.setenv("DBX_PATCH_SOME", "1")
    sys.path_importer_cache["/Workspace/x"] = None  # type: ignore[assignment]
    found = fingerprint()
    assert found["python"] == platform.python_version() and found["runtime"] == "15.4"
    assert platform.system() in found["system"] and found["settings"]["DBX_PATCH_SOME"] == "1"
    assert found["workspace_finders"]["/Workspace/x"] == "builtins.NoneType" and found["path"] == sys.path
    assert "_frozen_importlib_external.PathFinder" in found["meta_path"] and found["import"] == "builtins.__import__"
    assert {module["state"] for module in found["modules"].values()} == {"absent"}


def test_modules_of_the_runtime(tmp_path: Path) -> None:
    """Those that are not loaded are found without their packages; a source is read, wherever it is."""
    hook = "class PythonPathHook:\n    def _handle_sys_path_maybe_updated(self): ...\n"
    write(tmp_path, {"dbruntime/__init__.py": "raise SystemExit", "dbruntime/pythonPathHook.py": hook})
    with zipfile.ZipFile(tmp_path / "some.zip", "w") as opened:
        opened.writestr("sys_path_init.py", "def patch_sys_path_with_developer_paths(): ...\n")
    sys.path[:0] = [str(tmp_path), str(tmp_path / "some.zip")]
    modules = fingerprint()["modules"]
    found = modules["dbruntime.pythonPathHook"]
    assert found["state"] == "found" and found["file"] == f"{tmp_path}/dbruntime/pythonPathHook.py"
    assert (
        found["attributes"]["PythonPathHook._handle_sys_path_maybe_updated"] == "(self)"
        and "dbruntime" not in sys.modules
    )
    zipped = modules["sys_path_init"]
    assert zipped["attributes"] == {"patch_sys_path_with_developer_paths": "()"} and len(zipped["sha256"]) == 64
    assert zipped["loader"] == "zipimport.zipimporter"
    assert modules["dbruntime.autoreload.file_module_utils"]["state"] == "absent"
    write(tmp_path, {"dbruntime/autoreload.py": ""})
    assert module._find("dbruntime.autoreload.file_module_utils") is None


def test_a_module_without_a_source(tmp_path: Path) -> None:
    compiled = sys.modules["sys_path_init"] = ModuleType("sys_path_init")
    compiled.__spec__ = importlib.util.spec_from_loader("sys_path_init", None)
    found = module._module("sys_path_init")
    assert found["state"] == "loaded" and found["attributes"] == {"patch_sys_path_with_developer_paths": None}
    for value, what in ((len, "function"), (int, "class"), (1, "value")):
        compiled.patch_sys_path_with_developer_paths = value  # type: ignore[attr-defined]
        assert module._module("sys_path_init")["attributes"] == {"patch_sys_path_with_developer_paths": what}
    compiled.__file__ = str(tmp_path / "gone.py")
    assert module._module("sys_path_init")["file"] == f"{tmp_path}/gone.py"
    compiled.__file__ = str(write(tmp_path, {"some.so": "def"}) / "some.so")
    assert module._module("sys_path_init")["sha256"] is None, "that is no source"
    compiled.__spec__ = None
    assert module._module("sys_path_init")["problem"].startswith("AttributeError")


class Hook:
    pass


def test_what_a_finder_is_called() -> None:
    hook: Any = Hook
    assert kind(hook) == kind(hook()) == f"{__name__}.Hook"
    assert kind(functools.partial(hook, 1)) == f"partial({__name__}.Hook)" and kind(None) == "builtins.NoneType"
    assert kind(len) == "builtins.len" and kind(test_what_a_finder_is_called).endswith(".test_what_a_finder_is_called")
    for home in ("__editable___acme_finder", "_editable_impl_acme", "some_finder", "_acme_editable_loader"):
        assert kind(type("Finder", (), {"__module__": home})()) == "<an installer's finder>.Finder"
