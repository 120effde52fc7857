"""What each kind of editable install says: one reader for each form that is more than path lines.

A reader gets text and returns a :class:`Sources`, or None where the text is not its shape. It parses the one
line that matters and executes, imports and stats nothing. Path lines (shapes A, F, H and a part of D) need no
reader: :mod:`dbx_patch.index.pth_files` reads them.
"""

import os

from dbx_patch.index.literals import NotLiteral, arguments, assigned, literal
from dbx_patch.index.pth_files import SOURCE_SUFFIXES, lines_of, read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional


class Sources:
    """Where an install's names come from.

    ``modules``: full name -> absolute path of a package's folder, of a module's file, or of either without suffix.
    ``namespaces``: full name of a PEP 420 namespace -> its folders. ``import_line`` and ``finder``: the line of a
    ``.pth`` that puts an installer's finder in place, and the module that it imports; "" where there is none.
    """

    __slots__ = ("finder", "import_line", "modules", "namespaces", "shape")

    def __init__(
        self, shape: str, modules: "Dict[str, str]", namespaces: "Optional[Dict[str, List[str]]]" = None
    ) -> None:
        self.shape = shape
        self.modules = modules
        self.namespaces = namespaces or {}
        self.import_line = self.finder = ""


def module_of_line(line: str) -> str:
    """Return the first module that a ``.pth``'s import line imports, or "" where the line has another form."""
    word = line[len("import") :].replace(";", " ").replace(",", " ").split()
    return word[0] if word and word[0].isidentifier() else ""


def read_setuptools(source: str, folder: str) -> "Optional[Sources]":
    """Shape B: ``MAPPING`` and ``NAMESPACES`` of a ``__editable___…_finder.py``."""
    if "\nMAPPING" not in source or "\nNAMESPACES" not in source:
        return None
    try:
        mapping, namespaces = assigned(source, "MAPPING"), assigned(source, "NAMESPACES")
    except NotLiteral:
        return None
    if not isinstance(mapping, dict) or not isinstance(namespaces, dict):
        return None
    # A namespace stands in MAPPING too where the project has a part of it: it is no package for that.
    return Sources(
        "B",
        {name: path for name, path in _paths(mapping).items() if name not in namespaces},
        {
            name: _folders(folders) or _folders([mapping.get(name)])
            for name, folders in namespaces.items()
            if isinstance(name, str)
        },
    )


def _paths(mapping: "Dict[Any, Any]") -> "Dict[str, str]":
    return {name: os.path.normpath(path) for name, path in mapping.items() if isinstance(name, str) and _is_path(path)}


def _folders(folders: "Any") -> "List[str]":
    return [os.path.normpath(f) for f in folders if _is_path(f)] if isinstance(folders, (list, tuple)) else []


def _is_path(path: "Any") -> bool:
    if not isinstance(path, str) or not os.path.isabs(path) or "\0" in path:
        return False
    try:
        os.fsencode(path)
    except UnicodeError:  # a lone surrogate that stands for no byte: no file can have that name
        return False
    return True


def read_editables(source: str, folder: str) -> "Optional[Sources]":
    """Shape C: the ``F.map_module(name, path)`` calls of an ``_editable_impl_….py``."""
    mapping = {}
    for line in lines_of(source):
        if line.startswith("F.map_module("):
            given = arguments(line)
            if given and len(given) == 2 and isinstance(given[0], str):
                mapping[given[0]] = given[1]
    return Sources("C", _paths(mapping)) if mapping else None


def read_scikit_build_core(source: str, folder: str) -> "Optional[Sources]":
    """Shape D: the last line, ``install({name: file}, {name: installed file}, …)`` or ``install_inplace([…], […])``."""
    line = source.rstrip().rpartition("\n")[2]
    given = arguments(line) if line.startswith(("install(", "install_inplace(")) else None
    if not given or len(given) < 2:
        return None
    if isinstance(given[0], dict) and isinstance(given[1], dict):
        built = {name: os.path.join(folder, file) for name, file in given[1].items() if isinstance(file, str)}
        return Sources("D", {**_paths(built), **_paths(given[0])})
    if isinstance(given[0], list) and isinstance(given[1], list):
        packages = [name for name in given[0] if isinstance(name, str)]
        return Sources(
            "D", {name: os.path.join(root, *name.split(".")) for root in _folders(given[1]) for name in packages}
        )
    return None


