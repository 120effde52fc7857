"""The simulated workspace hook lets a cell into the workspace, and keeps libraries out."""

from __future__ import annotations

from simulator.worlds import HOOKS, World


def test_a_library_is_refused_what_a_cell_gets(world: World) -> None:
    report = world.run(
        "import plugins\nplugins.load('beside')", "import beside\nbeside.where", "plugins.load('beside')"
    )
    assert [c.error_type for c in report.cells] == ["ModuleNotFoundError", None, None]
    assert report.cells[1].value == "beside"


def test_deeper_than_the_limit_is_allowed(world: World) -> None:
    """The library's frame is the 60th or so, and the 120th: its callback goes that deep before it imports."""
    cells = ["import plugins\ndef f(n):\n    if n: return f(n - 1)\n    import beside\n    return beside.where"]
    cells += ["plugins.call(f, 50)", "plugins.call(f, 110)"]
    assert [c.error_type for c in world.run(*cells).cells] == [None, "ModuleNotFoundError", None]


def test_the_list_of_allowed_files_is_matched_by_substring(world: World) -> None:
    world.write(
        world.site_packages / "IPython" / "core" / "interactiveshell.py",
        (world.site_packages / "plugins.py").read_text(),
    )
    world.write(world.site_packages / "IPython" / "__init__.py", "")
    world.write(world.site_packages / "IPython" / "core" / "__init__.py", "")
    assert world.cell("from IPython.core.interactiveshell import load\nload('beside')").value == "beside"


def test_without_the_list_ipython_itself_counts_as_a_library(world: World) -> None:
    module, name, _ = HOOKS[world.runtime]
    names = "SITE_PACKAGE_WHITE_LIST" if world.runtime == "legacy" else "SITE_PACKAGE_ALLOW_LIST"
    cells = [f"from {module} import {name} as hook\nhook.{names} = ()", "import beside"]
    assert [c.ok for c in world.run(*cells).cells] == [True, False]


def test_the_finder_is_only_for_the_workspace(world: World) -> None:
    root = str(world.workspace.parent)
    for path in (root, f"{root}/Workspace", f"{root}/Workspace2/x", "/Workspace/x", "/tmp"):
        assert world.cell(world.hook(repr(path))).error_type == "ImportError"


def test_the_finders_attributes(world: World) -> None:
    private = HOOKS[world.runtime][2]
    limit = "max_recursion_depth" if world.runtime == "legacy" else "max_stack_depth"
    cell = world.hook(repr(str(world.notebook)))
    cell += f"import sys\n[type(h.{private}finder).__name__, h.{private}{limit}, list(h.{private}site_packages),\n"
    cell += f" h.{private}is_user_import(), h.get_filename(sys._getframe()) == sys._getframe().f_code.co_filename]"
    finder, depth, folders, user, same = world.cell(cell).value
    assert (finder, depth, user, same) == ("FileFinder", 100, True, True)
    assert str(world.site_packages) in folders


def test_find_spec_swallows_exceptions_and_prints(world: World) -> None:
    private = HOOKS[world.runtime][2]
    cell = world.hook(repr(str(world.notebook)))
    report = world.cell(cell + f"h.{private}finder = None\nh.find_spec('beside')")
    assert (report.ok, report.value) == (True, None)
    assert "beside" in report.stdout
    report = world.cell(cell + "h.get_filename = 1\nh.find_spec('beside')")
    assert (report.ok, report.value) == (True, None)
    assert "not callable" in report.stdout


def test_operations_on_the_workspace_are_counted(world: World) -> None:
    library = "def miss(name):\n    try:\n        __import__(name)\n    except ImportError:\n        return 'missing'\n"
    world.write(world.site_packages / "lib.py", library)
    cells = [
        "import beside, lib",
        "lib.miss('nowhere')",
        "import nowhere",
        f"open({str(world.notebook / 'beside.py')!r}).close()",
    ]
    ops = [c.workspace_ops for c in world.run(*cells, count_ops=True).cells]
    assert all(ops)
    _, refused, miss, opened = [o for o in ops if o is not None]
    assert refused.total == 0
    assert miss.stat >= 1
    assert all(path.startswith(str(world.notebook)) for _, path in miss.paths)
    assert (opened.stat, opened.listdir, opened.open) == (0, 0, 1)
    assert world.cell("1").workspace_ops is None
