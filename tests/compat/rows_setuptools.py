"""The rows of setuptools: every layout that it makes editable in its own way, and every mode."""

from __future__ import annotations

from compat.projects import DEVELOP, PIP, SETUPTOOLS, Backend, Row, package


def _setup_py(**arguments: object) -> dict[str, str]:
    lines = "".join(f"    {key}={value!r},\n" for key, value in arguments.items())
    return {"setup.py": f"from setuptools import setup\n\nsetup(\n{lines})\n"}


SETUPTOOLS_ROWS = (
    Row("setuptools-src", "A", package("st_src", "src/st_src"), SETUPTOOLS),
    Row("setuptools-flat", "B", package("st_flat", "st_flat"), SETUPTOOLS),
    Row(
        "setuptools-mapped",
        "B",
        package("st_mapped", "lib/core"),
        SETUPTOOLS,
        pyproject="""\
[tool.setuptools]
packages = ["st_mapped", "st_mapped.inner"]
package-dir = { st_mapped = "lib/core" }
""",
    ),
    Row(
        "setuptools-roots",
        "B",
        {**package("st_root_one", "one/st_root_one"), **package("st_root_two", "two/st_root_two")},
        SETUPTOOLS,
        pyproject="""\
[tool.setuptools]
packages = ["st_root_one", "st_root_one.inner", "st_root_two", "st_root_two.inner"]
package-dir = { st_root_one = "one/st_root_one", st_root_two = "two/st_root_two" }
""",
    ),
    Row(
        "setuptools-modules",
        "B",
        {"st_module_one": "st_module_one.py", "st_module_two": "st_module_two.py"},
        SETUPTOOLS,
        pyproject='[tool.setuptools]\npy-modules = ["st_module_one", "st_module_two"]\n',
    ),
    Row(
        "setuptools-namespace",
        "B",
        package("acme.st_flat", "acme/st_flat"),
        SETUPTOOLS,
        pyproject="[tool.setuptools.packages.find]\ninclude = ['acme*']\n",
    ),
    Row(
        "setuptools-namespace-listed",  # another MAPPING: the name is dotted, and its namespace has no folder
        "B",
        package("acme.st_listed", "acme/st_listed"),
        SETUPTOOLS,
        pyproject='[tool.setuptools]\npackages = ["acme.st_listed", "acme.st_listed.inner"]\n',
    ),
    Row("setuptools-namespace-src", "A", package("acme.st_src", "src/acme/st_src"), SETUPTOOLS),
    Row(
        "setuptools-strict",
        "F",
        package("st_strict", "src/st_strict"),
        SETUPTOOLS,
        command=(*PIP, "--config-settings", "editable_mode=strict"),
    ),
    Row(
        "setuptools-compat",
        "A",
        package("st_compat", "st_compat"),
        SETUPTOOLS,
        command=(*PIP, "--config-settings", "editable_mode=compat"),
    ),
    Row(
        "setuptools-old",
        "B",
        package("st_old", "st_old"),
        Backend("setuptools.build_meta", ("setuptools==69.5.1", "wheel")),
        private=True,
        max_python=(3, 13),
    ),
    Row(
        "setuptools-nspkg",
        "A",
        package("old_acme.st_nspkg", "src/old_acme/st_nspkg"),
        Backend("", ("setuptools==69.5.1", "wheel")),
        private=True,
        files={
            "src/old_acme/__init__.py": "__import__('pkg_resources').declare_namespace(__name__)\n",
            **_setup_py(
                name="sample-setuptools-nspkg",
                version="1.0",
                package_dir={"": "src"},
                packages=["old_acme", "old_acme.st_nspkg", "old_acme.st_nspkg.inner"],
                namespace_packages=["old_acme"],
            ),
        },
        command=(*PIP, "--use-pep517"),
        made_at_start=("old_acme",),
        max_python=(3, 13),
    ),
    Row(
        "setuptools-develop",
        "H",
        package("st_develop", "src/st_develop"),
        Backend("", ("setuptools<80",)),
        private=True,
        files=_setup_py(
            name="sample-setuptools-develop",
            version="1.0",
            package_dir={"": "src"},
            packages=["st_develop", "st_develop.inner"],
        ),
        command=DEVELOP,
        max_python=(3, 13),
    ),
)
