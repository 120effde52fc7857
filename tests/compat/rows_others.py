"""The rows of all other backends and installers."""

from __future__ import annotations

from compat.projects import (
    EDITABLES,
    FLIT,
    FLIT_INSTALL,
    HATCHLING,
    PDM,
    POETRY,
    POETRY_INSTALL,
    SCIKIT_BUILD,
    UV,
    UV_PIP,
    UV_SYNC,
    Backend,
    Row,
    package,
)


def editables_backend(name: str, call: str) -> dict[str, str]:
    """A build backend on top of the editables library."""
    text = f"""\
import os
import zipfile

from editables import EditableProject


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    project = EditableProject({name!r}, os.getcwd())
    {call}
    stem = project.project_name + "-1.0"
    files = dict(project.files())
    files[stem + ".dist-info/METADATA"] = "Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n"
    files[stem + ".dist-info/WHEEL"] = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    files[stem + ".dist-info/RECORD"] = "".join(path + ",,\\n" for path in files)
    wheel = stem + "-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, wheel), "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return wheel
"""
    return {"backend.py": text}


_CMAKE = {"CMakeLists.txt": "cmake_minimum_required(VERSION 3.15)\nproject(nothing_to_compile LANGUAGES NONE)\n"}

OTHER_ROWS = (
    Row(
        "hatchling",
        "A",
        package("ha_plain", "src/ha_plain"),
        HATCHLING,
        pyproject='[tool.hatch.build.targets.wheel]\npackages = ["src/ha_plain"]\n',
    ),
    Row(
        "hatchling-namespace",
        "A",
        package("acme.ha_namespace", "src/acme/ha_namespace"),
        HATCHLING,
        pyproject='[tool.hatch.build.targets.wheel]\npackages = ["src/acme"]\n',
    ),
    Row(
        "hatchling-dirs",
        "A",
        package("ha_dirs", "one/ha_dirs"),
        HATCHLING,
        pyproject="""\
[tool.hatch.build]
dev-mode-dirs = ["one", "two"]

[tool.hatch.build.targets.wheel]
packages = ["one/ha_dirs"]
""",
    ),
    Row(
        "hatchling-exact",
        "C",
        package("ha_exact", "src/ha_exact"),
        HATCHLING,
        pyproject="""\
[tool.hatch.build]
dev-mode-exact = true

[tool.hatch.build.targets.wheel]
packages = ["src/ha_exact"]
""",
    ),
    Row("flit-pip", "A", package("fl_pip", "src/fl_pip"), FLIT, pyproject='[tool.flit.module]\nname = "fl_pip"\n'),
    Row(
        "flit-symlink",
        "G",
        package("fl_symlink", "src/fl_symlink"),
        FLIT,
        tools=("flit",),
        pyproject='[tool.flit.module]\nname = "fl_symlink"\n',
        command=FLIT_INSTALL,
        env={"FLIT_ROOT_INSTALL": "1"},
    ),
    Row(
        "flit-symlink-namespace",
        "G",
        package("fl_space.symlink", "src/fl_space/symlink"),
        FLIT,
        tools=("flit",),
        pyproject='[tool.flit.module]\nname = "fl_space.symlink"\n',
        command=FLIT_INSTALL,
        env={"FLIT_ROOT_INSTALL": "1"},
    ),
    Row(
        "poetry-pip",
        "A",
        package("po_pip", "src/po_pip"),
        POETRY,
        pyproject='[tool.poetry]\npackages = [{ include = "po_pip", from = "src" }]\n',
        min_python=(3, 9),
    ),
    Row(
        "poetry-install",
        "A",
        package("po_install", "po_install"),
        POETRY,
        tools=("poetry>=2",),
        pyproject='[tool.poetry]\npackages = [{ include = "po_install" }]\n',
        command=POETRY_INSTALL,
        env={"VIRTUAL_ENV": "{prefix}"},
        min_python=(3, 9),
    ),
    Row("pdm", "A", package("pd_plain", "src/pd_plain"), PDM),
    Row(
        "pdm-editables",
        "C",
        package("pd_editables", "src/pd_editables"),
        PDM,
        tools=("editables",),
        pyproject='[tool.pdm.build]\neditable-backend = "editables"\n',
    ),
    Row(
        "uv-pip",
        "A",
        package("uv_pip_src", "src/uv_pip_src"),
        UV,
        tools=("uv",),
        pyproject='[tool.uv.build-backend]\nmodule-name = "uv_pip_src"\n',
        command=UV_PIP,
    ),
    Row(
        "uv-pip-flat",
        "A",
        package("uv_pip_flat", "uv_pip_flat"),
        UV,
        tools=("uv",),
        pyproject='[tool.uv.build-backend]\nmodule-name = "uv_pip_flat"\nmodule-root = ""\n',
        command=UV_PIP,
    ),
    Row(
        "uv-sync",
        "A",
        package("acme.uv_sync_src", "src/acme/uv_sync_src"),
        UV,
        tools=("uv",),
        pyproject='[tool.uv.build-backend]\nmodule-name = "acme.uv_sync_src"\n',
        command=UV_SYNC,
        env={"UV_PROJECT_ENVIRONMENT": "{prefix}"},
    ),
    Row(
        "uv-sync-flat",
        "A",
        package("uv_sync_flat", "uv_sync_flat"),
        UV,
        tools=("uv",),
        pyproject='[tool.uv.build-backend]\nmodule-name = "uv_sync_flat"\nmodule-root = ""\n',
        command=UV_SYNC,
        env={"UV_PROJECT_ENVIRONMENT": "{prefix}"},
    ),
    Row(
        "scikit-build-core",
        "D",
        package("sk_redirect", "src/sk_redirect"),
        SCIKIT_BUILD,
        tools=("cmake", "ninja"),
        pyproject='[tool.scikit-build]\nwheel.packages = ["src/sk_redirect"]\n',
        files=_CMAKE,
    ),
    Row(
        "scikit-build-core-inplace",
        "D",
        package("sk_inplace", "src/sk_inplace"),
        SCIKIT_BUILD,
        tools=("cmake", "ninja"),
        pyproject='[tool.scikit-build]\nwheel.packages = ["src/sk_inplace"]\neditable.mode = "inplace"\n',
        files=_CMAKE,
    ),
    Row(
        "scikit-build-core-namespace",
        "D",
        package("sk_space.redirect", "src/sk_space/redirect"),
        SCIKIT_BUILD,
        tools=("cmake", "ninja"),
        pyproject='[tool.scikit-build]\nwheel.packages = ["src/sk_space"]\n',
        files=_CMAKE,
    ),
    Row(
        "meson-python",
        "E",
        package("me_python", "src/me_python"),
        Backend("mesonpy", ("meson-python",)),
        tools=("meson", "ninja"),
        files={
            "meson.build": """\
project('sample-meson-python', version: '1.0')
py = import('python').find_installation(pure: true)
py.install_sources('src/me_python/__init__.py', 'src/me_python/sub.py', subdir: 'me_python')
py.install_sources('src/me_python/inner/__init__.py', 'src/me_python/inner/leaf.py', subdir: 'me_python/inner')
"""
        },
    ),
    Row(
        "meson-python-namespace",
        "E",
        package("me_space.python", "src/me_space/python"),
        Backend("mesonpy", ("meson-python",)),
        tools=("meson", "ninja"),
        files={
            "meson.build": """\
project('sample-meson-python-namespace', version: '1.0')
py = import('python').find_installation(pure: true)
install_subdir('src/me_space/python', install_dir: py.get_install_dir() / 'me_space')
"""
        },
    ),
    Row(
        "editables-map",
        "C",
        package("ed_map", "lib/ed_map"),
        EDITABLES,
        files=editables_backend("sample-editables-map", 'project.map("ed_map", "lib/ed_map")'),
    ),
    Row(
        "editables-path",
        "A",
        package("ed_path", "lib/ed_path"),
        EDITABLES,
        files=editables_backend("sample-editables-path", 'project.add_to_path("lib")'),
    ),
    Row(
        "editables-subpackage",
        "I",
        {"acme.ed_subpackage.leaf": "lib/leaf.py", "acme.ed_subpackage.inner": "lib/inner/__init__.py"},
        EDITABLES,
        files=editables_backend(
            "sample-editables-subpackage", 'project.add_to_subpackage("acme.ed_subpackage", "lib")'
        ),
    ),
    Row(
        "editables-replace",
        "I",
        {"ed_replace": "lib/code.py", **package("ed_replace_package", "lib/ed_replace_package")},
        EDITABLES,
        files=editables_backend(
            "sample-editables-replace",
            'project.map_method = "self_replace"\n    project.map("ed_replace", "lib/code.py")\n'
            '    project.map("ed_replace_package", "lib/ed_replace_package")',
        ),
    ),
    Row(
        "maturin-mixed",
        "A",
        package("ma_mixed", "python/ma_mixed"),
        Backend("maturin", ("maturin",)),
        pyproject='[tool.maturin]\nbindings = "bin"\npython-source = "python"\nmodule-name = "ma_mixed"\n',
        program="cargo",
        files={
            "Cargo.toml": '[package]\nname = "ma_mixed"\nversion = "1.0.0"\nedition = "2021"\n',
            "src/main.rs": "fn main() {}\n",
        },
    ),
)
