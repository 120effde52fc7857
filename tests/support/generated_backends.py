"""Editable installs whose start-up files a backend writes, laid out without a build, with that backend's own text.

Where scikit-build-core or meson-python is not installed beside the tests, or the interpreter under test is too old for
it, a path line stands in.
"""

from __future__ import annotations

import importlib.util
import json
import os
import runpy
from pathlib import Path

from support.environments import target_version
from support.generated_projects import Drawn, Shape, contents, path_line
from support.installed import distribution
from support.workspaces import write


def _template(package: str, file: str) -> str:
    """The text that a backend puts before its call; "" where it cannot be had for this interpreter."""
    spec = importlib.util.find_spec(package) if target_version() >= (3, 9) else None
    return (Path(spec.origin or "").parent / file).read_text() if spec else ""


def is_here(shape: Shape) -> bool:
    """Tell whether a shape can be laid out, or a path line would stand in."""
    needed = {
        "redirecting": ("scikit_build_core", "resources/_editable_redirect.py"),
        "inplace": ("scikit_build_core", "resources/_editable_redirect.py"),
        "meson": ("mesonpy", "_editable.py"),
    }
    return shape.__name__ not in needed or bool(_template(*needed[shape.__name__]))


def _sources(drawn: Drawn, name: str, project: Path) -> dict[str, Path]:
    """Write a src-layout project; return its modules and their files."""
    files = contents(drawn, name)
    write(project, {**{f"src/{file}": text for file, text in files.items()}, "pyproject.toml": ""})
    stems = {file: file[: -len(".py")].replace("/", ".") for file in files if file.endswith(".py")}
    return {
        stem[: -len(".__init__")] if stem.endswith(".__init__") else stem: project / "src" / file
        for file, stem in stems.items()
    }


def _skbuild(drawn: Drawn, name: str, project: Path, site: Path, call: str) -> None:
    stem = f"{name}_skbuild{len(drawn.told)}"
    module = f"_editable_skbc_{stem}"
    text = _template("scikit_build_core", "resources/_editable_redirect.py")
    distribution(site, stem, [f"{module}.pth", f"{module}.py"], project=project)
    write(site, {f"{module}.pth": f"import {module}\n{project}/src\n", f"{module}.py": f"{text}\n\n{call}\n"})


def redirecting(drawn: Drawn, name: str, project: Path, site: Path) -> None:
    """Shape D: scikit-build-core's map, which goes to the front of ``sys.meta_path``."""
    if not is_here(redirecting):
        path_line(drawn, name, project, site)
        return
    modules = _sources(drawn, name, project)
    packages = sorted(module for module, file in modules.items() if file.name == "__init__.py")
    folders: dict[str, list[str]] = {}
    for module, file in modules.items():
        parent = module if module in packages else module.rpartition(".")[0]
        folders[parent] = [str(file.parent)]
    mapping = {module: str(file) for module, file in modules.items()}
    _skbuild(
        *(drawn, name, project, site),
        f"install({mapping!r}, {{}}, {folders!r}, {packages!r}, None, False, True, [], [], '')",
    )


def inplace(drawn: Drawn, name: str, project: Path, site: Path) -> None:
    """Shape D, in-place: the finder asks the path entries itself."""
    if not is_here(inplace):
        path_line(drawn, name, project, site)
        return
    _sources(drawn, name, project)
    call = f"install_inplace([{name!r}], [{f'{project}/src'!r}], {str(project)!r}, False, True, [])"
    _skbuild(drawn, name, project, site, call)


def meson(drawn: Drawn, name: str, project: Path, site: Path) -> None:
    """Shape E: meson-python's finder, whose map is in the build folder; what builds it here does nothing."""
    if not is_here(meson):
        path_line(drawn, name, project, site)
        return
    program = drawn.random.choice(["true", "true", "true", NO_NINJA])
    stem = f"{name}_meson{len(drawn.told)}"
    drawn.tell(f"{name} is built by {program}")
    leave_meson(site, stem, project, name, list(_sources(drawn, name, project).values()), program)


