"""This process with an environment of a test's own, in which the checks of `verify` are asked one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Iterable

from dbx_patch.diagnosis.findings import Finding
from dbx_patch.diagnosis.search import Search
from dbx_patch.index import snapshot

Check = Callable[[Search], Iterable[Finding]]


class Mine:
    """This process, with an empty site folder of its own and a workspace, in whose ``home`` projects lie."""

    def __init__(self, folder: Path, site: Path) -> None:
        self.site = site
        self.home = folder / "Workspace/Users/first.last@company.com"
        self.home.mkdir(parents=True)

    def search(self) -> Search:
        snapshot.current(force=True)
        return Search()

    def found(self, *checks: Check) -> list[Finding]:
        search = self.search()
        return [finding for check in checks for finding in check(search)]

    def one(self, *checks: Check) -> Finding:
        [finding] = self.found(*checks)
        return finding
