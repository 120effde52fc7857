"""Who imports: the question of the runtime's stack walk, with editable code as a third answer."""

import sys

from dbx_patch.hooks import unseen
from dbx_patch.index.snapshot import EDITABLE, LIBRARY, NOBODY
from dbx_patch.index.source_roots import IN_LIBRARY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import List, Optional, Tuple

    from dbx_patch.index.snapshot import Index

# As deep as the runtime's own walk looks, and the file that it takes for the notebook's (RUNTIME.md, layer 2)
_MAX_DEPTH = 100
_NOTEBOOK = "IPython/core/interactiveshell.py"
_IMPORT_SYSTEM = ("<frozen importlib", "<dbx_patch", *(library + "importlib/" for library in IN_LIBRARY))
_STANDARD_LIBRARY = ("<frozen ", *IN_LIBRARY)


@unseen
def importer(index: "Index") -> str:
    """Return whose the innermost code on the stack is that is anybody's: EDITABLE, LIBRARY, or NOBODY where none is.

    Walks outwards from the caller. importlib's frames and other code outside site folders are nobody's.
    """
    return _walk(index)[0]


@unseen
def is_user_import(index: "Index", name: str) -> bool:
    """Tell whether the import of ``name`` comes from user code: editable, or neither a library's nor Python's own.

    The standard library tries modules of other systems (``nt``, ``_winapi``): those stand in its import statements.
    What it imports for others (``runpy``, ``unittest``, ``pkgutil``) does not.
    """
    verdict, asker = _walk(index)
    return verdict is EDITABLE or (verdict is NOBODY and not (asker is not None and _has_statement(asker, name)))


@unseen
def having_its_file(name: str, entries: "List[str]") -> "Optional[str]":
    """Return the one of these path entries from whose module ``name`` the importing code has a file at hand.

    That is pytest, which finds files first and then asks for them by a name that each project has; a local variable of
    the code that asks is the file's path.
    """
    frame: Optional[FrameType] = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_IMPORT_SYSTEM):
        frame = frame.f_back
    pure_path = getattr(sys.modules.get("pathlib"), "PurePath", str)
    paths = [str(v) for v in (frame.f_locals.values() if frame else ()) if isinstance(v, (str, pure_path))]
    own = {entry: (f"{entry}/{name}.py", f"{entry}/{name}/") for entry in entries}
    return next((entry for entry in entries for path in paths if path.startswith(own[entry])), None)


@unseen
def _has_statement(code: "CodeType", name: str) -> bool:
    """Tell whether code is of the standard library, and imports ``name`` by a statement of its own."""
    if not code.co_filename.startswith(_STANDARD_LIBRARY):
        return False
    return any(word == name or word.startswith(name + ".") for word in code.co_names)


@unseen
def _walk(index: "Index") -> "Tuple[str, Optional[CodeType]]":
    """Return whose import it is, and the innermost code that asked for it; None of a cell."""
    asker: Optional[CodeType] = None
    frame: Optional[FrameType] = sys._getframe(2)
    for _ in range(_MAX_DEPTH):
        if frame is None:
            break
        filename = frame.f_code.co_filename
        if _NOTEBOOK in filename:
            return NOBODY, None
        verdict = index.whose(filename)
        if verdict is LIBRARY and "/pyspark/" in filename and "_engine_pyspark" in sys.modules:
            verdict = NOBODY  # an isolated worker runs the client's pyspark, which unpickles what the user's code needs
        if verdict is not NOBODY:
            return verdict, asker
        if asker is None and not filename.startswith(_IMPORT_SYSTEM):
            asker = frame.f_code
        frame = frame.f_back
    return NOBODY, asker
