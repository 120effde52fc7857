"""Sources, and loaded modules, of which ``verify`` finds something."""

from __future__ import annotations

from support.pasting import World
from support.remedy_cases import Case
from support.workspaces import write

NEIGHBOUR = "import neighbour; neighbour.VALUE"
CHANGED = "import acme; acme.VALUE == 'another branch'"


def requirement_missing(world: World) -> None:
    """What `pip install --no-deps` leaves; the index has it, and an older one."""
    config = world.project("acme") / "pyproject.toml"
    config.write_text(config.read_text() + 'dependencies = ["small-dependency>=2", "gone; extra == \'x\'"]\n')
    world.pip("install", "--no-deps", "-e", config.parent)


def folder_without_init(world: World) -> None:
    write(world.leave("acme"), {"src/acme/parts/one.py": ""})


def bare_folder_in_front(world: World) -> None:
    """In a process that is no kernel, where the install's finder came after dbx-patch."""
    world.lower.install_editable(world.project("acme", flat=True))
    world.session.before = f"import site; site.addsitedir({str(world.lower.site_packages)!r})\n"
    world.here = world.home  # in which the project's folder lies


def bare_folder_where_switched_off(world: World) -> None:
    bare_folder_in_front(world)
    world.session.env["DBX_PATCH_ENABLED"] = "0"


def namespace_loaded(world: World) -> None:
    """As before the installation."""
    world.pip("install", "--no-deps", "-e", world.project("acme", flat=True))
    without = "import sys; kept = sys.meta_path[:]; sys.meta_path[:] = [f for f in kept if isinstance(f, type)]\n"
    there = f"sys.path.insert(0, {str(world.home)!r}); import acme; del sys.path[0]\n"
    world.session.before = f"{without}{there}sys.meta_path[:] = kept\n"


def _switch(world: World, before: str, changes: str) -> None:
    world.leave("acme")
    folder = str(world.home / "acme/src/acme")
    world.session.before = f"{before}\nimport os; os.chdir({folder!r})\n{changes}\n"


def constant_changed(world: World) -> None:
    _switch(world, "import acme", "open('__init__.py', 'w').write(\"VALUE = 'another branch'\\n\")")


def function_changed(world: World) -> None:
    _switch(world, "import acme.lazy", "open('lazy.py', 'w').write('def load(): return 1\\n')")


def file_gone(world: World) -> None:
    here = "import importlib.util; importlib.util.find_spec('acme.sub') and importlib.import_module('acme.sub')"
    _switch(world, here, "os.path.exists('sub.py') and os.remove('sub.py')")


CASES = [
    Case("requirement-missing", requirement_missing, works="import acme, small_dependency; small_dependency.VALUE"),
    Case("no-init", folder_without_init, pastes=False),
    Case("bare-folder", bare_folder_in_front),
    Case("bare-folder", bare_folder_where_switched_off, pastes=False),
    Case("loaded-elsewhere", namespace_loaded),
    Case("loaded-changed", constant_changed, works=CHANGED, once=True),
    Case("loaded-changed", function_changed, works="import acme.lazy; acme.lazy.load()", once=True),
    Case("loaded-changed", file_gone, once=True),
]
