"""What a function imports on an executor: each text is run by it, and sets `found`.

`FLAT` is one of two source roots that the driver may have sent. Each starts with no module of the workspace loaded.
"""

from __future__ import annotations

_NEW = "write({folder}, {file!r}, 'VALUE = 7')\nimport importlib; importlib.invalidate_caches()\n"

ON_EXECUTORS = {
    "a module beside the notebook": "import beside; found = beside.VALUE",
    "a package's relative imports": "from beside_pkg import relative; found = relative.FOUND",
    "a namespace beside the notebook": "import bare_space.part; found = bare_space.part.VALUE",
    "a namespace's part in site-packages": "import spread.one; found = spread.one.VALUE",
    "a namespace's part in the root": "import spread.three; found = spread.three.VALUE",
    "a bare folder named like an installed package": "import installed_pkg; found = installed_pkg.VALUE",
    "a module in the repository's root": "import at_root; found = at_root.VALUE",
    "the repository's conftest": "import conftest; found = conftest.VALUE",
    "a module named like one of the standard library": "import colorsys; found = hasattr(colorsys, 'VALUE')",
    "a module named like an installed one": "import installed; found = installed.VALUE",
    "a notebook": "import a_notebook; found = a_notebook.VALUE",
    "a missing module": "try: import nowhere\nexcept ImportError as e: found = str(e)",
    "written just now": _NEW.format(folder="NOTEBOOKS", file="new_udf.py") + "import new_udf; found = new_udf.VALUE",
    "lazily in a function": "import library\ndef f():\n    import beside_pkg.sub as s\n    return s.NAME\nfound = f()",
    "a library: beside the notebook": "import library; found = library.load('beside').VALUE",
    "a library: in the root": "import library; found = library.load('helpers.tool').VALUE",
    "a library: what it calls back": (
        "import library\ndef f():\n    import beside\n    return beside.VALUE\nfound = library.call(f)"
    ),
    "a library: a missing module": "import library; found = library.optional('nowhere')",
    "a library: what lies below": "import lower_library; found = lower_library.load('below.sub').NAME",
    "a lower library: a name of the standard library": (
        "import lower_library; found = hasattr(lower_library.load('colorsys'), 'VALUE')"
    ),
    "what the driver sent": "import acme_src.deep.leaf as leaf, acme_other; found = [leaf.NAME, acme_other.VALUE]",
    "what the driver sent, for a library": "import library; found = library.load('acme_other.sub').NAME",
    "what the driver sent, lazily": "import acme_src.lazy, library; found = library.call(acme_src.lazy.load)",
    "beside what the driver sent": "import test_other; found = test_other.VALUE",
    "beside what the driver sent, for a library": "import library; found = library.load('tests.helper').HELP",
    "new beside what the driver sent": (
        _NEW.format(folder="FLAT", file="test_udf.py") + "import test_udf; found = test_udf.VALUE"
    ),
    "new beside what the driver sent, for a library": (
        _NEW.format(folder="FLAT", file="test_udf2.py") + "import library; found = library.load('test_udf2').VALUE"
    ),
}
