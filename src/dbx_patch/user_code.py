"""Who imports: the question of the runtime's stack walk, with editable code as a third answer."""

import sys

from dbx_patch import unseen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Optional

    from dbx_patch.editables import Index

# As deep as the runtime's own walk looks, and the file that it takes for the notebook's (RUNTIME.md, layer 2)
_MAX_DEPTH = 100
_NOTEBOOK = "IPython/core/interactiveshell.py"


@unseen
def importer(index: "Index") -> "Optional[bool]":
    """Return True where the innermost code that is anybody's is editable, False a library's, None neither.

    Walks outwards from the caller. importlib's frames and other code outside site folders are nobody's.
    """
    frame: Optional[FrameType] = sys._getframe(1)
    for _ in range(_MAX_DEPTH):
        if frame is None:
            return None
        filename = frame.f_code.co_filename
        if _NOTEBOOK in filename:
            return None
        verdict = index.is_editable(filename)
        if verdict is not None:
            return verdict
        frame = frame.f_back
    return None


@unseen
def is_user_import(index: "Index") -> bool:
    """Tell whether the import comes from user code: editable, or not from a library."""
    return importer(index) is not False
