"""Who imports: the question of the runtime's stack walk, with editable code as a third answer."""

import sys

from dbx_patch import unseen
from dbx_patch.site_folders import IN_LIBRARY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Optional, Tuple

    from dbx_patch.editables import Index

# As deep as the runtime's own walk looks, and the file that it takes for the notebook's (RUNTIME.md, layer 2)
_MAX_DEPTH = 100
_NOTEBOOK = "IPython/core/interactiveshell.py"
_IMPORT_SYSTEM = ("<frozen importlib", "<dbx_patch", *(library + "importlib/" for library in IN_LIBRARY))
_STANDARD_LIBRARY = ("<frozen ", *IN_LIBRARY)


@unseen
def importer(index: "Index") -> "Optional[bool]":
    """Return True where the innermost code that is anybody's is editable, False a library's, None neither.

    Walks outwards from the caller. importlib's frames and other code outside site folders are nobody's.
    """
    return _walk(index)[0]


@unseen
def is_user_import(index: "Index") -> bool:
    """Tell whether the import comes from user code: editable, or neither a library's nor Python's own.

    The standard library tries modules of other systems (``nt``, ``_winapi``); in a cell it may also import what the
    cell names (``runpy``, ``unittest``), so there it counts as the cell.
    """
    verdict, asker = _walk(index)
    return verdict is True or (verdict is None and not asker.startswith(_STANDARD_LIBRARY))


@unseen
def _walk(index: "Index") -> "Tuple[Optional[bool], str]":
    """Return whose import it is, and the file of the innermost code that asked for it; "" of a cell."""
    asker = ""
    frame: Optional[FrameType] = sys._getframe(2)
    for _ in range(_MAX_DEPTH):
        if frame is None:
            break
        filename = frame.f_code.co_filename
        if _NOTEBOOK in filename:
            return None, ""
        verdict = index.is_editable(filename)
        if verdict is not None:
            return verdict, asker
        if not asker and not filename.startswith(_IMPORT_SYSTEM):
            asker = filename
        frame = frame.f_back
    return None, asker
