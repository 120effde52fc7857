"""The two finders of ours on ``sys.meta_path``, and the only code of ours that every import meets.

:class:`ImportTrigger`, first, runs what is registered for a module right after that module's body.
:class:`EditableFallback`, last, answers a miss that an editable install can answer.
"""

import os
import sys
from _frozen_importlib import _find_spec  # type: ignore[attr-defined]  # always loaded; knows legacy finders too
from _thread import RLock, get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType
    from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Set, Tuple, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])
    Callback = Callable[[ModuleType], object]


def unseen(function: "F") -> "F":
    """Return ``function`` itself, its code (nested functions too) renamed to ``<dbx_patch.…>``, which is no path.

    The workspace hooks walk the stack and take any file in site-packages for a library's (RUNTIME.md, layer 2).
    Installed as a wheel, our files are there: a function of ours between the user's import statement and the hook
    would turn a user's import into a library's. So every function that can be on the stack while somebody else's
    finder is asked carries this. It must import nothing but modules of ours: what it imported would in turn count
    as the user's import. A traceback still names the module; the real file is in ``function.__module__``.
    """
    function.__code__ = _renamed(function.__code__, f"<{function.__module__}>")
    return function


def _renamed(code: "CodeType", filename: str) -> "CodeType":
    constants = tuple(_renamed(c, filename) if isinstance(c, type(code)) else c for c in code.co_consts)
    return code.replace(co_filename=filename, co_consts=constants)


# What a finder needs only later, and where that is. These are the only edges of this package that look upward: a fourth
# module at every start would cost 0.38 M instructions, so it is named here and loaded by :func:`_load`.
_LATER = {
    "wrap_loader": "dbx_patch.hooks.loaders",
    "resolve": "dbx_patch.hooks.fallback",
    "apply_patch": "dbx_patch.hooks.applied",
}


def _load(name: str) -> "Callable[..., Any]":
    return getattr(__import__(_LATER[name], fromlist=[name]), name)  # type: ignore[no-any-return]


# patch -> the runtime module it is for (RUNTIME.md, "The five layers")
RUNTIME_MODULES = {
    "sys_path_init": "sys_path_init",
    "wsfs_import_hook": "dbruntime.wsfs_import_hook",
    "workspace_import_machinery": "dbruntime.workspace_import_machinery",
    "executor_wsfs_import_hook": "pyspark.wsfs_import_hook",
    "python_path_hook": "dbruntime.pythonPathHook",
    "autoreload": "dbruntime.autoreload.file_module_utils",
}

# Held while sys.meta_path, sys.path or a function of the runtime's is looked at and then changed: threads may do that
# at once, with a GIL and without. No import happens meanwhile, so whoever holds it waits for no import lock. Reentrant,
# because a signal's handler can import in the midst of it.
lock = RLock()


def renew_lock() -> None:
    """Renew what a thread may hold when another forks; ``hooks.applied`` registers it."""
    global lock
    lock = RLock()


# module -> what runs after its body, in order of registration
_callbacks: "Dict[str, List[Callback]]" = {}
# (module, thread) pairs that one of our finders is asking the others about
# a dict, because putting into one and deleting from it are no calls: nothing but an interrupt can come between
_asking: "Dict[Tuple[str, int], bool]" = {}
# (where, exception) of what was swallowed so that no import fails because of us; newest last, bounded
faults: "List[Tuple[str, Exception]]" = []


def record_fault(where: str, fault: Exception) -> None:
    """Keep ``fault`` for ``status``. The traceback would keep whole frames alive, so it is dropped."""
    faults.append((where, fault.with_traceback(None)))
    del faults[:-50]


@unseen
def ask_others(
    name: str, path: "Optional[Sequence[str]]" = None, target: "Optional[ModuleType]" = None
) -> "Optional[ModuleSpec]":
    """Return the spec that the rest of ``sys.meta_path`` finds, or None where this thread is asking already.

    No lock is held meanwhile, so a finder that imports can neither recurse here nor deadlock.
    """
    try:
        key = (name, get_ident())
    except Exception as fault:
        record_fault("asking the other finders", fault)
        return None
    if key in _asking:
        return None
    _asking[key] = True
    try:
        return _find_spec(name, path, target)  # type: ignore[no-any-return]
    finally:
        del _asking[key]


class ImportTrigger:
    """Meta path finder that wraps the loader of modules in the table; for any other name one look-up."""

    @unseen
    def find_spec(
        self, name: str, path: "Optional[Sequence[str]]" = None, target: "Optional[ModuleType]" = None
    ) -> "Optional[ModuleSpec]":
        if name not in _callbacks:
            return None
        spec = ask_others(name, path, target)
        if spec is not None and spec.loader is not None:  # a namespace has no loader and no body
            try:
                _load("wrap_loader")(spec)
            except Exception as fault:
                record_fault(f"when_imported({name!r})", fault)
        return spec


