"""What keeps a module that was found from loading: a source that does not compile, or an import in it that fails.

A module's body is read and never run. Only what it imports unconditionally, when it loads, counts: an import in a
function, in an ``if`` or in a ``try`` with handlers may never happen or may be meant to fail.
"""

import ast
import os
import warnings
from dataclasses import dataclass, field
from typing import Callable, Dict, Iterator, List, Optional, Set, Tuple, cast

from dbx_patch.diagnosis.askers import Asker
from dbx_patch.diagnosis.disk import STANDARD_LIBRARY
from dbx_patch.diagnosis.retold import Imports
from dbx_patch.diagnosis.search import Hit, Search
from dbx_patch.index.snapshot import LIBRARY

_MAX_FILES = 40  # of one question: each can be a remote call
_MAX_OF_LIBRARY = 6  # of an installed library that is asked for: those that were published load


@dataclass
class Body:
    """A module's source as it was read. ``fault``: why it does not compile; ``imports``: (module, names from it).

    ``bound``: the names that it may bind; ``is_plain``: it can have no others, nor modules that are no files;
    ``is_steady``: it leaves ``sys.path`` and the finders as they are; ``is_gone``: there is no such file.
    """

    compiles: bool
    fault: str = ""
    imports: List[Tuple[str, List[str]]] = field(default_factory=list)
    bound: Set[str] = field(default_factory=set)
    is_plain: bool = False
    is_steady: bool = True
    is_gone: bool = False


_UNREAD = Body(False)
# Names in a body that can bring others, or modules that no finder knows
_OPEN = frozenset(("__getattr__", "__path__", "globals", "vars", "setattr", "exec", "eval", "modules", "meta_path"))


class Bodies:
    """The bodies that one question has read, and what is wrong with them, for each asker."""

    def __init__(self, search: Search, imports_of: Callable[[Asker], Imports]) -> None:
        self._search, self._imports_of = search, imports_of
        self._read: Dict[str, Body] = {}
        self._problems: Dict[Tuple[str, Asker], str] = {}
        self._asked = ""
        self._of_library = 0
        self._before: Dict[str, Hit] = {}  # what the import that is asked for has loaded
        self._is_steady = True
        self.is_certain = True  # until an import is met that only running could tell

    def body(self, hit: Hit) -> Body:
        """Return the body of a hit's file, without a look at what is none: each file is read once."""
        file = hit.location
        if not file.endswith(".py") or hit.namespace or hit.provider == STANDARD_LIBRARY or hit.how == "loaded":
            return _UNREAD
        if file not in self._read:
            of_library = self._search.index.whose(file) is LIBRARY
            self._of_library += of_library
            may = len(self._read) < _MAX_FILES and not (of_library and self._of_library > _MAX_OF_LIBRARY)
            self._read[file] = _parsed(self._search.disk.source(file), hit) if may else _UNREAD
        return self._read[file]

    def problem(self, hits: List[Hit], asker: Asker, loaded: Callable[[str], bool], depth: int = 0) -> str:
        """Return why the modules of an import do not load, the first that fails; "" where nothing is known to.

        ``loaded`` tells what is there already. Installed libraries are read only where they are asked for.
        """
        if not depth:
            self._before = {}
        for hit in hits if not depth else ():
            self.body(hit)  # before the files are used up
        for hit in hits:
            self._before.setdefault(hit.name, hit)
            self._asked = self._asked if depth else hit.name.partition(".")[0]
            foreign = hit.name.partition(".")[0] != self._asked and self._search.index.whose(hit.location) is LIBRARY
            if loaded(hit.name) or foreign:
                continue
            key = (hit.name, asker)
            if key not in self._problems:
                self._problems[key] = ""  # a circle of imports is no fault: what is being loaded counts as loaded
                self._problems[key] = self._problem(hit, asker, loaded, depth + 1)
            if self._problems[key]:
                return self._problems[key]
        return ""

    def _problem(self, hit: Hit, asker: Asker, loaded: Callable[[str], bool], depth: int) -> str:
        body = self.body(hit)
        if hit.fault:
            return hit.fault
        if body.is_gone:
            return f"{hit.location} does not exist"
        if body.fault:
            return f"{hit.location} does not compile: {body.fault}"
        self._is_steady = self._is_steady and body.is_steady
        own = asker.in_file_of(self._search.index.whose(hit.location))
        imports = self._imports_of(own)
        for module, names in body.imports:
            hits = imports.find(module, self._before)
            if len(hits) < len(module.split(".")):
                if loaded(module):
                    continue
                if self._has_no_more(hits[-1]) if hits else self._is_steady:
                    missing = ".".join(module.split(".")[: len(hits) + 1])
                    what = "is a notebook, which the runtime refuses" if imports.refused else "is not found"
                    return f"{hit.location} imports {missing}, which {what}"
                self.is_certain = False
                continue
            found = self.problem(hits, own, loaded, depth) or self._of_names(hit, names, hits, own, loaded, depth)
            if found:
                return found
        return ""

    def _has_no_more(self, hit: Hit) -> bool:
        """Tell whether a module has nothing but what its body binds, and the files in its folders."""
        return hit.namespace or self.body(hit).is_plain

    def _of_names(
        self, hit: Hit, names: List[str], hits: List[Hit], asker: Asker, loaded: Callable[[str], bool], depth: int
    ) -> str:
        """``from package import name`` imports a submodule, unless the package itself has that name."""
        package = hits[-1]
        if loaded(package.name):
            return ""
        for name in [name for name in names if name not in self.body(package).bound]:
            full = f"{package.name}.{name}"
            found = self._imports_of(asker).find(full, self._before) if package.search is not None else hits
            if loaded(full) or (full, asker) in self._problems:
                continue
            if len(found) > len(hits):
                problem = self.problem(found, asker, loaded, depth)
                if problem:
                    return problem
            elif self._has_no_more(package):
                return f"{hit.location} imports {name} from {package.name}, which does not have it"
        return ""


