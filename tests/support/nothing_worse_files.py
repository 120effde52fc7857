"""The files of `support.nothing_worse`: a library, a Git folder with a notebook, and four editable projects."""

from __future__ import annotations

from support.workspaces import HATCHLING, SETUPTOOLS, package

LIBRARY = """
import importlib, importlib.util, pickle, threading

def load(name):
    return importlib.import_module(name)

def dunder(name):
    return __import__(name, fromlist=["x"])

def plugin(entry):
    module, _, attribute = entry.partition(":")
    return getattr(importlib.import_module(module), attribute)

def optional(name):
    try:
        __import__(name)
    except ImportError as error:
        return [type(error).__name__, str(error), error.name]
    return "there"

def in_thread(name):
    found = []
    thread = threading.Thread(target=lambda: found.append(load(name).__name__))
    thread.start()
    thread.join(60)
    return found[0]

def find(name):
    return importlib.util.find_spec(name)

def unpickle(data):
    return pickle.loads(data)

def call(function):
    return function()

def hints():
    import typing
    def function(x: "int") -> "str": ...
    return sorted(typing.get_type_hints(function))
"""
BESIDE = '''
import logging
VALUE = "beside"
def f():
    """
    >>> 1 + 1
    2
    """
    return "f of beside"
class Thing:
    VALUE = "a thing of beside"
class Handler(logging.Handler):
    pass
'''
SIDE = "import builtins\nbuiltins.__dict__.setdefault('SIDE_EFFECTS', []).append(__name__)\nNAME = __name__\n"
# The notebook's folder, in the repository
NOTEBOOKS = {
    "beside.py": BESIDE,
    "beside_pkg/__init__.py": SIDE,
    "beside_pkg/__main__.py": "RAN = [__name__, __package__]\n",
    "beside_pkg/sub.py": SIDE,
    "beside_pkg/deep/__init__.py": SIDE,
    "beside_pkg/deep/leaf.py": SIDE,
    "beside_pkg/relative.py": "from . import sub\nfrom .deep import leaf\nFOUND = [sub.NAME, leaf.NAME]\n",
    "beside_pkg/star.py": "__all__ = ['one', 'two']\none, two = 1, 2\n",
    "beside_pkg/data.txt": "data",
    "circle_a.py": "import circle_b\nNAME = __name__\n",
    "circle_b.py": "import circle_a\nNAME = __name__\n",
    "bare_space/part.py": "VALUE = 'in a namespace'\n",
    "spread/two.py": "VALUE = 2\n",
    "installed_pkg/notes.txt": "",
    "colorsys.py": "VALUE = 'stray'\n",
    "installed.py": "VALUE = 'stray'\n",
    "replaces.py": "import sys, types\nsys.modules[__name__] = types.SimpleNamespace(VALUE=1)\n",
    "dynamic.py": "def __getattr__(name):\n    if name.startswith('__'): raise AttributeError(name)\n    return name\n",
    "guarded.py": "try:\n    import nowhere_optional\n    HAS = True\nexcept ImportError:\n    HAS = False\n",
    "fails.py": "1 / 0\n",
    "broken.py": "def\n",
    "a_notebook.py": "# Databricks notebook source\nVALUE = 1\n",
    "reloaded.py": "VALUE = 1\n",
    "uses_beside.py": "import beside\nFOUND = beside.VALUE\n",
    "test_units.py": "import unittest, beside\nclass T(unittest.TestCase):\n    def test(self): assert beside.VALUE\n",
    "utils/in_utils.py": "VALUE = 'in utils'\n",
}
# The Git folder's root is a flat project: its editable install is a path line with that root
REPOSITORY = {
    **package("acme_flat"),
    "pyproject.toml": HATCHLING
    + '[project]\nname = "acme_flat-project"\nversion = "1.0"\n'
    + '[tool.hatch.build.targets.wheel]\npackages = ["acme_flat"]\n',
    "at_root.py": "VALUE = 'at the root'\n",
    "helpers/__init__.py": "",
    "helpers/tool.py": "VALUE = 'a tool'\n",
    "conftest.py": "VALUE = 'conftest'\n",
    "test_existing.py": "VALUE = 'a test'\ndef test_it():\n    import conftest\n",
    "spread/three.py": "VALUE = 3\n",
    "program/__main__.py": "import part_of_program\nFOUND = part_of_program.VALUE\n",
    "program/part_of_program.py": "VALUE = 'part'\n",
}
# Another one, outside the Git folder
OTHER_FLAT = {
    **package("acme_other"),
    "pyproject.toml": REPOSITORY["pyproject.toml"].replace("acme_flat", "acme_other"),
    "conftest.py": "import pytest\n@pytest.fixture\ndef value():\n    return 'editable'\n",
    "test_other.py": "import acme_other\nVALUE = 'other'\ndef test_it(value):\n    assert acme_other.VALUE == value\n",
    "tests/__init__.py": "",
    "tests/conftest.py": "",
    "tests/test_inner.py": "from .helper import HELP\nimport acme_other.sub\nVALUE = 'inner'\n"
    "def test(value): assert HELP\n",
    "tests/helper.py": "HELP = 1\n",
    "scripts/tool.py": "VALUE = 'script'\n",
    "installed.py": "VALUE = 'stray'\n",
    "setup.py": "VALUE = 'setup'\n",
}
FINDER = {
    **package("acme_finder"),
    "pyproject.toml": SETUPTOOLS + '[project]\nname = "acme_finder-project"\nversion = "1.0"\n[tool.setuptools]\n'
    'packages = ["acme_finder", "acme_finder.deep"]\n',
    "tools_of_finder.py": "VALUE = 'tools'\n",
    "tests/test_finder.py": "import acme_finder.sub\ndef test(): assert acme_finder.VALUE\n",
}
SRC_EXTRA = {
    "pytest.ini": "[pytest]\n",
    "tests/__init__.py": "",
    "tests/test_src.py": "import acme_src.sub\ndef test(): assert acme_src.VALUE == 'editable'\n",
    "tests/conftest.py": "import os, sys\nsys.path.append(os.path.join(os.path.dirname(__file__), '../src'))\n",
}
