"""Where dbx-patch acts: on Databricks, or where it was told to; once in a process, and never with an error."""

from __future__ import annotations

import os
from typing import Any

import pytest

from dbx_patch import hooks
from support.environments import ROOT
from support.state import fresh_copy

pytestmark = pytest.mark.usefixtures("import_state")
RUNTIME = "DATABRICKS_RUNTIME_VERSION is set"
FOLDER = "the folder /databricks exists"


@pytest.fixture
def bootstrap() -> Any:
    """This checkout's, as a process begins with it: the one that this process has may be an installed one."""
    return fresh_copy(ROOT / "src/_dbx_patch_bootstrap.py")


@pytest.mark.parametrize(
    "environ, folder, decided",
    [
        ({}, False, (False, "this is not Databricks")),
        ({}, True, (True, FOLDER)),
        ({"DATABRICKS_RUNTIME_VERSION": "17.3"}, False, (True, RUNTIME)),
        ({"DATABRICKS_RUNTIME_VERSION": ""}, False, (False, "this is not Databricks")),
        *(({"DBX_PATCH_ENABLED": word}, True, (True, FOLDER)) for word in ("", "auto", "maybe", "0 false", "o")),
        *(({"DBX_PATCH_ENABLED": word}, False, (False, "this is not Databricks")) for word in ("", "auto", "maybe")),
        *(
            ({"DBX_PATCH_ENABLED": f" {word.upper()} "}, False, (True, f"DBX_PATCH_ENABLED={word}"))
            for word in ("1", "true", "yes", "on")
        ),
        *(
            ({"DBX_PATCH_ENABLED": word, "DATABRICKS_RUNTIME_VERSION": "x"}, True, (False, f"DBX_PATCH_ENABLED={word}"))
            for word in ("0", "false", "no", "off")
        ),
    ],
)
def test_whether_and_why(
    bootstrap: Any, environ: dict[str, str], folder: bool, decided: tuple[bool, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def access(path: object, mode: int) -> bool:
        asked.append((path, mode))
        return folder

    monkeypatch.setattr(os, "access", access)
    assert bootstrap.decide(environ) == decided
    assert asked in ([], [("/databricks/", os.F_OK)]), "one look at the disk at most, for a folder"


@pytest.mark.parametrize("enabled", [True, False])
def test_armed_once_in_a_process(bootstrap: Any, enabled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A virtual environment's site runs each `.pth` twice."""
    armed: list[bool] = []
    monkeypatch.setenv("DBX_PATCH_ENABLED", str(int(enabled)))
    monkeypatch.setattr(hooks, "arm", lambda: armed.append(True))
    bootstrap.init()
    bootstrap.init()
    assert armed == [True] * enabled and bootstrap.runs == 2 and bootstrap.fault is None


def test_what_fails_while_it_arms_is_kept_and_no_more(bootstrap: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """`site` would print it, at each start of Python."""

    def fail() -> None:
        try:
            raise KeyError("inner")
        except KeyError as inner:
            raise MemoryError("ours") from inner

    monkeypatch.setenv("DBX_PATCH_ENABLED", "1")
    monkeypatch.setattr(hooks, "arm", fail)
    assert bootstrap.fault is None and bootstrap.runs == 0
    bootstrap.init()
    fault = bootstrap.fault
    assert repr(fault) == "MemoryError('ours')" and bootstrap.runs == 1
    assert fault.__traceback__ is fault.__context__ is fault.__cause__ is None, "they would keep frames alive"
