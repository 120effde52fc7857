"""Callbacks right after a module has loaded, after PEP 369's idea (RUNTIME.md, "Others on the import path")."""

from __future__ import annotations

import importlib.util
import sys
import threading
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Callable, Dict, List, Optional, Set

Callback = Callable[[ModuleType], None]

_callbacks: Dict[str, List[Callback]] = {}
_in_progress: Set[str] = set()
_lock = threading.RLock()


def register_post_import_hook(callback: Callback, name: str) -> None:
    """Call *callback* with module *name* once it has loaded; at once if it has."""
    with _lock:
        _callbacks.setdefault(name, []).append(callback)
    if name in sys.modules:
        callback(sys.modules[name])


class _NotifyingLoader:
    """A module's real loader, with the callbacks run after its ``exec_module``."""

    def __init__(self, loader: Any) -> None:
        self.loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)

    def create_module(self, spec: ModuleSpec) -> Optional[ModuleType]:
        """As the real loader does."""
        module: Optional[ModuleType] = self.loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's body, then who waited for it."""
        self.loader.exec_module(module)
        for callback in _callbacks.get(module.__name__, ()):
            callback(module)


class ImportHookFinder:
    """First in ``sys.meta_path``; answers only names that someone has registered for."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Optional[ModuleSpec]:
        """The spec that the other finders have, with its loader wrapped."""
        if fullname not in _callbacks or fullname in _in_progress:
            return None
        _in_progress.add(fullname)
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            _in_progress.discard(fullname)
        if spec is not None and spec.loader is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = _NotifyingLoader(spec.loader)  # type: ignore[assignment]
        return spec
