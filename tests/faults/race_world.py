"""What the race scripts share: a kernel in this process, projects that come and go, and what must always hold."""

from __future__ import annotations

import json
import os
import sys
import threading
from types import FunctionType
from typing import Any, Callable, Dict, List

PROJECTS = 16
RUNTIME = (
    "sys_path_init",
    "dbruntime.pythonPathHook",
    "dbruntime.autoreload.file_module_utils",
    "pyspark.wsfs_import_hook",
)
HOOKS = {"legacy": "dbruntime.wsfs_import_hook", "modern": "dbruntime.workspace_import_machinery"}


class World:
    """The process under test. ``wrong`` collects what must not be; the report has it, and the numbers."""

    def __init__(self) -> None:
        with open(sys.argv[1]) as stream:
            self.job: Dict[str, Any] = json.load(stream)
        self.site, self.home = self.job["site"], self.job["home"]
        self.wrong: List[str] = []
        self.numbers: Dict[str, int] = {}
        shell = self.job["python_shell"]
        for folder in (os.path.join(shell, "lib"), shell):
            sys.path.insert(1, folder)
        import sys_path_init  # type: ignore[import-not-found]

        sys_path_init.patch_sys_path_with_developer_paths()
        from dbruntime import kernel_setup  # type: ignore[import-not-found]

        self.kernel = kernel_setup.start(self.job["notebooks"])

    def install(self, name: str) -> None:
        """An editable install appears: its project is on the disk already."""
        with open(os.path.join(self.site, f"_editable_impl_{name}.pth"), "w") as stream:
            stream.write(f"{self.home}/{name}/src\n")

    def uninstall(self, name: str) -> None:
        os.remove(os.path.join(self.site, f"_editable_impl_{name}.pth"))

    def forget(self) -> None:
        """Every module of a project, as in a process that has not imported any."""
        for name in [name for name in sys.modules if name.startswith("race_")]:
            del sys.modules[name]

    def threads(self, works: List[Callable[[], object]], seconds: float = 40) -> None:
        """Run all at the same time, to their end."""
        gate = threading.Barrier(len(works))

        def start(work: Callable[[], object]) -> None:
            gate.wait()
            try:
                work()
            except BaseException as error:
                self.wrong.append(f"{work}: {type(error).__name__}: {error}")

        running = [threading.Thread(target=start, args=(work,), daemon=True) for work in works]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join(seconds)
        if any(thread.is_alive() for thread in running):
            import faulthandler

            faulthandler.dump_traceback()
            self.wrong.append("a deadlock")
            self.finish()

    def check(self, when: str) -> None:
        """No double patch, no duplicate finder, no duplicate path."""
        ours = [f for f in sys.meta_path if type(f).__module__ == "dbx_patch.hooks"]
        if len(ours) != len({id(f) for f in ours}):
            self.wrong.append(f"{when}: finders twice in sys.meta_path")
        entries = [entry for entry in sys.path if entry.startswith(self.home)]
        if len(entries) != len(set(entries)):
            self.wrong.append(f"{when}: a path twice: {entries}")
        for label, function in self.patched():
            if getattr(getattr(function, "__wrapped__", None), "__module__", "").startswith("dbx_patch"):
                self.wrong.append(f"{when}: {label} is patched twice")
        utils = sys.modules.get("dbruntime.autoreload.file_module_utils")
        checks = [c for c in getattr(utils, "_AUTORELOAD_ALLOWLIST_CHECKS", ()) if c.__module__.startswith("dbx_patch")]
        if len(checks) > 1:
            self.wrong.append(f"{when}: {len(checks)} autoreload checks")

    def patched(self) -> "List[tuple[str, Any]]":
        """The runtime's functions that patches replace, where their modules are loaded."""
        modules = (*RUNTIME, *HOOKS.values())
        found: "List[tuple[str, Any]]" = []
        for module in (sys.modules[name] for name in modules if name in sys.modules):
            for owner in (module, *(v for v in vars(module).values() if isinstance(v, type))):
                functions = (v for v in list(vars(owner).values()) if isinstance(v, FunctionType))
                found += [(f"{module.__name__}.{f.__qualname__}", f) for f in functions]
        return found

    def count(self, what: str, number: int = 1) -> None:
        self.numbers[what] = self.numbers.get(what, 0) + number

    def finish(self) -> None:
        """Write the report and end, as Databricks ends: with no atexit function run."""
        finders = sys.modules["dbx_patch.hooks"]
        faults = [f"{where}: {fault!r}" for where, fault in finders.faults]
        with open(self.job["report"], "w") as stream:
            json.dump({"wrong": self.wrong[:50], "numbers": self.numbers, "faults": faults}, stream)
        sys.stdout.flush()
        os._exit(0)
