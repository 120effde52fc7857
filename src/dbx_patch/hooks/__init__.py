"""The two finders of ours on ``sys.meta_path``, and the only code of ours that every import meets.

:class:`ImportTrigger`, first, has one dictionary: runtime modules, whose patches run right after their bodies, and the
top-level names of editable installs, which are answered where a wheel's would be. :class:`EditableFallback`, last,
answers a miss that an editable install can answer.

Two rules hold for all that runs here and below. CPython calls finders while it holds the import system's global lock,
and a thread that holds a module's lock may wait for that one: so nothing is imported or executed under it, but for
:func:`outside_import_lock`. And what fails in here fails nobody's import: it is recorded for ``status``.
"""

import os
import sys
from _frozen_importlib import _find_spec  # type: ignore[attr-defined]  # always loaded; knows legacy finders too
from _imp import acquire_lock, release_lock
from _thread import RLock, get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType
    from typing import Any, Callable, Dict, FrozenSet, Iterable, List, Optional, Sequence, Set, Tuple, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])
    Callback = Callable[[ModuleType], object]


def unseen(function: "F") -> "F":
    """Return ``function`` itself, its code (nested functions too) renamed to ``<dbx_patch.…>``, which is no path.

    The workspace hooks walk the stack and take any file in site-packages, such as a wheel's of ours, for a library's
    (RUNTIME.md, layer 2). So every function that can be on the stack while somebody else's finder is asked carries
    this, and imports nothing but modules of ours, which would count as the user's import.
    """
    function.__code__ = _renamed(function.__code__, f"<{function.__module__}>")
    return function


def _renamed(code: "CodeType", filename: str) -> "CodeType":
    constants = tuple(_renamed(c, filename) if isinstance(c, type(code)) else c for c in code.co_consts)
    return code.replace(co_filename=filename, co_consts=constants)


# patch -> the runtime modules it is for, of which a process loads one (RUNTIME.md, "The five layers")
RUNTIME_MODULES = {
    "sys_path_init": ("sys_path_init",),
    "wsfs_import_hook": ("dbruntime.wsfs_import_hook",),
    "workspace_import_machinery": ("dbruntime.workspace_import_machinery",),
    "executor_wsfs_import_hook": ("pyspark.wsfs_import_hook", "_engine_pyspark.wsfs_import_hook"),
    "python_path_hook": ("dbruntime.pythonPathHook",),
    "autoreload": ("dbruntime.autoreload.file_module_utils",),
}
# What a kernel or an executor begins with, whatever the release calls its parts: then all names are learnt.
BEGINNINGS = ("dbruntime", "IPython", "pyspark")

# What is needed later, the only edges that look upward: a fourth module at each start would cost 0.38 M instructions.
_LATER = {
    "wrap_loader": "dbx_patch.hooks.loaders",
    "catch_up": "dbx_patch.hooks.loaders",
    "answer": "dbx_patch.hooks.precedence",
    "newly_installed": "dbx_patch.hooks.precedence",
    "resolve": "dbx_patch.hooks.fallback",
    "apply_patch": "dbx_patch.hooks.applied",
    "learn": "dbx_patch.hooks.sys_path",
}
_loaded: "Dict[str, Callable[..., Any]]" = {}

# Held while sys.meta_path, sys.path or a function of the runtime's is looked at and then changed. No import happens
# meanwhile, so whoever holds it waits for no import lock. Reentrant: a signal's handler can import in the midst of it.
lock = RLock()

# module, or name that an editable install provides -> what runs after its body, in order of registration
watched: "Dict[str, List[Callback]]" = {}
names: "FrozenSet[str]" = frozenset()
# (module, thread) pairs that one of our finders is asking the others about: a dict, because putting into one and
# deleting from it are no calls, so nothing but an interrupt can come between
_asking: "Dict[Tuple[str, int], bool]" = {}
# (where, what) of what was swallowed so that no import fails because of us; newest last, bounded
faults: "List[Tuple[str, str]]" = []


def record_fault(where: str, fault: Exception) -> None:
    """Keep for ``status`` what went wrong, as text: an exception would keep the user's frames alive."""
    faults.append((where, f"{type(fault).__name__}: {fault}"))
    del faults[:-50]


def outside_import_lock(function: "Callable[..., Any]", *args: "Any") -> "Any":
    """Call ``function`` with the import system's global lock given up, and take it back as often as it was held.

    Who waits for a module's lock while holding it may wait for ever, and importlib does not detect that.
    """
    levels = 0
    try:
        try:
            while True:
                release_lock()
                levels += 1
        except RuntimeError:  # it is not, or no more, this thread's
            pass
        return function(*args)
    finally:
        while levels:
            levels -= 1
            acquire_lock()


def load(name: str) -> "Callable[..., Any]":
    if name not in _loaded:
        _loaded[name] = getattr(outside_import_lock(__import__, _LATER[name], None, None, [name]), name)
    return _loaded[name]


