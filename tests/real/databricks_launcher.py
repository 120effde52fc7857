"""What starts a real ipykernel the way Databricks' launcher does (RUNTIME.md): the runtime's layers come first.

Copied over the simulated runtime's own launcher, which has no real IPython to start.
"""

from __future__ import annotations

import os
import sys
from typing import Any


def main() -> None:
    """Build ``sys.path``, put the layers in, start the kernel with the runtime's work after each cell."""
    python_shell = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder in (os.path.join(python_shell, "lib"), python_shell):
        if folder not in sys.path:
            sys.path.insert(1, folder)

    import sys_path_init

    sys_path_init.patch_sys_path_with_developer_paths()

    from dbruntime import kernel_setup

    kernel = kernel_setup.start(os.getcwd())  # noqa: PTH109  (pathlib is not the launcher's to import)

    from ipykernel.kernelapp import IPKernelApp
    from workspace_ops import WorkspaceOps

    ops = WorkspaceOps(os.environ["WSFS_TEST_DIR"] + "/Workspace")
    ops.install()
    ops.start()
    app = IPKernelApp.instance()
    app.initialize(sys.argv[1:])
    _reload_only_allowed_files(app.shell)

    def after_cell(*_: Any) -> None:
        counted = ops.stop()
        kernel.after_cell()
        app.shell.user_ns["last_ops"] = counted

    app.shell.events.register("pre_run_cell", lambda *_: ops.start())
    app.shell.events.register("post_run_cell", after_cell)
    app.start()


def _reload_only_allowed_files(shell: Any) -> None:
    """Databricks' autoreload is IPython's, except that it passes over files which no registered check wants.

    Loaded here, since with IPython's extension folders on ``sys.path`` its module has another name than usual.
    """
    from dbruntime.autoreload.file_module_utils import get_allowed_file_name_or_none

    shell.extension_manager.load_extension("autoreload")
    for name in ("autoreload", "IPython.extensions.autoreload"):
        if name in sys.modules:
            _filter(sys.modules[name].ModuleReloader, get_allowed_file_name_or_none)


def _filter(reloader: Any, allowed: Any) -> None:
    original = reloader.filename_and_mtime
    reloader.filename_and_mtime = lambda self, module: original(self, module) if allowed(module) else (None, None)


if __name__ == "__main__":
    main()
