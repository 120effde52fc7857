"""What the fallback answers a miss with: what an install provides, and what merely lies in its project."""

from __future__ import annotations

import importlib
import os
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, Callable, Iterator

import pytest

from dbx_patch import hooks
from dbx_patch.hooks import fallback, rationed, sys_path
from dbx_patch.index import pth_files
from support.installed import distribution
from support.workspaces import write

pytestmark = pytest.mark.usefixtures("import_state")
NOTEBOOK = "# Databricks notebook source\n"


@pytest.fixture
def root(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The one path entry of the one install, in the workspace; nothing but the site folder is on sys.path."""
    project = tmp_path / "Workspace/Users/me@corp.com/proj"
    files = {"acme/__init__.py": "", "acme/sub.py": "", "acme/note.py": NOTEBOOK, "space/half.py": ""}
    write(project, {**{f"src/{name}": text for name, text in files.items()}, "src/note.py": NOTEBOOK})
    monkeypatch.setattr(pth_files, "get_site_packages_dirs", lambda: [str(site)])
    distribution(site, "acme", ["_acme.pth"], project=project)
    write(site, {"_acme.pth": f"{project}/src\n"})
    os.utime(site, (1, 1))
    sys.path[:] = [str(site)]
    sys.path_importer_cache.clear()
    hooks.arm()
    yield project / "src"
    assert hooks.faults == [], "nothing of ours has failed on the way"


class Refusing:
    """Stands for a path entry and finds nothing there: a hook of a runtime that dbx-patch does not know."""

    def __init__(self, path: str) -> None:
        if "/Workspace/" not in path:
            raise ImportError(path)

    def find_spec(self, name: str, target: object = None) -> None:
        return None


def asking(file: str) -> Callable[[str], ModuleSpec | None]:
    """Code of a file that has an import missed."""
    space: dict[str, Any] = {"resolve": fallback.resolve}
    exec(compile("def ask(name):\n    return resolve(name)\n", file, "exec"), space)
    return space["ask"]  # type: ignore[no-any-return]


def origin(spec: ModuleSpec | None) -> str | None:
    return spec.origin if spec else None


def test_what_was_lost_and_what_was_refused_are_told_apart(root: Path) -> None:
    assert origin(fallback.resolve("acme")) == f"{root}/acme/__init__.py"
    assert sys.path[1:] == [str(root)] and fallback.served == {"acme": "its path entry was lost"}
    sys.path_importer_cache[str(root)] = Refusing(str(root))  # type: ignore[assignment]
    assert origin(fallback.resolve("space.half", [f"{root}/space"])) == f"{root}/space/half.py"
    assert fallback.served["space.half"] == "a finder of the runtime refused it"
    assert fallback.resolve("unknown") is None and list(fallback.served) == ["acme", "space.half"]
    assert hooks.faults == []


def test_a_submodule_of_nobodys_package_is_a_miss(root: Path) -> None:
    assert fallback.resolve("json.no_such", list(importlib.import_module("json").__path__)) is None
    assert str(root) not in sys.path, "and puts nothing back"


def test_what_the_runtime_refuses_as_a_notebook_stays_refused(root: Path) -> None:
    sys.path_hooks.insert(0, Refusing)
    sys.path.insert(0, str(root))  # where nothing of ours stands for it
    assert origin(fallback.resolve("acme")) and fallback.resolve("note") is None
    assert fallback.resolve("acme.note", [f"{root}/acme"]) is None
    (root / "later.py").write_text(NOTEBOOK)
    (root / "fine.py").write_text("")
    sys.path.remove(str(root))
    ask = asking(f"{root}/acme/sub.py")
    assert ask("later") is None and origin(ask("fine")) == f"{root}/fine.py"


def test_who_is_put_behind_ours_is_asked_before_our_own_finders(root: Path) -> None:
    """Without us it would be asked: a finder that a notebook appends."""
    asked: list[str] = []

    class Appended:
        def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
            asked.append(name)
            return ModuleSpec(name, None) if name == "acme.own" else None

    sys.path_hooks.insert(0, Refusing)
    sys.path.append(str(root))
    sys.meta_path.append(Appended())  # type: ignore[arg-type]
    found = fallback.resolve("acme.own", [f"{root}/acme"])
    assert found is not None and found.loader is None and asked == ["acme.own"] and fallback.served == {}
    assert fallback.resolve("unknown.own", ["/x"]) is fallback.resolve("unknown") is None
    assert asked == ["acme.own"], "for a name of nobody's the import system asks it itself"
    sys.meta_path.pop()
    asked.clear()
    assert origin(fallback.resolve("acme.sub", [f"{root}/acme"])) == f"{root}/acme/sub.py" and asked == []


def test_nothing_is_mixed_into_an_installed_package_of_the_same_name(root: Path, site: Path) -> None:
    write(site, {"acme/__init__.py": ""})
    module = sys.modules["acme"] = ModuleType("acme")
    module.__file__, module.__path__ = f"{site}/acme/__init__.py", [f"{site}/acme"]
    assert fallback.resolve("acme.sub", module.__path__) is None
    module.__file__ = f"{root}/acme/__init__.py"
    assert fallback.resolve("acme.sub", ["/a/build/folder"]) is None, "its path has no folder of the sources"
    module.__path__ = [f"{root}/acme"]
    assert origin(fallback.resolve("acme.sub", module.__path__)) == f"{root}/acme/sub.py"


def test_a_half_of_a_namespace_that_its_path_lacks_is_found(root: Path, site: Path) -> None:
    spec = ModuleSpec("space", None, is_package=True)
    module = sys.modules["space"] = importlib.util.module_from_spec(spec)
    assert origin(fallback.resolve("space.half", ["/x/space"])) == f"{root}/space/half.py"
    module.__file__ = "/x/space/__init__.py"
    assert fallback.resolve("space.half", ["/x/space"]) is None


def test_a_package_that_extends_its_path_gets_the_half(root: Path, tmp_path: Path) -> None:
    file = write(tmp_path, {"older/space/__init__.py": "__path__ = __import__('pkgutil').extend_path(__path__, 'a')\n"})
    module = sys.modules["space"] = ModuleType("space")
    module.__file__, module.__path__ = f"{file}/older/space/__init__.py", [f"{file}/older/space"]
    assert origin(fallback.resolve("space.half", module.__path__)) == f"{root}/space/half.py"
    assert module.__path__ == [f"{file}/older/space", f"{root}/space"]


def test_what_is_new_in_a_root_is_found_for_user_code_and_from_then_on_for_libraries(root: Path) -> None:
    sys.path_hooks.insert(0, Refusing)
    assert fallback.resolve("acme") is not None
    assert rationed.entries_of("early", sys_path.learn()) == [str(root)]
    write(root, {"new_one.py": "", "new_two.py": ""})
    library, user = asking(f"{sys.path[0]}/library.py"), asking(f"{root}/acme/sub.py")
    assert library("new_one") is None and "new_one" not in hooks.names
    assert origin(user("new_one")) == f"{root}/new_one.py"
    assert {"new_one", "new_two"} <= hooks.names and origin(library("new_two")) == f"{root}/new_two.py"


def test_what_is_new_in_a_root_outside_the_workspace_is_found_once_the_entry_is_back(
    site: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pth_files, "get_site_packages_dirs", lambda: [str(site)])
    write(site, {"_acme.pth": f"{project}/src\n"})
    os.utime(site, (1, 1))  # else it is read again, and then the name is known
    sys.path[:] = [str(site)]
    hooks.arm()
    sys_path.learn()
    write(project / "src", {"later.py": ""})
    assert origin(fallback.resolve("later")) == f"{project}/src/later.py" and hooks.faults == []


@pytest.mark.parametrize("name", ["conftest", "test_shared", "shared_test", "tests"])
def test_tests_are_found_where_pytest_put_them_on_the_path(root: Path, tmp_path: Path, name: str) -> None:
    folder = root.parent / "checks"
    write(folder, {f"{name}.py": "", "helper.py": ""})
    write(tmp_path / "elsewhere", {f"{name}.py": ""})
    sys.path_hooks.insert(0, Refusing)
    sys.path[:] = [f"{tmp_path}/elsewhere/Workspace/x", 3, str(folder)]  # type: ignore[list-item]
    assert origin(fallback.resolve(name)) == f"{folder}/{name}.py"
    assert fallback.resolve("helper") is None and fallback.resolve(name + "s_") is None
    if name == "tests":
        write(folder, {"tests/deep.py": ""})
        assert origin(fallback.resolve("tests.deep", [f"{folder}/tests"])) == f"{folder}/tests/deep.py"


def test_of_two_projects_tests_the_one_whose_file_is_at_hand_is_meant(root: Path, tmp_path: Path, site: Path) -> None:
    one, two = root.parent / "one", root.parent / "two"
    for folder in (one, two):
        write(folder, {"conftest.py": ""})
    sys.path_hooks.insert(0, Refusing)
    sys.path[:] = [str(one), str(two)]

    def asking_for(path: object) -> str | None:
        return origin(fallback.resolve("conftest"))

    assert asking_for(None) == asking_for(f"{one}/conftest.py") == f"{one}/conftest.py"
    assert asking_for(f"{two}/conftest.py") == asking_for(two / "conftest.py") == f"{two}/conftest.py"
    assert asking_for(f"{two}/conftest/x.py") == f"{two}/conftest.py"
    assert asking_for(f"{two}/conftest_other.py") == f"{one}/conftest.py"


def test_what_lies_beside_a_flat_projects_packages_is_found_on_its_path_entry(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = write(tmp_path / "Workspace/Users/me@corp.com/flat", {"acme.py": "", "tasks.py": "", "setup.py": ""})
    monkeypatch.setattr(pth_files, "get_site_packages_dirs", lambda: [str(site)])
    write(site, {"_acme.pth": f"{project}\n"})
    sys.path_hooks.insert(0, Refusing)
    sys.path[:] = [str(site), str(project)]
    hooks.arm()
    assert "tasks" not in sys_path.learn().providers
    assert origin(fallback.resolve("tasks")) == f"{project}/tasks.py"
    sys.path.remove(str(project))
    rationed.unration()
    monkeypatch.setattr(sys_path, "restore", lambda index, why: [])
    assert fallback.resolve("tasks") is None


def begins(code: str, function: str, file: str, space: dict[str, Any]) -> bool:
    """Tell whether a miss that a function of this code asks for loads what answers misses."""
    hooks._loaded.pop("resolve", None)
    made = {**space, "begin": hooks._begin}
    exec(compile(code, file, "exec"), made)
    ask = FunctionType(made[function].__code__, space if "__spec__" in space else made, function)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(space, "begin", hooks._begin)
        found = ask("no_such")
    assert (found is not None) == ("resolve" in hooks._loaded) and ("", hooks.get_ident()) not in hooks._asking
    return found is not None


def test_a_missing_module_of_pythons_own_loads_nothing() -> None:
    """While `site` runs, or for what the standard library tries: then what answers misses is not even loaded."""
    import site

    main = "def main(name):\n    return begin(name)\n"
    assert not begins(main, "main", "site.py", vars(site)), "a sitecustomize, or another .pth"
    assert begins(main, "main", "site.py", {}), "somebody else's function of that name"
    assert begins(main.replace("main", "other"), "other", "site.py", vars(site))
    statement = "def tries(name):\n    return begin(name)\n    import {}\n"
    for statement_of, asks in (("no_such", False), ("no_such.part", False), ("no_such_other", True), ("os", True)):
        text = statement.format(statement_of)
        assert begins(text, "tries", os.__file__, {}) is asks
        assert begins(text, "tries", "<frozen zipimport>", {}) is asks
        assert begins(text, "tries", "/x/cell.py", {})
        assert begins(text, "tries", f"{os.path.dirname(os.__file__)}/site-packages/library.py", {})