@unseen
def ask_others(
    name: str, path: "Optional[Sequence[str]]" = None, target: "Optional[ModuleType]" = None
) -> "Optional[ModuleSpec]":
    """Return the spec that the rest of ``sys.meta_path`` finds, or None where this thread is asking already."""
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
    """Meta path finder, asked first: for any name but those in its dictionary one look-up."""

    @unseen
    def find_spec(
        self, name: str, path: "Optional[Sequence[str]]" = None, target: "Optional[ModuleType]" = None
    ) -> "Optional[ModuleSpec]":
        if name not in watched:
            return None
        ask = ask_others
        try:
            if name in names and (name, get_ident()) not in _asking:
                ask = load("answer")
        except Exception as fault:
            record_fault("names of editable installs", fault)
        spec = ask(name, path, target)
        try:
            if spec is not None and spec.loader is not None and watched.get(name):  # a namespace has no body
                load("wrap_loader")(spec)
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
            if name in ("sitecustomize", "usercustomize") or (name, get_ident()) in _asking:
                return None
            resolve = _loaded.get("resolve") or _begin(name)
        except Exception as fault:
            record_fault("fallback", fault)
            return None
        return resolve(name, path, target) if resolve else None

    def invalidate_caches(self) -> None:
        """Part of ``importlib.invalidate_caches()``: forget folder listings of our own."""
        try:
            if "dbx_patch.hooks.answers" in sys.modules:
                sys.modules["dbx_patch.hooks.answers"].forget_listings()
        except Exception as fault:
            record_fault("fallback", fault)


TRIGGER, FALLBACK = ImportTrigger(), EditableFallback()


def _begin(name: str) -> "Optional[Callable[..., Optional[ModuleSpec]]]":
    """Return what answers misses, loaded at the first miss that is anyone's but Python's own; else None."""
    key = ("", get_ident())
    if key in _asking or _is_pythons_own(name):
        return None
    _asking[key] = True
    try:
        return load("resolve")
    finally:
        del _asking[key]


def _is_pythons_own(name: str) -> bool:
    """Tell whether ``site`` still runs, or an import statement of the standard library's asks for ``name``.

    Distributions' ``sitecustomize`` misses a module at each start, ``import subprocess`` two of another system.
    """
    site = getattr(sys.modules.get("site"), "__dict__", None)
    library = os.__file__[: -len("os.py")]
    frame = sys._getframe(2)  # type: Any
    asker = None
    while frame is not None:
        code = frame.f_code
        if code.co_name == "main" and frame.f_globals is site:
            return True
        if asker is None and not code.co_filename.startswith(("<frozen importlib", "<dbx_patch")):
            asker = code
        frame = frame.f_back
    if asker is None or not asker.co_filename.startswith((library, "<frozen ")) or "-packages/" in asker.co_filename:
        return False
    return any(word == name or word.startswith(name + ".") for word in asker.co_names)


@unseen
def register(module: str, callback: "Callback") -> None:
    registered = watched.setdefault(module, [])
    if callback in registered:
        return
    registered.append(callback)
    if module in sys.modules:
        load("catch_up")(module, callback)


def _applier(patch: str) -> "Callback":
    def apply(module: "ModuleType") -> None:
        load("apply_patch")(patch, module)

    return apply


def learn_names(module: "ModuleType") -> None:
    load("learn")()


# One callback per patch, so that arming twice registers it once.
APPLIERS = {patch: _applier(patch) for patch in RUNTIME_MODULES}


def disabled_patches() -> "Set[str]":
    """Return the names in ``DBX_PATCH_DISABLE``, as written."""
    return {name.strip() for name in os.environ.get("DBX_PATCH_DISABLE", "").split(",") if name.strip()}


def expect(patches: "Iterable[str]") -> None:
    """Have these patches applied to their modules, now or when these load, and the trigger asked first. Idempotent."""
    for patch in patches:
        for module in RUNTIME_MODULES[patch]:
            register(module, APPLIERS[patch])
    with lock:
        sys.meta_path[:] = [TRIGGER, *(finder for finder in sys.meta_path if finder is not TRIGGER)]


def arm() -> None:
    """Expect the patches and put both finders in place, less what ``DBX_PATCH_DISABLE`` names. Idempotent."""
    global names
    disabled = disabled_patches()
    expect([patch for patch in RUNTIME_MODULES if patch not in disabled])
    for module in BEGINNINGS:
        register(module, learn_names)
    if "fallback" not in disabled:
        with lock:
            if not is_in_place(FALLBACK):
                sys.meta_path.append(FALLBACK)
        # For a plain script, which begins with none of those: the dictionaries of installers' finders, asked last
        found = []  # type: List[object]
        for finder in sys.meta_path:
            its_module = sys.modules.get(str(getattr(finder, "__module__", "")))
            known = getattr(its_module, "MAPPING", None) or getattr(finder, "_redirections", None)
            found += known if isinstance(known, dict) else ()
        names |= {str(name).partition(".")[0] for name in found}
        watched.update({name: watched.get(name, []) for name in names})


def is_in_place(finder: object) -> bool:
    """Tell whether ``finder`` itself, and not one that equals it, is on ``sys.meta_path``."""
    return any(other is finder for other in sys.meta_path)
