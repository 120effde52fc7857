"""Whoever asks for a name that dbx-patch 0.1 had is told what to do now, however they ask for it."""

from __future__ import annotations

import importlib

import pytest

import dbx_patch
from dbx_patch import _former


@pytest.mark.parametrize("name", sorted(_former.NAMES))
def test_a_former_name_is_refused_with_what_to_do_now(name: str) -> None:
    hint = _former.NAMES[name]
    assert "since 1.0 dbx-patch is active by itself" in hint
    with pytest.raises(AttributeError) as refused:
        getattr(dbx_patch, name)
    assert str(refused.value) == f"module 'dbx_patch' has no attribute {name!r}: {hint}"
    with pytest.raises(ImportError) as failed:
        exec(f"from dbx_patch import {name}")
    assert str(failed.value) == f"cannot import name {name!r} from 'dbx_patch': {hint}"
    assert failed.value.name == "dbx_patch"


def test_any_other_name_is_missing_as_usual() -> None:
    with pytest.raises(AttributeError) as refused:
        dbx_patch.no_such_name  # noqa: B018
    assert str(refused.value) == "module 'dbx_patch' has no attribute 'no_such_name'"
    with pytest.raises(ImportError, match=r"cannot import name 'no_such_name' from 'dbx_patch' .*__init__.py"):
        exec("from dbx_patch import no_such_name")
    assert not hasattr(dbx_patch, "no_such_name")


def test_calls_that_are_to_be_deleted_say_so() -> None:
    for name in ("patch_and_install", "install_sitecustomize", "uninstall_sitecustomize"):
        assert "so delete this call; check_startup_status() tells whether it is active" in _former.NAMES[name]
    assert _former.NAMES["uninstall_sitecustomize"].endswith("verify_editable_installs() finds what 0.1 left behind")


@pytest.mark.parametrize("module", ["patch_dbx", "install_sitecustomize"])
def test_a_former_module_says_what_to_do_now(module: str) -> None:
    with pytest.raises(ImportError, match=r"since 1.0 dbx-patch is active by itself"):
        importlib.import_module(f"dbx_patch.{module}")


def test_each_former_option_has_an_answer() -> None:
    assert set(_former.OPTIONS) == {"--apply", "--verify", "--status", "--remove", "--quiet"}
    assert "use `dbx-patch verify`" in _former.OPTIONS["--verify"] and "dbx-patch status" in _former.OPTIONS["--apply"]
