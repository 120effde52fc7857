"""The rows of hatchling, flit, poetry, pdm and uv."""

from __future__ import annotations

from compat.projects import (
    FLIT,
    FLIT_INSTALL,
    HATCHLING,
    PDM,
    POETRY,
    POETRY_INSTALL,
    UV,
    UV_PIP,
    UV_SYNC,
    Row,
    package,
)

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
)
