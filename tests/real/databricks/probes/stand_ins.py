"""What the wheels lack and their worker needs, as stand-ins that do nothing."""

from __future__ import annotations

import sys
import types


def provide(package):
    """Have the finder that a worker registers last, in Databricks' ``pyspark`` or what it is called here."""
    for name in ("databricks.wsfs", "databricks.wsfs.wsfs_path_finder"):
        module = types.ModuleType(f"{package}.{name}")
        module.__path__ = []
        module.register_wsfs_path_finder = lambda: None
        sys.modules[module.__name__] = module
