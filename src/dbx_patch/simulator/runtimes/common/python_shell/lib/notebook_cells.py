"""A cell as IPython compiles it: what a kernel loads for its cells alone. Part of the simulator, not of the runtime."""

from __future__ import annotations

import ast
import linecache
from typing import Any


def compile_cell(number: int, source: str, runtime: str) -> Any:
    """The cell's code; a last expression apart, stored in ``_``, as IPython does."""
    name = f"<ipython-input-{number}-{abs(hash(source)):012x}>"
    if runtime != "legacy":
        name = f"/root/.ipykernel/123/command-{455 + number}"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    tree = ast.parse(source, name)
    body = tree.body
    if body and isinstance(body[-1], ast.Expr):
        expression = body[-1]
        target = ast.Name(id="_", ctx=ast.Store())
        body[-1] = ast.copy_location(ast.Assign(targets=[target], value=expression.value), expression)
        ast.fix_missing_locations(tree)
    return compile(tree, name, "exec", dont_inherit=True)
