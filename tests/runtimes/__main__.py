"""``python -m tests.runtimes REPORT.json``: each difference of a cluster from what is simulated; 1 if there is one."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Sequence

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS.parent / "src"), str(TESTS)]

from runtimes import assumptions, comparing  # noqa: E402

SCHEMA = 1


def main(argv: Sequence[str] | None = None) -> int:
    """Print the differences, and what is good to know; 2 for a file that is no report."""
    parser = argparse.ArgumentParser(prog="python -m tests.runtimes", description=__doc__)
    parser.add_argument("report", type=Path, help="what `dbx-patch selftest --json` printed on a cluster")
    parser.add_argument("--without-published", action="store_true", help="do not fetch Databricks' newest hook")
    options = parser.parse_args(argv)
    try:
        report = json.loads(options.report.read_text("utf-8"))
        if report["schema"] != SCHEMA:
            raise ValueError(f"its schema is {report['schema']}, and {SCHEMA} is known here")
        fingerprint = report["fingerprint"]
        modules = fingerprint["modules"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        parser.error(f"{options.report} is no report of the self-test: {type(error).__name__}: {error}")
    assert isinstance(modules, dict)
    era = assumptions.era_of(fingerprint)
    print(f"Runtime {fingerprint['runtime'] or 'unknown'}, Python {fingerprint['python']}; simulated as {era}.")
    differences = [*comparing.of_promises(report), *comparing.of_runtime(fingerprint, assumptions.simulated(era))]
    if not options.without_published:
        differences += published(fingerprint)
    print_known(report)
    for difference in differences:
        print(f"differs: {difference}")
    print(f"{len(differences)} differences." if differences else "No difference.")
    return 1 if differences else 0


def published(fingerprint: dict[str, Any]) -> list[str]:
    try:
        version, hooks = assumptions.published()
    except assumptions.Unavailable as reason:
        print(f"Databricks' newest hook is not compared: {reason}")
        return []
    print(f"Databricks' newest published hook is that of databricks-connect {version}.")
    return list(comparing.of_published(fingerprint, version, hooks))


def print_known(report: dict[str, Any]) -> None:
    """What the simulated runtimes leave open, or have as an option."""
    for promise in report["promises"]:
        if promise["verdict"] == "not tried":
            print(f"not tried: {promise['name']}: {promise['reason']}")
    for entry, kind in report["fingerprint"]["workspace_finders"].items():
        print(f"finder: {kind} for {entry}")
    for folder in report["site_folders"]:
        print(f"site folder: {folder['path']}, from {folder['comes_from']}; its .pth files: {folder['pth_files']}")


if __name__ == "__main__":
    sys.exit(main())
