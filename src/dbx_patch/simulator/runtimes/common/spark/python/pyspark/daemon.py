"""Starts with the environment's Python, then forks workers (RUNTIME.md, "Executors" [seen]).

Run as ``python -m pyspark.daemon JOB.json``; the worker writes its outcome to the file that the job names.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Dict


def main() -> int:
    """Fork one worker for the job, wait for it, return its exit status."""
    with open(sys.argv[1], encoding="utf-8") as stream:
        job: Dict[str, Any] = json.load(stream)
    job["daemon_sys_path"] = list(sys.path)
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            from pyspark import worker

            status = worker.main(job)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    _, wait_status = os.waitpid(pid, 0)
    return os.WEXITSTATUS(wait_status) if os.WIFEXITED(wait_status) else 1


if __name__ == "__main__":
    sys.exit(main())
