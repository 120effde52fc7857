"""Later releases of the runtime, as far as they can be made up: every name that is touched, changed in every way.

A mutant is a function that changes a materialised runtime's files. Names are changed by code that is appended to their
module's file; ``{owner}`` and ``{name}`` stand for the class or module and what is changed in it.
"""

from __future__ import annotations

import py_compile
import re
import zipfile
from pathlib import Path
from typing import Callable, Dict, Iterator, List, Tuple

Mutant = Callable[[Path], None]

MODULES = {
    "sys_path_init": ["patch_sys_path_with_developer_paths"],
    "dbruntime.pythonPathHook": ["PythonPathHook", "PythonPathHook._handle_sys_path_maybe_updated"],
    "dbruntime.autoreload.file_module_utils": [
        *("register_autoreload_allowlist_check", "deregister_autoreload_allowlist_check"),
        *("_AUTORELOAD_ALLOWLIST_CHECKS", "is_file_in_allowlist"),
    ],
}
LEGACY_HOOK = [
    f"WsfsImportHook{rest}" for rest in ("", "._WsfsImportHook__is_user_import", ".find_spec", ".get_filename")
]
MODERN_HOOK = [f"_WorkspacePathEntryFinder{rest}" for rest in ("", "._is_user_import", ".find_spec", ".get_filename")]
HOOKS = {
    "legacy": {"dbruntime.wsfs_import_hook": LEGACY_HOOK},
    "modern": {"dbruntime.workspace_import_machinery": MODERN_HOOK, "pyspark.wsfs_import_hook": LEGACY_HOOK},
}

SWAP = "\n\nimport functools, operator, sys, types\n_old = {owner}.__dict__[{name!r}]\n"
CALL = "_call = getattr(_old, '__func__', _old)\n"
NAMES: Dict[str, str] = {
    "moved": "setattr({owner}, {name!r} + '_v2', _old)\ndelattr({owner}, {name!r})\n",
    "removed": "delattr({owner}, {name!r})\n",
    "None": "setattr({owner}, {name!r}, None)\n",
    "any arguments": CALL + "setattr({owner}, {name!r}, lambda *a, extra=None, **k: _call(*a, **k))\n",
    "one argument more": CALL + "def _new(*a, needed, **k): return _call(*a, **k)\nsetattr({owner}, {name!r}, _new)\n",
    "no arguments": CALL + "def _new(): return None\nsetattr({owner}, {name!r}, _new)\n",
    "a partial": CALL + "setattr({owner}, {name!r}, functools.partial(_call))\n",
    "a partialmethod": CALL + "setattr({owner}, {name!r}, functools.partialmethod(_call))\n",
    "a cached function": CALL + "setattr({owner}, {name!r}, functools.lru_cache(maxsize=None)(_call))\n",
    "a methodcaller": "setattr({owner}, {name!r}, operator.methodcaller('__repr__'))\n",
    "a builtin": "setattr({owner}, {name!r}, id)\n",
    "a staticmethod": CALL + "setattr({owner}, {name!r}, staticmethod(_call))\n",
    "a classmethod": CALL + "setattr({owner}, {name!r}, classmethod(_call))\n",
    "a callable object": CALL + "class _C:\n    def __call__(self, *a, **k): return _call(*a, **k)\n"
    "    def __get__(self, o, t=None): return self if o is None else types.MethodType(self, o)\n"
    "setattr({owner}, {name!r}, _C())\n",
    "of no module": CALL + "if isinstance(_call, types.FunctionType): _call.__module__ = None\n",
    "a coroutine": CALL + "async def _new(*a, **k): return _call(*a, **k)\n_new.__code__ = _call.__code__ "
    "if isinstance(_call, types.FunctionType) and not _call.__closure__ else _new.__code__\n"
    "setattr({owner}, {name!r}, _new)\n",
    "raising": "def _new(*a, **k): raise RuntimeError('of a later release')\nsetattr({owner}, {name!r}, _new)\n",
}
OF_CLASSES = {
    "a property": CALL + "setattr({owner}, {name!r}, property(lambda self: types.MethodType(_call, self)))\n",
    "a property that raises": "def _new(self): raise RuntimeError('not yet')\n"
    "setattr({owner}, {name!r}, property(_new))\n",
    "inherited": "_base = type({owner}.__name__, ({owner},), {{}})\nglobals()[{owner}.__name__] = _base\n",
    "in a sealed class": "class _Sealed(type({owner})):\n    def __setattr__(c, n, v): raise TypeError('sealed')\n"
    "_sealed = _Sealed({owner}.__name__, ({owner},), {{}})\nglobals()[{owner}.__name__] = _sealed\n",
}
OF_MODULES = {
    "a property": "class _M(types.ModuleType): pass\nsetattr(_M, {name!r}, property(lambda self: _old))\n"
    "delattr({owner}, {name!r})\n{owner}.__class__ = _M\n",
    "a property that raises": "class _M(types.ModuleType): pass\ndef _new(self): raise RuntimeError('not yet')\n"
    "setattr(_M, {name!r}, property(_new))\ndelattr({owner}, {name!r})\n{owner}.__class__ = _M\n",
    "from __getattr__": "delattr({owner}, {name!r})\ndef __getattr__(n):\n    if n == {name!r}: return _old\n"
    "    raise AttributeError(n)\n",
    "a tuple": "setattr({owner}, {name!r}, (_old,))\n",
}
BODIES: Dict[str, str] = {
    "raises": "\nraise RuntimeError('in its body')\n",
    "raises ImportError": "\nraise ImportError('in its body')\n",
    "replaces itself": "\nimport sys, types\nsys.modules[__name__] = types.SimpleNamespace(**globals())\n",
    "replaces itself by a proxy": "\nimport sys\n_module = sys.modules[__name__]\nclass _Proxy:\n"
    "    def __getattr__(self, name): return getattr(_module, name)\nsys.modules[__name__] = _Proxy()\n",
    "has a second name": "\nimport sys\nsys.modules['other_name_of_it'] = sys.modules[__name__]\n",
    "is loaded by two names": "\nif __name__ != 'its_twin':\n    import importlib.util as _u, sys\n"
    "    _s = _u.spec_from_file_location('its_twin', __file__)\n"
    "    _t = sys.modules['its_twin'] = _u.module_from_spec(_s)\n"
    "    _s.loader.exec_module(_t)\n",
    "has no spec": "\n__spec__ = None\n__loader__ = None\n",
    "removes itself": "\nimport sys\ndel sys.modules[__name__]\n",
    "is frozen in time": "\n__dir__ = None\n__all__ = None\n__path__ = None\n",
    "imports an editable": "\ntry:\n    import acme_src.lazy\nexcept ImportError:\n    pass\n",
    "reloads itself": "\nimport sys, importlib\nif not globals().get('_again'):\n    _again = True\n"
    "    importlib.reload(sys.modules[__name__])\n",
}


