"""The stand-in loaders that :class:`dbx_patch.hooks.ImportTrigger` puts into specs."""

import sys
from _frozen_importlib import ModuleSpec

from dbx_patch import hooks
from dbx_patch.hooks import record_fault, unseen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable, Dict, Optional

# The modules whose bodies run right now, or that are reloaded: their callbacks are called after that. It is changed
# by statements alone, since a call can fail, in other people's imports: at the recursion limit, say.
_running: "Dict[str, bool]" = {}


def wrap_loader(spec: "ModuleSpec") -> None:
    """Have ``spec``'s module fire its callbacks once it is loaded."""
    # a foreign finder may hand out the same spec again
    if not isinstance(spec.loader, _Triggering):
        kind = _TriggeringLoader if hasattr(spec.loader, "exec_module") else _TriggeringLegacyLoader
        spec.loader = kind(spec)  # type: ignore[assignment]


class _Triggering:
    """Stands in for a spec's loader until the module's body is about to run."""

    def __init__(self, spec: "ModuleSpec") -> None:
        self._spec = spec
        self._loader: Any = spec.loader

    def __getattr__(self, name: str) -> "Any":
        # get_code, get_data, is_package: whoever only looks at the spec gets the real loader's answer
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._loader, name)


class _TriggeringLoader(_Triggering):
    @unseen
    def create_module(self, spec: "ModuleSpec") -> "Optional[ModuleType]":
        create = getattr(self._loader, "create_module", None)
        return create(spec) if create else None

    @unseen
    def exec_module(self, module: "ModuleType") -> None:
        self._spec.loader = self._loader
        try:
            module.__loader__ = self._loader
            if module.__spec__ is not None:
                module.__spec__.loader = self._loader
        except AttributeError:  # create_module may return any object; importlib passes over these too
            pass
        name = self._spec.name
        _running[name] = True
        try:
            self._loader.exec_module(module)
            try:
                fire(name, module)
            except Exception as fault:
                record_fault(f"when_imported({name!r})", fault)
        finally:
            if name in _running:
                del _running[name]


class _TriggeringLegacyLoader(_Triggering):
    """For loaders that have ``load_module`` only, such as zipimport's before Python 3.10."""

    @unseen
    def load_module(self, name: str) -> "ModuleType":
        self._spec.loader = self._loader
        _running[name] = True
        try:
            module: ModuleType = self._loader.load_module(name)
            if getattr(module, "__spec__", None) is None:  # importlib sets it too, but only after this
                module.__spec__ = self._spec
            try:
                fire(name, module)
            except Exception as fault:
                record_fault(f"when_imported({name!r})", fault)
        finally:
            if name in _running:
                del _running[name]
        return module


@unseen
def fire(name: str, module: "ModuleType") -> None:
    """Run what is registered for module ``name``, by its callbacks as well. One that fails is recorded, and no more."""
    module = sys.modules.get(name, module)  # a body may replace its own module
    number = 0
    while number < len(hooks.watched.get(name, ())):
        try:
            hooks.watched[name][number](module)
        except Exception as fault:
            record_fault(f"when_imported({name!r})", fault)
        number += 1


class _WatchedSpec(ModuleSpec):
    """The spec of a module whose body runs already: importlib tells it when that has ended."""

    @property
    def _initializing(self) -> bool:
        return bool(self.__dict__.get("initializing"))

    @_initializing.setter
    @unseen
    def _initializing(self, running: bool) -> None:
        self.__dict__["initializing"] = running
        if not running:
            self.__class__ = ModuleSpec  # type: ignore[assignment]
            self.__dict__["_initializing"] = running
            if self.name in sys.modules:  # a body that raised has taken its module away
                fire(self.name, sys.modules[self.name])


@unseen
def _fire_when_loaded(module: "ModuleType") -> None:
    """Have a module whose body is running fire its callbacks once that has ended."""
    spec = module.__spec__
    if type(spec) is ModuleSpec:
        running = spec.__dict__.pop("_initializing", True)
        spec.__class__ = _WatchedSpec
        spec.__dict__["initializing"] = running


def is_loading(module: "ModuleType") -> bool:
    """Tell whether a module's body is still running: another thread's import, which is left to the trigger."""
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))


@unseen
def catch_up(name: str, callback: "Callable[[ModuleType], object]") -> None:
    """Call a callback that was registered only after its module had begun to load: now, or once the body has run."""
    module = sys.modules.get(name)
    try:
        if module is None or name in _running:
            return
        if is_loading(module):  # its finders were asked before it was watched
            _fire_when_loaded(module)
        else:
            callback(module)
    except Exception as fault:
        record_fault(f"when_imported({name!r})", fault)
