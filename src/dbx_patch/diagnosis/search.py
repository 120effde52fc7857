"""What a cell's import finds, and who else has the name: the view of this process that the checks share."""

from typing import List, Optional, Sequence

from dbx_patch.diagnosis.askers import CELL
from dbx_patch.diagnosis.holders import Hit as Hit
from dbx_patch.diagnosis.holders import Holders
from dbx_patch.diagnosis.holders import search_path_of as search_path_of
from dbx_patch.diagnosis.retold import Imports


class Search(Holders):
    """One question's view of this process, and what a cell's import would find in it."""

    def find(self, name: str) -> List[Hit]:
        """Return what an import of ``name`` finds, package by package: fewer hits than parts where one is missing."""
        return Imports(self, CELL).find(name)

    def path_hit(self, name: str, path: Optional[Sequence[str]] = None) -> Optional[Hit]:
        """Return what CPython's PathFinder would find on ``sys.path``, or on a package's ``path``."""
        return Imports(self, CELL).finders.on_path(name, None if path is None else list(path))
