"""The stand-in for a loader lets the real one do its work: make the module, run its body, and be seen afterwards."""

from __future__ import annotations

import copy
import importlib
import importlib.util
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

from dbx_patch import hooks
from dbx_patch.hooks import loaders, watching
from dbx_patch.hooks.loaders import is_loading, wrap_loader

pytestmark = pytest.mark.usefixtures("import_state")


class OwnModule(ModuleType):
    """What a loader makes that wants more of a module than a module has."""


class Loader:
    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return OwnModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.LOADER_THEN = type(module.__loader__)  # type: ignore[attr-defined]

    def get_source(self, name: str) -> str:
        return f"source of {name}"


class Finder:
    """Hands out one spec for the module, again and again."""

    spec = ModuleSpec("runtime_like", Loader())  # type: ignore[arg-type]

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return self.spec if name == "runtime_like" else None


@pytest.fixture
def called() -> list[type]:
    """The types of the modules that a callback for ``runtime_like`` was called with."""
    found: list[type] = []
    Finder.spec = ModuleSpec("runtime_like", Loader())  # type: ignore[arg-type]
    sys.meta_path.append(Finder())  # type: ignore[arg-type]
    hooks.expect([])
    watching.when_imported("runtime_like")(lambda module: found.append(type(module)))
    return found


def test_the_module_is_the_loaders_own(called: list[type]) -> None:
    module = importlib.import_module("runtime_like")
    assert type(module) is OwnModule and called == [OwnModule]
    assert module.LOADER_THEN is Loader and type(module.__loader__) is Loader
    assert module.__spec__ is not None and type(module.__spec__.loader) is Loader


def test_a_spec_that_is_handed_out_again_is_wrapped_once(called: list[type]) -> None:
    spec = Finder.spec
    wrap_loader(spec)
    first = spec.loader
    wrap_loader(spec)
    assert spec.loader is first
    importlib.import_module("runtime_like")
    assert called == [OwnModule] and type(spec.loader) is Loader


def test_who_looks_at_the_spec_sees_the_real_loaders_functions(called: list[type]) -> None:
    spec = importlib.util.find_spec("runtime_like")
    assert spec is not None and spec.loader is not None and type(spec.loader) is not Loader
    assert spec.loader.get_source("runtime_like") == "source of runtime_like"  # type: ignore[attr-defined]
    assert not hasattr(spec.loader, "get_code") and called == []


def loading(name: str) -> ModuleType:
    """A module whose body runs, and whose finders were asked before anybody watched it."""
    module = sys.modules[name] = ModuleType(name)
    module.__spec__ = ModuleSpec(name, Loader())  # type: ignore[arg-type]
    module.__spec__._initializing = True  # type: ignore[attr-defined]
    return module


@pytest.mark.parametrize("outcome", ["loaded", "raised"])
def test_a_module_that_is_loading_is_caught_up_with_at_its_end(outcome: str) -> None:
    """importlib itself says when: by the mark that it sets on the spec."""
    module, found = loading("runtime_like"), []
    watching.when_imported("runtime_like")(found.append)
    watching.when_imported("runtime_like")(lambda module: found.append(module))
    spec = module.__spec__
    assert found == [] and is_loading(module) and isinstance(spec, ModuleSpec)
    spec._initializing = True  # type: ignore[attr-defined]
    assert found == []
    if outcome == "raised":
        del sys.modules["runtime_like"]
    spec._initializing = False  # type: ignore[attr-defined]
    assert found == ([module, module] if outcome == "loaded" else [])
    assert type(spec) is ModuleSpec and not is_loading(module) and hooks.faults == []
    assert spec._initializing is False, "as every spec has it"  # type: ignore[attr-defined]


def test_a_module_of_that_name_that_is_none_and_one_without_a_spec() -> None:
    """``sys.modules[name] = None`` is how code forbids an import."""
    found: list[object] = []
    sys.modules["forbidden"] = None  # type: ignore[assignment]
    watching.when_imported("forbidden")(found.append)
    assert found == [] and hooks.faults == []
    sys.modules["odd"] = odd = ModuleType("odd")
    odd.__spec__ = None
    watching.when_imported("odd")(found.append)
    assert found == [odd]


