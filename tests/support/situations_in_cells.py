"""Ordinary imports in a notebook: from cells, from libraries, from threads and from the standard library.

Each text is a cell; the value of its last line is what it found. Names in capitals are folders, `write` and `forget`
are the first cell's (see `support.nothing_worse`). Each cell starts with no module of the workspace loaded.
"""

from __future__ import annotations

FROM_A_CELL = {
    "a module beside the notebook": "import beside; beside.VALUE",
    "a name of it": "from beside import VALUE as found; found",
    "all of its names": "from beside import *; [VALUE, f()]",
    "under another name": "import beside_pkg.sub as other; other.NAME",
    "a submodule, with side effects": "import beside_pkg.deep.leaf, builtins; builtins.SIDE_EFFECTS[-3:]",
    "a package's relative imports": "from beside_pkg import relative; relative.FOUND",
    "a package's own star": "from beside_pkg.star import *; [one, two]",
    "modules that import each other": "import circle_a; [circle_a.circle_b.NAME, circle_a.circle_b.circle_a.NAME]",
    "a namespace package beside the notebook": "import bare_space.part; bare_space.part.VALUE",
    "a namespace's part in site-packages": "import spread.one; spread.one.VALUE",
    "a namespace's part beside the notebook": "import spread.two; spread.two.VALUE",
    "a namespace's part in the root": "import spread.one, spread.three; spread.three.VALUE",
    "a bare folder named like an installed package": "import installed_pkg; installed_pkg.VALUE",
    "a module in the repository's root": "import at_root; at_root.VALUE",
    "a package of helpers in the repository's root": "import helpers.tool; helpers.tool.VALUE",
    "the repository's conftest": "import conftest; conftest.VALUE",
    "a test module of the repository": "import test_existing; test_existing.VALUE",
    "a module named like one of the standard library": "import colorsys; hasattr(colorsys, 'VALUE')",
    "a module named like an installed one": "import installed; installed.VALUE",
    "a module that replaces itself": "import replaces; [type(replaces).__name__, replaces.VALUE]",
    "a module with __getattr__": "import dynamic; dynamic.anything",
    "an optional module that is missing": "try: import nowhere\nexcept ImportError as e: found = str(e)\nfound",
    "an optional submodule that is missing": (
        "try: import beside_pkg.gone\nexcept ImportError as e: found = str(e)\nfound"
    ),
    "a missing name": "try: from beside import gone\nexcept ImportError as e: found = [str(e), e.name, e.path]\nfound",
    "a submodule of a module": "try: import beside.sub\nexcept ImportError as e: found = str(e)\nfound",
    "a missing part of an editable package": (
        "try: import acme_src.gone\nexcept ImportError as e: found = type(e).__name__\nfound"
    ),
    "a module with an optional import": "import guarded; guarded.HAS",
    "a module that fails": (
        "import sys\ntry: import fails\nexcept Exception as e: found = [repr(e), 'fails' in sys.modules]\nfound"
    ),
    "a module with a syntax error": "try: import broken\nexcept SyntaxError as e: found = [e.msg, e.lineno]\nfound",
    "a notebook": "try: import a_notebook\nexcept ImportError as e: found = [type(e).__name__, str(e)]\nfound",
    "by a string": "exec('import beside'); eval('__import__(\"beside_pkg.sub\").sub.NAME')",
    "an empty name": "try: __import__('')\nexcept ValueError as e: found = str(e)\nfound",
    "by importlib": "import importlib; importlib.import_module('.sub', 'beside_pkg').NAME",
    "lazily in a function": "def late():\n    import beside\n    return beside.VALUE\nlate()",
    "lazily by a loader": (
        "import importlib.util, sys\nspec = importlib.util.find_spec('beside')\n"
        "spec.loader = importlib.util.LazyLoader(spec.loader)\nmodule = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(module)\nmodule.VALUE"
    ),
    "from a file": (
        "import importlib.util\nspec = importlib.util.spec_from_file_location('any', NOTEBOOKS + '/beside.py')\n"
        "module = importlib.util.module_from_spec(spec)\nspec.loader.exec_module(module)\nmodule.VALUE"
    ),
    "whether there is one": (
        "from importlib.util import find_spec\n"
        "[find_spec('beside').origin, find_spec('nowhere'), find_spec('bare_space').loader is not None]"
    ),
    "whether there is a submodule": (
        "from importlib.util import find_spec\ntry: found = find_spec('nowhere.sub')\n"
        "except ImportError as e: found = str(e)\n[found, find_spec('beside_pkg.sub').origin]"
    ),
    "reloaded": (
        "import importlib, os, reloaded\nwrite(NOTEBOOKS, 'reloaded.py', 'VALUE = 22')\n"
        "importlib.reload(reloaded).VALUE"
    ),
    "reloaded, a package": "import importlib, beside_pkg.sub; importlib.reload(beside_pkg.sub).NAME",
    "written in the cell": "write(NOTEBOOKS, 'new_one.py', 'VALUE = 1')\nimport new_one; new_one.VALUE",
    "written in a folder that was listed": (
        "import beside, importlib\nwrite(NOTEBOOKS, 'new_two.py', 'VALUE = 2')\n"
        "importlib.invalidate_caches()\nimport new_two; new_two.VALUE"
    ),
    "written and missed before": (
        "import importlib\ntry: import new_three\nexcept ImportError: pass\n"
        "write(NOTEBOOKS, 'new_three.py', 'VALUE = 3')\nimportlib.invalidate_caches()\n"
        "import new_three; new_three.VALUE"
    ),
    "a package written in the cell": (
        "write(NOTEBOOKS, 'new_pkg/__init__.py', '')\nwrite(NOTEBOOKS, 'new_pkg/sub.py', 'VALUE = 4')\n"
        "import new_pkg.sub; new_pkg.sub.VALUE"
    ),
    "a package's new module": (
        "import beside_pkg, importlib\nwrite(NOTEBOOKS, 'beside_pkg/fresh.py', 'VALUE = 5')\n"
        "importlib.invalidate_caches()\nimport beside_pkg.fresh; beside_pkg.fresh.VALUE"
    ),
    "in a thread": (
        "import threading\nfound = []\n"
        "thread = threading.Thread(target=lambda: found.append(__import__('beside_pkg.sub').sub.NAME))\n"
        "thread.start(); thread.join(60); found"
    ),
    "in a pool of threads": (
        "import importlib\nfrom concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(4) as pool:\n    found = [m.__name__ for m in pool.map(importlib.import_module,"
        " ['beside', 'beside_pkg.sub', 'beside_pkg.deep.leaf', 'colorsys'])]\nfound"
    ),
    "in a coroutine": (
        "import asyncio\nasync def work():\n    import beside\n    return beside.VALUE\n"
        "loop = asyncio.new_event_loop(); found = loop.run_until_complete(work()); loop.close(); found"
    ),
    "in a subprocess": (
        "import subprocess, sys\n"
        "subprocess.run([sys.executable, '-c', 'import acme_src, acme_flat; print(acme_src.VALUE)'],"
        " capture_output=True, text=True).stdout"
    ),
    "after the caches were emptied": "import sys; sys.path_importer_cache.clear(); import beside; beside.VALUE",
    "with the runtime's callbacks taken out": (
        "import sys\nsys.meta_path = [h for h in sys.meta_path if 'PostImportHook' not in repr(h)]\n"
        "import beside_pkg.sub; beside_pkg.sub.NAME"
    ),
}
FROM_THE_STANDARD_LIBRARY = {
    "runpy, a module": "import runpy; runpy.run_module('beside')['VALUE']",
    "runpy, a package's main": (
        "import runpy; runpy.run_module('beside_pkg', run_name='__main__', alter_sys=True)['RAN']"
    ),
    "runpy, a file": "import runpy; runpy.run_path(NOTEBOOKS + '/uses_beside.py')['FOUND']",
    "runpy, a folder": "import runpy; runpy.run_path(REPO + '/program')['FOUND']",
    "pickle": "import pickle, beside; pickle.loads(pickle.dumps(beside.Thing())).VALUE",
    "pickle, the module not loaded yet": (
        "import pickle, beside, sys; data = pickle.dumps(beside.Thing()); del sys.modules['beside']\n"
        "pickle.loads(data).VALUE"
    ),
    "unittest, by name": (
        "import unittest\nsuite = unittest.defaultTestLoader.loadTestsFromName('test_units')\n"
        "result = unittest.TestResult(); suite.run(result); [result.testsRun, str(result.errors)]"
    ),
    "unittest, discovery": (
        "import unittest\nsuite = unittest.TestLoader().discover(NOTEBOOKS, pattern='test_u*.py')\n"
        "result = unittest.TestResult(); suite.run(result); [result.testsRun, str(result.errors)]"
    ),
    "logging's configuration": (
        "import logging.config, sys\nhandlers = {'h': {'class': 'beside.Handler'}}\n"
        "logging.config.dictConfig({'version': 1, 'handlers': handlers}); 'beside' in sys.modules"
    ),
    "timeit": "import timeit; timeit.timeit('import beside', number=1) >= 0",
    "pkgutil, a package's modules": (
        "import beside_pkg, pkgutil\nfound = sorted(m.name for m in pkgutil.iter_modules(beside_pkg.__path__))\n"
        "assert found, 'pkgutil knows nothing of the finder'\nfound"
    ),
    "pkgutil, walking": (
        "import beside_pkg, pkgutil\n"
        "found = sorted(m.name for m in pkgutil.walk_packages(beside_pkg.__path__, 'beside_pkg.'))\n"
        "assert found, 'pkgutil knows nothing of the finder'\nfound"
    ),
    "pkgutil, a folder": "import pkgutil; next(m.name for m in pkgutil.iter_modules([NOTEBOOKS]) if 'bes' in m.name)",
    "pkgutil, a name": "import pkgutil; pkgutil.resolve_name('beside_pkg.sub:NAME')",
    "pkgutil, data": "import pkgutil; pkgutil.get_data('beside_pkg', 'data.txt').decode()",
    "resources": "import beside_pkg, importlib.resources as r; (r.files(beside_pkg) / 'data.txt').read_text()",
    "resources, by name": "import importlib.resources as r; r.files('beside_pkg.deep').joinpath('leaf.py').is_file()",
    "metadata": "import importlib.metadata; importlib.metadata.version('acme_src-project')",
    "inspect": "import beside, inspect; inspect.getsource(beside.f)",
    "doctest": "import beside, doctest; doctest.testmod(beside).attempted",
    "pydoc": "import pydoc; pydoc.locate('beside_pkg.sub.NAME')",
}
_NAMES = {"beside the notebook": "beside_pkg.sub", "in the root": "helpers.tool", "editable": "acme_src.deep.leaf"}
FROM_A_LIBRARY = {
    f"{way}: {place}": f"import {library}; {library}.{call.format(name)}"
    for place, name in _NAMES.items()
    for way, library, call in (
        ("importlib", "library", "load({!r}).__name__"),
        ("__import__", "library", "dunder({!r}).__name__"),
        ("a lower library", "lower_library", "load({!r}).__name__"),
        ("a plugin loader", "library", "plugin({!r} + ':__name__')"),
        ("a thread of its own", "library", "in_thread({!r})"),
    )
}
FROM_A_LIBRARY.update(
    {
        "what it calls back": "import library\ndef f():\n    import beside\n    return beside.VALUE\nlibrary.call(f)",
        "an optional module": "import library; library.optional('nowhere')",
        "an optional submodule": "import library; library.optional('library.nowhere')",
        "a module named like one of the standard library": (
            "import library, sys; sys.modules.pop('colorsys', None); hasattr(library.load('colorsys'), 'VALUE')"
        ),
        "a module named like an installed one": (
            "import library, sys; sys.modules.pop('installed', None); library.load('installed').VALUE"
        ),
        "whether there is one": "import library; [library.find('nowhere'), library.find('installed') is None]",
        "what lies below": "import library; library.load('below.sub').NAME",
        "a class that was pickled": (
            "import beside, library, pickle, sys; data = pickle.dumps(beside.Thing()); del sys.modules['beside']\n"
            "library.unpickle(data).VALUE"
        ),
        "a class that was pickled, its module loaded": (
            "import beside, library, pickle; library.unpickle(pickle.dumps(beside.Thing())).VALUE"
        ),
        "a function's annotations": "import library; library.hints()",
    }
)
