#!/bin/bash
# Cluster-scoped init script: puts dbx-patch into the cluster's Python environment, on the driver and each worker.
# Each node runs it before any Python process starts, so every one of them is armed from its first import on.
set -euo pipefail

python="${PYSPARK_PYTHON:-/databricks/python/bin/python}"
"$python" -m pip install --quiet --disable-pip-version-check --no-input "${DBX_PATCH_REQUIREMENT:-dbx-patch>=1}"
"$python" -c 'import dbx_patch; print("dbx-patch", dbx_patch.__version__, "is installed")'
