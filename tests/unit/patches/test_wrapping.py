"""A function of the runtime's is replaced by one that calls it; the undo takes back only what is still ours."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from dbx_patch.patches.sys_path_init_patch import restoring
from dbx_patch.patches.wrapping import NotApplicable, both, wrap

pytestmark = pytest.mark.usefixtures("import_state")


def rebuild() -> str:
    """Stands for the runtime's function."""
    return "rebuilt"


@pytest.fixture
def runtime() -> Any:
    module: Any = ModuleType("runtime_like")
    module.rebuild = rebuild
    return module


def test_wrapped_once_and_taken_back(runtime: Any) -> None:
    undo = wrap(runtime, "rebuild", restoring)
    assert undo and runtime.rebuild is not rebuild and runtime.rebuild() == "rebuilt"
    assert (runtime.rebuild.__wrapped__, runtime.rebuild.__name__) == (rebuild, "rebuild")
    assert wrap(runtime, "rebuild", restoring) is None, "it is ours already"
    undo()
    assert runtime.rebuild is rebuild


def test_what_somebody_else_put_over_it_stays(runtime: Any) -> None:
    undo = wrap(runtime, "rebuild", restoring)
    theirs = runtime.rebuild = lambda: "theirs"
    assert undo
    undo()
    assert runtime.rebuild is theirs


def test_modules_that_imported_it_by_name_get_it_back(runtime: Any) -> None:
    undo = wrap(runtime, "rebuild", restoring)
    other: Any = ModuleType("imported_by_name")
    other.copied = runtime.rebuild
    sys.modules["imported_by_name"] = other
    assert undo
    undo()
    assert other.copied is rebuild


@pytest.mark.parametrize("kind", [staticmethod, classmethod])
def test_a_static_method_or_class_method_stays_one(kind: type) -> None:
    class Owner:
        method = kind(lambda *given: given)

    before = vars(Owner)["method"]
    expected = Owner.method(1)
    undo = wrap(Owner, "method", restoring)
    assert type(vars(Owner)["method"]) is kind and Owner.method(1) == expected
    assert undo
    undo()
    assert vars(Owner)["method"] is before


def test_an_inherited_method_is_inherited_again() -> None:
    class Base:
        def method(self) -> str:
            return "base"

    class Owner(Base):
        pass

    undo = wrap(Owner, "method", restoring)
    assert "method" in vars(Owner) and Owner().method() == "base"
    assert undo
    undo()
    assert "method" not in vars(Owner)


@pytest.mark.parametrize(
    "name, value, why",
    [("gone", None, "runtime_like has no gone"), ("rebuild", len, "is no Python function but a builtin")],
)
def test_what_is_not_there_or_no_function_is_not_applicable(runtime: Any, name: str, value: Any, why: str) -> None:
    if value is not None:
        setattr(runtime, name, value)
    with pytest.raises(NotApplicable, match=why):
        wrap(runtime, name, restoring)
    assert getattr(runtime, name, None) is value


def test_two_undos_are_one_newest_first() -> None:
    done: list[str] = []
    undo = both(lambda: done.append("first"), lambda: done.append("second"))
    assert undo
    undo()
    assert done == ["second", "first"] and both(None, None) is None


def test_a_class_is_called_by_its_module_and_name() -> None:
    with pytest.raises(NotApplicable, match=rf"^{__name__}\.ModuleTypeLike has no gone$"):
        wrap(ModuleTypeLike, "gone", restoring)


class ModuleTypeLike:
    """What a runtime's module has in place of a function."""