def _parsed(source: Optional[bytes], hit: Hit) -> Body:
    file = hit.location
    if source is None and _is_archived(file):
        return _UNREAD
    if source is None:
        return Body(False, "it cannot be read", is_gone=not os.path.lexists(file))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = cast(ast.Module, compile(source, file, "exec", ast.PyCF_ONLY_AST, dont_inherit=True))
            compile(tree, file, "exec", dont_inherit=True)
    except SyntaxError as error:
        where = f"line {error.lineno}: " if error.lineno else ""
        return Body(False, f"{where}{error.msg}")
    except (ValueError, OverflowError, RecursionError, MemoryError) as error:
        return Body(False, str(error) or type(error).__name__)
    package = hit.name if hit.search is not None else hit.name.rpartition(".")[0]
    bound = set(_bound(tree, hit.name if hit.search is not None else ""))
    others = ast.Module([statement for statement in tree.body if not _is_known_path(statement, hit)], [])
    used = {getattr(node, "id", getattr(node, "attr", "")) for node in ast.walk(others)}
    is_plain = _OPEN.isdisjoint(used.union(_bound(others, ""))) and "*" not in bound
    return Body(True, "", list(_imports(tree.body, package)), bound, is_plain, _is_steady(tree))


def _is_archived(file: str) -> bool:
    """Tell whether a path goes on below a zip file: that was seen to have such a module, which is not read."""
    import zipfile

    while len(file) > 1 and not os.path.lexists(file):
        file = os.path.dirname(file)
    return os.path.isfile(file) and zipfile.is_zipfile(file)


def _is_known_path(statement: ast.stmt, hit: Hit) -> bool:
    """Tell whether a statement gives a package the path that it is known to have: by `extend_path`, or a stand-in's."""
    value = statement.value if isinstance(statement, ast.Assign) else None
    if isinstance(value, ast.List):
        return [getattr(item, "value", None) for item in value.elts] == hit.search
    return isinstance(value, ast.Call) and getattr(value.func, "id", getattr(value.func, "attr", "")) == "extend_path"


def _is_steady(tree: ast.Module) -> bool:
    """Tell whether a body has nothing that can change where imports look."""
    changing = (("sys", "path"), ("sys", "meta_path"), ("site", "addsitedir"))
    used = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name))
    return not any((getattr(node.value, "id", ""), node.attr) in changing for node in used)


def _imports(body: List[ast.stmt], package: str) -> Iterator[Tuple[str, List[str]]]:
    for statement in body:
        if isinstance(statement, ast.Import):
            yield from ((alias.name, []) for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            module = _absolute(statement, package)
            if module:
                yield module, [alias.name for alias in statement.names if alias.name != "*"]
        elif isinstance(statement, ast.Try) and not statement.handlers:
            yield from _imports([*statement.body, *statement.finalbody], package)
        elif isinstance(statement, ast.ClassDef):
            yield from _imports(statement.body, package)


def _absolute(statement: ast.ImportFrom, package: str) -> Optional[str]:
    if not statement.level:
        return statement.module
    parts = package.split(".") if package else []
    if statement.level > len(parts):
        return None  # beyond the top: that raises, whatever is there
    base = parts[: len(parts) - statement.level + 1]
    return ".".join([*base, statement.module] if statement.module else base)


def _bound(tree: ast.Module, package: str) -> Iterator[str]:
    """Yield the names that a module's body may bind, ``__getattr__`` and stars left aside.

    ``package``: what the body is the package of, "" for a plain module's. ``from . import name`` in it binds a
    submodule, and only if that loads.
    """
    own: Set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and package and _absolute(node, package) == package:
            own.update(alias for alias in node.names if alias.name != "*" and alias.asname in (None, alias.name))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.alias) and node not in own:  # those come after the statement that they are of
            yield (node.asname or node.name).partition(".")[0]
