"""Starts a simulated notebook kernel: ``python …/scripts/db_ipykernel_launcher.py -f connection.json``.

By the time this runs, ``site`` and every `.pth` have run (RUNTIME.md, "The process"). The connection file holds the
cells, and the name of the file for the report.
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    """Build ``sys.path``, put the layers in, run the cells, end without running ``atexit`` functions [doc]."""
    with open(sys.argv[sys.argv.index("-f") + 1], encoding="utf-8") as stream:
        job = json.load(stream)
    python_shell = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder in (os.path.join(python_shell, "lib"), python_shell):
        if folder not in sys.path:
            sys.path.insert(1, folder)

    import sys_path_init

    sys_path_init.patch_sys_path_with_developer_paths()

    from dbruntime import kernel_setup

    kernel = kernel_setup.start(job["notebook_dir"], job["variant"])

    import simulated_kernel

    status = simulated_kernel.serve(job, kernel)
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except (OSError, ValueError):
            status = status or 120
    os._exit(status)


if __name__ == "__main__":
    main()
