"""The stand-in for a loader lets the real one do its work: make the module, run its body, and be seen afterwards."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from dbx_patch import hooks
from dbx_patch.hooks import watching
from dbx_patch.hooks.loaders import wrap_loader

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
