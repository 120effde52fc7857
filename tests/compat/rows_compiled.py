"""The rows of backends that build: scikit-build-core, meson-python, maturin."""

from __future__ import annotations

from compat.projects import SCIKIT_BUILD, Backend, Row, package

_CMAKE = {"CMakeLists.txt": "cmake_minimum_required(VERSION 3.15)\nproject(nothing_to_compile LANGUAGES NONE)\n"}

COMPILED_ROWS = (
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
