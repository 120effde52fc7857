"""UDF workers import editable packages, whether or not the driver sent the paths."""

from __future__ import annotations

import pytest

from dbx_patch.simulator import ExecutorReport
from support.kernels import ERAS, Notebook
from support.simulating import simulate_executor

UDF = """
def udf(name):
    import importlib
    return importlib.import_module(name).__name__

def through_library(name):
    import library
    return library.load(name)
"""


COUNTED = """
def misses(workspace, names):
    import importlib.machinery, library, sys
    system = sys.modules["_frozen_importlib_external"]
    real, asked = system._os, []
    class Counting:
        def __getattr__(self, name):
            function = getattr(real, name)
            if name not in ("stat", "listdir"):
                return function
            def counted(path="", *args, **kwargs):
                if str(path).startswith(workspace):
                    asked.append(str(path))
                return function(path, *args, **kwargs)
            return counted
    for name in ["warm_up", *names]:
        try:
            library.load(name)
        except ImportError:
            pass
        system._os = Counting()
    system._os = real
    return asked
"""


def call(notebook: Notebook, function: str, *args: str, **options: object) -> ExecutorReport:
    options.setdefault("notebook", notebook.workspace.notebook)
    report = simulate_executor(
        function,
        workspace=notebook.workspace.folder,
        python=notebook.environment.python,
        args=args,
        **options,  # type: ignore[arg-type]
    )
    assert report.stderr == "" and report.stdout == "", report
    return report


@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize("function", ["udf", "through_library"])
@pytest.mark.parametrize("name", ["acme_src.deep.leaf", "acme_flat.sub"])
@pytest.mark.parametrize("era", ERAS)
def test_udf_imports_whether_or_not_the_driver_sent_the_path(
    notebook: Notebook, era: str, name: str, function: str, sent: bool
) -> None:
    paths = [str(notebook.workspace.home / "proj/src")] if sent else []
    report = call(notebook, f"udf:{function}", name, source=UDF, driver_sys_path=paths, runtime=era)
    assert report.value == name, report.traceback


@pytest.mark.core
def test_function_pickled_by_reference(notebook: Notebook) -> None:
    report = call(notebook, "acme_src.lazy:load")
    assert report.value == "acme_src.deep.leaf", report.traceback
    off = call(notebook, "acme_src.lazy:load", env={"DBX_PATCH_ENABLED": "0"})
    assert (off.error_type, off.error) == ("ModuleNotFoundError", "No module named 'acme_src'")


def test_library_on_an_executor_cannot_reach_the_notebooks_folder(notebook: Notebook) -> None:
    assert call(notebook, "udf:udf", "beside", source=UDF).value == "beside"
    refused = call(notebook, "udf:through_library", "beside", source=UDF)
    assert refused.error == "No module named 'beside'"


@pytest.mark.parametrize("era", ERAS)
def test_libraries_look_no_more_often_into_the_paths_that_the_driver_sent(notebook: Notebook, era: str) -> None:
    sent = [str(notebook.workspace.home / "proj/src")]
    args = (str(notebook.workspace.folder), ["missing_1", "missing_2", "missing_3.sub"])
    options = {"source": COUNTED, "driver_sys_path": sent, "runtime": era}
    looks = call(notebook, "udf:misses", *args, **options).value
    off = call(notebook, "udf:misses", *args, env={"DBX_PATCH_ENABLED": "0"}, **options).value
    assert len(off) >= len(sent), "where the paths are there without it, each import asks for each"
    assert len(looks) <= len(off), "and no miss asks more often with it"
