"""Replacing one function of the runtime's by one that calls it, in a way that can be taken back."""

import sys
from types import FunctionType

from dbx_patch.hooks.applied import NotApplicable as NotApplicable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

    Undo = Callable[[], None]

_MISSING = object()


def attribute(owner: "Any", name: str) -> "Any":
    """Return ``owner``'s attribute, or raise :class:`NotApplicable` with its name."""
    value = getattr(owner, name, _MISSING)
    if value is _MISSING:
        raise NotApplicable(f"{_called(owner)} has no {name}")
    return value


def wrap(owner: "Any", name: str, make: "Callable[[Callable[..., Any]], Callable[..., Any]]") -> "Optional[Undo]":
    """Replace function ``name`` of a module or class by ``make(original)``.

    Returns the undo, or None where the function is ours already. Raises :class:`NotApplicable` where there is no
    such function, or something else by that name.
    """
    found = attribute(owner, name)
    raw = vars(owner).get(name, _MISSING)  # a staticmethod or classmethod, not what access makes of it
    inherited = raw is _MISSING
    kind = type(raw) if isinstance(raw, (staticmethod, classmethod)) else None
    original = raw.__func__ if kind else found if inherited else raw
    if not isinstance(original, FunctionType):
        raise NotApplicable(f"{name} of {_called(owner)} is no Python function but a {type(original).__name__}")
    if original.__module__.startswith("dbx_patch."):
        return None
    replacement: Any = make(original)
    replacement.__name__, replacement.__qualname__ = original.__name__, original.__qualname__
    replacement.__doc__, replacement.__wrapped__ = original.__doc__, original
    new = kind(replacement) if kind else replacement
    setattr(owner, name, new)

    def undo() -> None:
        if vars(owner).get(name) is new:
            if inherited:
                delattr(owner, name)
            else:
                setattr(owner, name, raw)
        if not isinstance(owner, type):
            _replace_copies(new, raw)

    return undo


def _replace_copies(new: object, original: object) -> None:
    """Modules that imported the function by name have it in their own globals."""
    for module in list(sys.modules.values()):
        namespace: Any = getattr(module, "__dict__", None)
        for name, value in list(namespace.items()) if isinstance(namespace, dict) else ():
            if value is new:
                namespace[name] = original


def _called(owner: "Any") -> str:
    if isinstance(owner, type):
        return f"{owner.__module__}.{owner.__qualname__}"
    return str(getattr(owner, "__name__", owner))


def both(first: "Optional[Undo]", second: "Optional[Undo]") -> "Optional[Undo]":
    """Return one undo for two, either of which may be None."""
    undos = [undo for undo in (second, first) if undo is not None]

    def undo_both() -> None:
        for undo in undos:
            undo()

    return undo_both if undos else None