class EditableFallback:
    """Meta path finder, asked last: a miss that an editable install can answer is answered."""

    @unseen
    def find_spec(
        self, name: str, path: "Optional[Sequence[str]]" = None, target: "Optional[ModuleType]" = None
    ) -> "Optional[ModuleSpec]":
        try:
            # Every start of CPython misses these two: no reason to look at the disk.
            if name in ("sitecustomize", "usercustomize") or (name, get_ident()) in _asking:
                return None
            resolve = _resolve or _load_fallback()
        except Exception as fault:
            record_fault("fallback", fault)
            return None
        return resolve(name, path, target) if resolve else None

    def invalidate_caches(self) -> None:
        """Part of ``importlib.invalidate_caches()``: forget folder listings of our own."""
        try:
            fallback = sys.modules.get(_LATER["resolve"])
            if fallback:
                fallback.forget_listings()
        except Exception as fault:
            record_fault("fallback", fault)


TRIGGER = ImportTrigger()
FALLBACK = EditableFallback()


_resolve: "Optional[Callable[..., Optional[ModuleSpec]]]" = None


def _load_fallback() -> "Optional[Callable[..., Optional[ModuleSpec]]]":
    """Load what answers misses: at the first one, so that no start pays for it."""
    global _resolve
    loading = (_LATER["resolve"], get_ident())
    if loading in _asking:
        return None
    _asking[loading] = True
    try:
        _resolve = _load("resolve")
    except Exception as fault:
        record_fault("fallback", fault)
    finally:
        del _asking[loading]
    return _resolve


@unseen
def fire(name: str, module: "ModuleType") -> None:
    """Run what is registered for module ``name``. A callback that fails is recorded; the import goes on."""
    module = sys.modules.get(name, module)  # a body may replace its own module
    for callback in tuple(_callbacks.get(name, ())):
        try:
            callback(module)
        except Exception as fault:
            record_fault(f"when_imported({name!r})", fault)


def is_loading(module: "ModuleType") -> bool:
    """Tell whether a module's body is still running: another thread's import, which is left to the trigger."""
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))


def when_imported(module: str) -> "Callable[[Callback], Callback]":
    """Decorate a function to be called with module ``module`` (its full name) right after its body has run.

    At once, if it is loaded already; again, once, after each reload. An exception in the function is kept for
    ``check_patch_status()`` and never fails the import. Works wherever dbx-patch is active.
    """

    def register(callback: "Callback") -> "Callback":
        registered = _callbacks.setdefault(module, [])
        if callback not in registered:
            registered.append(callback)
            loaded = sys.modules.get(module)
            if loaded is not None and not is_loading(loaded):
                try:
                    callback(loaded)
                except Exception as fault:
                    record_fault(f"when_imported({module!r})", fault)
        return callback

    return register


@unseen
def _applier(patch: str) -> "Callback":
    def apply(module: "ModuleType") -> None:
        _load("apply_patch")(patch, module)

    return apply


# One callback per patch, so that arming twice registers it once.
_APPLIERS = {patch: _applier(patch) for patch in RUNTIME_MODULES}


def disabled_patches() -> "Set[str]":
    """Return the names in ``DBX_PATCH_DISABLE``, as written."""
    return {name.strip() for name in os.environ.get("DBX_PATCH_DISABLE", "").split(",") if name.strip()}


def expect(patches: "Iterable[str]") -> None:
    """Have these patches applied to their runtime modules: now to what is loaded, and when one loads. Idempotent."""
    for patch in patches:
        when_imported(RUNTIME_MODULES[patch])(_APPLIERS[patch])
    with lock:
        if not is_in_place(TRIGGER):
            sys.meta_path.insert(0, TRIGGER)


def expected() -> "List[str]":
    """Return the patches that are applied to their runtime modules when these load."""
    return [patch for patch, module in RUNTIME_MODULES.items() if _APPLIERS[patch] in _callbacks.get(module, ())]


def forget(patches: "Iterable[str]") -> None:
    """Have these patches applied to no module that loads later."""
    for patch in patches:
        callbacks = _callbacks.get(RUNTIME_MODULES[patch], [])
        if _APPLIERS[patch] in callbacks:
            callbacks.remove(_APPLIERS[patch])
            if not callbacks:
                del _callbacks[RUNTIME_MODULES[patch]]


def arm() -> None:
    """Expect the patches and put both finders in place, less what ``DBX_PATCH_DISABLE`` names. Idempotent."""
    disabled = disabled_patches()
    expect([patch for patch in RUNTIME_MODULES if patch not in disabled])
    with lock:
        if "fallback" not in disabled and not is_in_place(FALLBACK):
            sys.meta_path.append(FALLBACK)


def disarm() -> None:
    """Take both finders away and forget the patches; what ``when_imported`` registered stays for the next arming."""
    with lock:
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not TRIGGER and finder is not FALLBACK]
    forget(RUNTIME_MODULES)


def is_in_place(finder: object) -> bool:
    """Tell whether ``finder`` itself, and not one that equals it, is on ``sys.meta_path``."""
    return any(other is finder for other in sys.meta_path)