def test_callbacks_that_are_registered_by_callbacks_or_by_the_body_run_once_and_after_it() -> None:
    order: list[str] = []

    class Body(Loader):
        def exec_module(self, module: ModuleType) -> None:
            watching.when_imported("runtime_like")(lambda module: order.append("from the body"))
            order.append("body")

    def outer(module: ModuleType) -> None:
        order.append("first")
        watching.when_imported("runtime_like")(lambda module: order.append("from a callback"))
        raise ValueError("the others run all the same")

    Finder.spec = ModuleSpec("runtime_like", Body())  # type: ignore[arg-type]
    sys.meta_path.append(Finder())  # type: ignore[arg-type]
    hooks.expect([])
    watching.when_imported("runtime_like")(outer)
    importlib.import_module("runtime_like")
    assert order == ["body", "first", "from the body", "from a callback"]
    assert hooks.faults == [("when_imported('runtime_like')", "ValueError: the others run all the same")]


def test_a_body_that_raises_calls_nobody_and_leaves_no_mark(called: list[type]) -> None:
    class Raising(Loader):
        def exec_module(self, module: ModuleType) -> None:
            raise LookupError("half an upgrade")

    Finder.spec = ModuleSpec("runtime_like", Raising())  # type: ignore[arg-type]
    with pytest.raises(LookupError):
        importlib.import_module("runtime_like")
    assert called == [] and loaders._running == {}
    legacy = ModuleSpec("runtime_like", type("Legacy", (), {"load_module": Raising().exec_module})())
    wrap_loader(legacy)
    with pytest.raises(LookupError):
        legacy.loader.load_module("runtime_like")  # type: ignore[union-attr]
    assert called == [] and loaders._running == {}


def test_a_body_may_replace_its_module_and_a_loader_may_make_anything(called: list[type]) -> None:
    class Replacing(Loader):
        def create_module(self, spec: ModuleSpec) -> object:  # type: ignore[override]
            return Slotted()

        def exec_module(self, module: object) -> None:  # type: ignore[override]
            sys.modules["runtime_like"] = OwnModule("runtime_like")

    class Slotted:
        __slots__ = ("__name__", "__path__", "__spec__")

    Finder.spec = ModuleSpec("runtime_like", Replacing())  # type: ignore[arg-type]
    assert type(importlib.import_module("runtime_like")) is OwnModule and called == [OwnModule] and hooks.faults == []


def test_a_loader_without_create_module_gets_the_usual_module() -> None:
    class Plain:
        _private = "what copies and pickles look for is the stand-in's own"

        def exec_module(self, module: ModuleType) -> None:
            pass

    spec = ModuleSpec("runtime_like", Plain())  # type: ignore[arg-type]
    wrap_loader(spec)
    assert spec.loader is not None and spec.loader.create_module(spec) is None
    assert not hasattr(spec.loader, "_private") and type(copy.copy(spec.loader)) is type(spec.loader)


def test_what_nobody_registered_for_keeps_its_loader_and_a_namespace_has_none(
    called: list[type], tmp_path: Path
) -> None:
    watching.watch(["nobody_waits", "space"])
    (tmp_path / "nobody_waits.py").touch()
    (tmp_path / "space").mkdir()
    sys.path.insert(0, str(tmp_path))
    spec = importlib.util.find_spec("nobody_waits")
    assert spec is not None and type(spec.loader) is SourceFileLoader
    watching.when_imported("space")(lambda module: called.append(type(module)))
    assert list(importlib.import_module("space").__path__) == [f"{tmp_path}/space"] and called == []


def test_a_finder_that_hands_on_copies_of_specs_gets_the_real_loader_back(called: list[type]) -> None:
    class Copying:
        def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
            return copy.copy(hooks.TRIGGER.find_spec(name, None, None)) if name == "runtime_like" else None

    sys.meta_path.insert(0, Copying())  # type: ignore[arg-type]
    module = importlib.import_module("runtime_like")
    assert called == [OwnModule] and module.__spec__ is not Finder.spec
    assert module.__spec__ is not None and type(module.__spec__.loader) is type(Finder.spec.loader) is Loader
