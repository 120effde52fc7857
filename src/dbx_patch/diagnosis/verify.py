"""``verify``: everything about this process and its editable installs that can keep an import from working."""

from typing import Callable, Iterable, List

from dbx_patch._version import __version__
from dbx_patch.diagnosis.check_installs import INSTALL_CHECKS
from dbx_patch.diagnosis.check_loaded import LOADED_CHECKS
from dbx_patch.diagnosis.check_names import NAME_CHECKS
from dbx_patch.diagnosis.check_process import PROCESS_CHECKS
from dbx_patch.diagnosis.check_projects import PROJECT_CHECKS
from dbx_patch.diagnosis.check_sources import SOURCE_CHECKS
from dbx_patch.diagnosis.findings import Finding, VerifyResult
from dbx_patch.diagnosis.reading import Progress, Reader
from dbx_patch.diagnosis.search import Search
from dbx_patch.diagnosis.status import is_active
from dbx_patch.output import rendering

Check = Callable[[Search], Iterable[Finding]]
CHECKS: List[Check] = [
    *(*PROCESS_CHECKS, *INSTALL_CHECKS, *PROJECT_CHECKS),
    *(*SOURCE_CHECKS, *NAME_CHECKS, *LOADED_CHECKS),
]


def verify_editable_installs(verbose: bool = True, read_all: bool = False) -> VerifyResult:
    """Return what is wrong or surprising with this process and its editable installs, with causes and remedies.

    Reads the site folders and the beginnings of the editable packages' files, of large packages a part: ``reading`` of
    the result says which. ``read_all`` reads all, however long it takes; what takes long shows its progress on a
    terminal or in a notebook. Imports nothing of theirs, changes nothing.
    """
    active, reason = is_active()
    search = Search()
    progress = Progress()
    search.reader = Reader(None, None, progress) if read_all else Reader(progress=progress)
    findings: List[Finding] = []
    for check in CHECKS:
        try:
            findings += check(search)
        except Exception as fault:  # files change while they are read: the other checks' findings count
            cause = f"This check could not be run: {type(fault).__name__}: {fault}"
            findings.append(Finding("warning", "check-failed", check.__name__, cause, ""))
    progress.close()
    result = VerifyResult(active, reason, findings, search.installs, __version__, search.reader.report)
    if verbose:
        rendering.show(result)
    return result
