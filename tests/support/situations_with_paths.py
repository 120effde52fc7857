"""What users do to ``sys.path`` and to the current folder; each cell takes back what it has put there.

See `support.situations_in_cells` for how these are written.
"""

from __future__ import annotations

_WITH = (
    "import sys\nsys.path.{how}\ntry:\n{body}\nfinally:\n    sys.path[:] = [e for e in sys.path if e != {entry}]\nfound"
)


def _with(entry: str, body: str, how: str = "append({})") -> str:
    """A cell that puts an entry on ``sys.path`` for some lines, which set `found`."""
    lines = "\n".join("    " + line for line in body.splitlines())
    return _WITH.format(how=how.format(entry), body=lines, entry=entry)


_FIRST = "insert(0, {})"
_SRC = "from acme_src.deep import leaf\nfound = [leaf.NAME, sys.modules['acme_src'].VALUE]"
_LIBRARY = "import library\nfound = library.{}"
_NEW = "write({folder}, {file!r}, 'VALUE = 7')\nimport importlib; importlib.invalidate_caches()\n"

BY_HAND = {
    "a relative folder": _with("'../src_proj/src'", _SRC),
    "a relative folder, absolute": _with("__import__('os').path.abspath('../src_proj/src')", _SRC),
    "an absolute folder": _with("REPO + '/src_proj/src'", _SRC),
    "an absolute folder, first": _with("REPO + '/src_proj/src'", _SRC, _FIRST),
    "its real path": _with("__import__('os').path.realpath(REPO) + '/src_proj/src'", _SRC),
    "a path object's text": _with("str(__import__('pathlib').Path(NOTEBOOKS).parent / 'src_proj/src')", _SRC),
    "a folder with a slash": _with("REPO + '/src_proj/src/'", _SRC),
    "a sub-folder of the notebook's": _with("NOTEBOOKS + '/utils'", "import in_utils; found = in_utils.VALUE"),
    "a relative sub-folder": _with("'utils'", "import in_utils; found = in_utils.VALUE"),
    "a sub-folder, for a library": _with("NOTEBOOKS + '/utils'", _LIBRARY.format("load('in_utils').VALUE")),
    "the current folder": _with("''", "import beside; found = beside.VALUE", _FIRST),
    "a dot": _with("'.'", "import beside; found = beside.VALUE", _FIRST),
    "the folder above": _with("'..'", "import at_root; found = at_root.VALUE"),
    "the source root, for a library": _with("REPO + '/src_proj/src'", _LIBRARY.format("load('acme_src.sub').NAME")),
    "the source root, lazily through a library": _with(
        "REPO + '/src_proj/src'", "import acme_src.lazy, library\nfound = library.call(acme_src.lazy.load)"
    ),
    "a new module in the source root": _with(
        "REPO + '/src_proj/src'",
        _NEW.format(folder="REPO", file="src_proj/src/new_src.py") + "import new_src; found = 1",
    ),
    "a new module in the source root, for a library": _with(
        "REPO + '/src_proj/src'",
        _NEW.format(folder="REPO", file="src_proj/src/new_src2.py") + _LIBRARY.format("load('new_src2').VALUE"),
    ),
    "a flat project's package": _with("FLAT", "import acme_other.sub; found = acme_other.sub.NAME"),
    "a flat project's package, for a library": _with("FLAT", _LIBRARY.format("load('acme_other.deep.leaf').NAME")),
    "a flat project's test": _with("FLAT", "import test_other; found = test_other.VALUE"),
    "a flat project's test, for a library": _with("FLAT", _LIBRARY.format("load('test_other').VALUE")),
    "a flat project's new test": _with(
        "FLAT", _NEW.format(folder="FLAT", file="test_new.py") + "import test_new; found = test_new.VALUE"
    ),
    "a flat project's new test, for a library": _with(
        "FLAT", _NEW.format(folder="FLAT", file="test_new2.py") + _LIBRARY.format("load('test_new2').VALUE")
    ),
    "a flat project's new test, first, for a library": _with(
        "FLAT", _NEW.format(folder="FLAT", file="test_new3.py") + _LIBRARY.format("load('test_new3').VALUE"), _FIRST
    ),
    "a flat project's setup and tests, for a library": _with(
        "FLAT", _LIBRARY.format("load('tests.test_inner').VALUE") + "\nfound = [found, library.optional('setup')]"
    ),
    "a flat project's namespace, for a library": _with("FLAT", _LIBRARY.format("load('scripts.tool').VALUE")),
    "a flat project's stray, for a library": _with("FLAT", _LIBRARY.format("load('installed').VALUE")),
    "what a library misses in a flat project": _with("FLAT", _LIBRARY.format("optional('nowhere')")),
    "a finder's project": _with("FINDER", "import acme_finder.sub, tools_of_finder; found = tools_of_finder.VALUE"),
    "a finder's project, for a library": _with("FINDER", _LIBRARY.format("load('tools_of_finder').VALUE")),
    "the repository's root": _with("REPO", "import at_root; found = at_root.VALUE"),
    "the repository's root, for a library": _with("REPO", _LIBRARY.format("load('at_root').VALUE"), _FIRST),
    "a new module in the repository's root, for a library": _with(
        "REPO", _NEW.format(folder="REPO", file="test_new4.py") + _LIBRARY.format("load('test_new4').VALUE")
    ),
    "a folder elsewhere in the workspace": _with("ELSEWHERE", "import elsewhere; found = elsewhere.VALUE"),
    "a folder elsewhere in the workspace, for a library": _with(
        "ELSEWHERE", _LIBRARY.format("load('elsewhere').VALUE")
    ),
    "a folder outside the workspace": _with("OUTSIDE", "import outside; found = outside.VALUE"),
    "a folder outside the workspace, for a library": _with("OUTSIDE", _LIBRARY.format("load('outside').VALUE")),
    "an archive": _with("NOTEBOOKS + '/archive.zip'", "import in_zip; found = in_zip.VALUE"),
    "an archive outside": _with("OUTSIDE + '/archive.zip'", "import in_zip; found = in_zip.VALUE"),
    "an archive, for a library": _with("OUTSIDE + '/archive.zip'", _LIBRARY.format("load('in_zip').VALUE")),
    "a folder that is not there": _with("REPO + '/gone'", "import beside; found = beside.VALUE", _FIRST),
    "what is no text": _with("None", "import beside; found = beside.VALUE", _FIRST),
    "a site folder of one's own": (
        "import site, sys\nbefore = [*sys.path]\nsite.addsitedir(OUTSIDE + '/own-site')\n"
        "import in_own_site, named_by_pth\n"
        "sys.path[:] = before; [in_own_site.VALUE, named_by_pth.VALUE]"
    ),
    "a package's path, extended": (
        "import beside_pkg; beside_pkg.__path__.append(NOTEBOOKS + '/utils')\nimport beside_pkg.in_utils as m; m.VALUE"
    ),
    "another current folder": (
        "import os, sys\nos.chdir('..')\ntry:\n    import beside, at_root_or_not\n"
        "except ImportError as error: found = str(error)\nfinally: os.chdir(NOTEBOOKS)\nfound"
    ),
    "another current folder, and a dot": _with(
        "'.'",
        "import os\nos.chdir('../src_proj/src')\ntry: import acme_src.sub; found = acme_src.sub.NAME\n"
        "finally: os.chdir(NOTEBOOKS)",
    ),
    "a path hook of one's own": (
        "import sys\nclass Finder:\n    def find_spec(self, name, target=None):\n"
        "        import importlib.machinery as m\n"
        "        return m.ModuleSpec(name, self) if name == 'from_hook' else None\n"
        "    def create_module(self, spec): return None\n    def exec_module(self, module): module.VALUE = 'hooked'\n"
        "def hook(entry):\n    if entry == 'own://': return Finder()\n    raise ImportError\n"
        "sys.path_hooks.append(hook); sys.path.append('own://')\ntry: import from_hook\n"
        "finally: sys.path_hooks.remove(hook); sys.path.remove('own://')\nfrom_hook.VALUE"
    ),
    "a finder of one's own, last": (
        "import importlib.machinery as m, sys\nclass Finder:\n    @staticmethod\n"
        "    def find_spec(name, path=None, target=None):\n"
        "        return m.PathFinder.find_spec(name, [NOTEBOOKS + '/utils']) if name == 'in_utils' else None\n"
        "sys.meta_path.append(Finder)\ntry: import in_utils\nfinally: sys.meta_path.remove(Finder)\nin_utils.VALUE"
    ),
    "sys.path assigned anew": (
        "import sys\nbefore = sys.path\nsys.path = [*before, NOTEBOOKS + '/utils']\n"
        "try: import in_utils\nfinally: sys.path = before\nin_utils.VALUE"
    ),
}