def read_meson_python(source: str, folder: str) -> "Optional[Sources]":
    """Shape E: the build folder is in the loader's last call, the files are in that folder's install plan."""
    call = max(source.rfind("MesonpyMetaFinder("), source.rfind("\ninstall("))
    given = arguments(source[call:]) if call >= 0 and "MesonpyMetaFinder" in source else None
    build = next((value for value in given or () if _is_path(value)), None)
    if build is None:
        return None
    try:
        plan = literal(read_text(os.path.join(build, "meson-info", "intro-install_plan.json")) or "{}")
    except NotLiteral:
        plan = {}
    mapping = {}
    for kind, section in plan.items() if isinstance(plan, dict) else ():
        for file, details in section.items() if isinstance(section, dict) else ():
            destination = details.get("destination") if isinstance(details, dict) else None
            if isinstance(destination, str) and destination.startswith(("{py_purelib}/", "{py_platlib}/")):
                installed = destination.partition("/")[2]
                name = installed.replace("/", ".") if kind == "install_subdirs" else _module_of_file(installed)
                mapping[name] = file
    return Sources("E", {name: path for name, path in _paths(mapping).items() if name})


def read_editable_json(source: str, project: "Optional[str]") -> "Sources":
    """PEP 662's ``editable.json``: ``scheme`` maps source paths (relative ones to ``project``) to installed ones."""
    try:
        scheme = literal(source).get("scheme")
    except (NotLiteral, AttributeError):
        scheme = None
    mapping = {}
    for section in ("purelib", "platlib"):
        paths = scheme.get(section) if isinstance(scheme, dict) else None
        for path, installed in paths.items() if isinstance(paths, dict) else ():
            if isinstance(path, str) and isinstance(installed, str):
                # what has no module's suffix is a package's folder
                name = _module_of_file(installed) or installed.strip("/").replace("/", ".")
                mapping[name] = os.path.join(project or "", path)
    return Sources("PEP 662", _paths({name: path for name, path in mapping.items() if _is_dotted(name)}))


def _is_dotted(name: str) -> bool:
    return all(part.isidentifier() for part in name.split("."))


def _module_of_file(file: str) -> str:
    """Return the full name of the module in ``file`` (relative to a path entry), "" where it is none."""
    if not file.endswith(SOURCE_SUFFIXES):
        return ""
    folder, _, base = file.rpartition("/")
    stem = base.partition(".")[0]
    return (folder if stem == "__init__" else file[: len(file) - len(base)] + stem).replace("/", ".")


def read_namespace_line(line: str) -> "Optional[Sources]":
    """The one line of a ``…-nspkg.pth``: it makes the module of a namespace, with one folder for its path."""
    start = line.find("os.path.join(")
    if not line.startswith("import sys, types, os;") or start < 0:
        return None
    base, names = arguments(line[start:]), arguments(line[line.find("*(", start) :])
    if not base or not names or not _is_path(base[0]) or not all(isinstance(name, str) for name in names):
        return None
    return Sources("A", {}, {".".join(names): [os.path.join(base[0], *names)]})


def read_stand_in(name: str, source: str) -> "Optional[Sources]":
    """Shape I: file ``name`` of RECORD loads its code, or takes its ``__path__``, from elsewhere."""
    module = _module_of_file(name)
    if name.endswith("/__init__.py") and source.startswith("__path__ = ["):
        try:
            folders = _folders(assigned(source, "__path__"))
        except NotLiteral:
            return None
        return Sources("I", {}, {module: folders}) if folders else None
    start = source.find("\nimport_from_path(__name__, ")
    given = arguments("(" + source[start:].partition(",")[2].strip()) if start >= 0 else None
    return Sources("I", _paths({module: given[0]})) if given else None


# In the order asked. Each gets the text of the module that a .pth's import line names, and the site folder.
FINDER_READERS: "List[Callable[[str, str], Optional[Sources]]]" = [
    *(read_setuptools, read_editables, read_scikit_build_core, read_meson_python),
]


def read_line(line: str, folder: str) -> "Optional[Sources]":
    """Return what an import line of a ``.pth`` in site folder ``folder`` makes importable; None where no reader knows.

    The line is a namespace's (``…-nspkg.pth``), or it imports a module that lies in the same folder: an installer's
    finder, of which the text is read.
    """
    sources = read_namespace_line(line)
    module = "" if sources else module_of_line(line)
    source = (read_text(os.path.join(folder, module + ".py")) or "") if module else ""
    for reader in FINDER_READERS if source else ():
        sources = reader(source, folder)
        if sources is not None:
            sources.import_line, sources.finder = line, module
            break
    return sources