NO_NINJA = "/tmp/build-env/bin/ninja"  # an isolated build's, which is gone after it


def leave_meson(site: Path, name: str, project: Path, provides: str, files: list[Path], program: str) -> None:
    """What pip leaves of meson-python's editable install of a project with a src layout; ``program`` builds it."""
    build = project / "build" / "cp3"
    plan = {str(file): {"destination": "{py_purelib}/" + str(file.relative_to(project / "src"))} for file in files}
    (build / "meson-logs").mkdir(parents=True)
    write(build, {"meson-info/intro-install_plan.json": json.dumps({"python": plan, "targets": {}})})
    module = f"_{name}_editable_loader"
    call = (
        "def init():\n    finder = MesonpyMetaFinder(\n"
        f"        {name!r},\n        {{{provides!r}}},\n        {str(build)!r},\n        [{program!r}],\n"
        "        False,\n    )\n"
        "    sys.meta_path.insert(0, finder)\n    sys.path_hooks.insert(0, finder._path_hook)\n"
    )
    distribution(site, name, [f"{name}-editable.pth", f"{module}.py"], project=project)
    write(site, {f"{name}-editable.pth": f"import {module}; {module}.init()"})
    write(site, {f"{module}.py": f"{_template('mesonpy', '_editable.py')}\n{call}"})


def linked_tree(drawn: Drawn, name: str, project: Path, site: Path) -> None:
    """Shape F: setuptools' strict mode, a link for each file that was there at the installation."""
    stem = f"{name}_strict{len(drawn.told)}"
    tree = project / "build" / f"__editable__.{stem}-1.0-py3-none-any"
    for file in _sources(drawn, name, project).values():
        link = tree / file.relative_to(project / "src")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(file)
    distribution(site, stem, [f"__editable__.{stem}-1.0.pth"], project=project)
    write(site, {f"__editable__.{stem}-1.0.pth": f"{tree}\n"})


def egg_link(drawn: Drawn, name: str, project: Path, site: Path) -> None:
    """Shape H: ``setup.py develop``, which knows no ``.dist-info`` and shares one ``.pth``."""
    _sources(drawn, name, project)
    shared = site / "easy-install.pth"
    lines = shared.read_text() if shared.exists() else ""
    write(site, {"easy-install.pth": f"{lines}{project}/src\n"})
    write(site, {f"{name}-develop{len(drawn.told)}.egg-link": f"{project}/src\n../\n"})


def stand_in(drawn: Drawn, name: str, project: Path, site: Path) -> None:
    """Shape I: a file in the site folder that loads another in its place, or has its parts elsewhere."""
    _sources(drawn, name, project)
    write(project, {f"src/{name}/__init__.py": "NAME = __name__\n"} if drawn.random.random() < 0.5 else {})
    library = next((drawn.environment.tools / "lib").glob("python3*/site-packages"))
    stem = f"{name}_stand_in{len(drawn.told)}"
    made = runpy.run_path(str(library / "editables/__init__.py"))["EditableProject"](stem, project)
    made.map_method = "self_replace"
    kind = drawn.random.choice(["a part", "its parts", "replaced", "replaced"])
    if kind == "replaced" and not (project / "src" / name / "__init__.py").is_file():
        kind = "a part"
    if kind == "replaced":
        made.map(name, f"src/{name}")
    elif kind == "its parts":
        made.add_to_subpackage(name, f"src/{name}")
    else:
        made.add_to_subpackage(f"{name}.extra", f"src/{name}")
    drawn.tell(f"{name} is a stand-in for {kind}")
    files = {file: text for file, text in made.files() if text and not os.path.lexists(site / file)}
    files = {file: text for file, text in files.items() if not (site / name).is_symlink()}
    distribution(site, stem, list(files), project=project)
    write(site, files)


OTHERS: list[Shape] = [redirecting, inplace, meson, meson, linked_tree, egg_link, stand_in, stand_in]