_MAIN = """
import contextlib, io, sys, pytest
class Watch:
    def __init__(self): self.outcomes = []
    def pytest_runtest_logreport(self, report):
        if report.when == 'call' or report.failed: self.outcomes.append([report.nodeid, report.outcome])
    def pytest_collectreport(self, report):
        if report.failed: self.outcomes.append([report.nodeid, str(report.longrepr)[-600:]])
sys.dont_write_bytecode = True
watch, before, said = Watch(), [*sys.path], io.StringIO()
with contextlib.redirect_stderr(said):
    status = pytest.main(['-q', '-p', 'no:cacheprovider', '--import-mode={mode}', *{args}], plugins=[watch])
sys.path[:] = before
assert status == 0, [watch.outcomes, said.getvalue()[-1500:]]
sorted(watch.outcomes)
"""
MODES = ("prepend", "append", "importlib")
_ARGS = {
    "a flat project": "['--rootdir', FLAT, FLAT]",
    "a flat project's inner tests": "['--rootdir', FLAT, FLAT + '/tests']",
    "the repository's one test": "['--rootdir', REPO, REPO + '/test_existing.py']",
    "the src project": "['--rootdir', REPO + '/src_proj', REPO + '/src_proj/tests']",
    "the finder's project": "['--rootdir', FINDER, FINDER + '/tests']",
    "beside the notebook": "['test_units.py']",
}
IN_PYTEST = {f"{mode}: {what}": _MAIN.format(mode=mode, args=args) for mode in MODES for what, args in _ARGS.items()}
IN_PYTEST["the src project, which tells pytest its path"] = _MAIN.format(
    mode="prepend", args="['-o', 'pythonpath=src', '-c', REPO + '/src_proj/pytest.ini', REPO + '/src_proj/tests']"
)
IN_PYTEST["a new test at a flat project's root"] = (
    "write(FLAT, 'test_brand_new.py', 'import acme_other\\ndef test(): assert acme_other.VALUE')\n"
    + _MAIN.format(mode="prepend", args="['--rootdir', FLAT, FLAT + '/test_brand_new.py']")
)
IN_PYTEST["in a process of its own"] = (
    "import subprocess, sys\ncommand = [sys.executable, '-B', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', FLAT]\n"
    "done = subprocess.run(command, capture_output=True, text=True)\nassert done.returncode == 0, done.stdout\n1"
)
