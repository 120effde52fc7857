"""A module's source is described by the names that dbx-patch relies on, whatever it looks like."""

from __future__ import annotations

import hashlib

import pytest

from dbx_patch.hooks import RUNTIME_MODULES
from dbx_patch.selftest.sources import RELIED_ON, describe
from dbx_patch.simulator import VERSIONS
from dbx_patch.simulator.layout import materialise

HOOK = """
import sys
if sys.version_info > (3,):
    class WsfsImportHook(Base):
        SITE_PACKAGE_WHITE_LIST: tuple = ()
        def __init__(self, path, /, other=None, *more, limit=100, text="x", made=list(), **rest):
            self.__finder = None
        @staticmethod
        def get_filename(frame): ...
        def __is_user_import(self): ...
"""


def test_signatures_and_private_names() -> None:
    found = describe("pyspark.wsfs_import_hook", HOOK.encode())
    at = found["attributes"]
    assert at["WsfsImportHook"] == "class" and at["WsfsImportHook.SITE_PACKAGE_WHITE_LIST"] == "value"
    assert at["WsfsImportHook.__init__"] == (
        "(self, path, /, other=None, *more, limit=100, text='x', made=..., **rest)"
    )
    assert at["WsfsImportHook.get_filename"] == "(frame)"
    assert at["WsfsImportHook._WsfsImportHook__is_user_import"] == "(self)"
    assert at["WsfsImportHook._WsfsImportHook__finder"] == "value"
    assert at["WsfsImportHook.find_spec"] is None
    assert "WsfsImportHook._WsfsImportHook__finder" in found["names"], "where a name is missing, all are listed"
    assert found["sha256"] == hashlib.sha256(HOOK.encode()).hexdigest()


@pytest.mark.parametrize("source", [b"def f(:", b"\0", b"\xff\xfe", b"# -*- coding: nowhere -*-\n"])
def test_what_cannot_be_parsed_has_a_hash_all_the_same(source: bytes) -> None:
    found = describe("sys_path_init", source)
    assert found["attributes"] == {} and len(found["sha256"]) == 64 and "cannot be parsed" in found["problem"]


def test_every_module_that_is_patched_has_its_names() -> None:
    assert {module for modules in RUNTIME_MODULES.values() for module in modules} <= set(RELIED_ON)


@pytest.mark.parametrize("era", VERSIONS)
def test_the_simulated_runtimes_have_all_of_them(era: str, tmp_path: object) -> None:
    shell = materialise(str(tmp_path), era)
    folders = (shell, shell.parent / "spark/python")
    found = [(name, folder / (name.replace(".", "/") + ".py")) for name in RELIED_ON for folder in folders]
    described = {name: describe(name, file.read_bytes()) for name, file in found if file.exists()}
    assert len(described) >= 7
    for name, what in described.items():
        assert None not in what["attributes"].values(), name


def test_names_of_a_module_are_what_it_binds_itself() -> None:
    source = """
import os.path as places
from sys import path
if path:
    under_a_condition = 1
else:
    def otherwise(): ...
def function():
    of_its_own = 1
class Thing:
    def __init__(self, other):
        self.part.of_another = other.of_a_third = self.value = 1
"""
    names = describe("sys_path_init", source.encode())["names"]
    of_the_class = ["Thing", "Thing.__init__", "Thing.value"]
    assert names == [*of_the_class, "function", "otherwise", "path", "places", "under_a_condition"]