def mutants(era: str) -> Iterator[Tuple[str, Mutant]]:
    """Yield what each one is, and the function that makes it of a materialised runtime's ``databricks`` folder."""
    for module, names in {**MODULES, **HOOKS[era]}.items():
        for what, code in BODIES.items():
            yield f"{module} {what}", _appending(module, code)
        for what, change in LOADED_FROM.items():
            yield f"{module} is {what}", lambda folder, change=change, module=module: change(_file(folder, module))  # type: ignore[misc]
        for name in names:
            owner, _, attribute = name.rpartition(".")
            kinds = {**NAMES, **(OF_CLASSES if owner else OF_MODULES)}
            for what, code in kinds.items():
                text = (SWAP + code).format(owner=owner or "sys.modules[__name__]", name=attribute)
                yield f"{module}.{name}: {what}", _appending(module, text)
            yield f"{module}.{name}: renamed everywhere", _renaming(attribute)


def _file(folder: Path, module: str) -> Path:
    root = "spark/python" if module.startswith("pyspark") else "python_shell"
    return folder / root / (module.replace(".", "/") + ".py")


def _appending(module: str, text: str) -> Mutant:
    def mutate(folder: Path) -> None:
        file = _file(folder, module)
        file.write_text(file.read_text() + text)

    return mutate


def _renaming(name: str) -> Mutant:
    plain = re.sub(r"^_[A-Z]\w*?(?=__)", "", name)  # a private name is mangled, and written without the class's
    pattern = re.compile(rf"\b{re.escape(plain)}\b")

    def mutate(folder: Path) -> None:
        for file in folder.rglob("*.py"):
            file.write_text(pattern.sub(plain + "_of_a_later_release", file.read_text()))

    return mutate


def _package(file: Path) -> None:
    (file.parent / file.stem).mkdir()
    file.rename(file.parent / file.stem / "__init__.py")


def _namespace(file: Path) -> None:
    (file.parent / file.stem).mkdir()
    file.rename(file.parent / file.stem / "implementation.py")


def _bytecode(file: Path) -> None:
    py_compile.compile(str(file), str(file.with_suffix(".pyc")), doraise=True)
    file.unlink()


def _zipped(file: Path) -> None:
    """The whole of the folder that is on ``sys.path``."""
    root = next(p for p in file.parents if p.name in ("python_shell", "python"))
    files: List[Path] = sorted(root.rglob("*.py"))
    with zipfile.ZipFile(root.with_suffix(".zip"), "w") as archive:
        for found in files:
            archive.write(found, found.relative_to(root).as_posix())
    for found in files:
        found.unlink()
    root.joinpath("lib").rename(root.with_suffix(".lib")) if root.joinpath("lib").exists() else None
    root.rename(root.with_suffix(".old"))
    root.with_suffix(".zip").rename(root)


LOADED_FROM: Dict[str, Callable[[Path], None]] = {
    "a package": _package,
    "a namespace": _namespace,
    "bytecode only": _bytecode,
    "in a zip": _zipped,
    "gone": lambda file: file.unlink(),
}
