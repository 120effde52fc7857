"""A setting that does not do what it seems to is named, with what was meant."""

from __future__ import annotations

import os

import pytest

from dbx_patch.diagnosis.status import Setting, wrong_settings

LEVELS = ("DEBUG", "info", "Warn", "WARNING", "ERROR", "FATAL", "CRITICAL", "NOTSET", " debug ", "")


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DBX_PATCH_")]:
        monkeypatch.delenv(name)


def told(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> list[tuple[str, str, str]]:
    monkeypatch.setenv(name, value)
    found = [(setting.name, setting.text, setting.meant) for setting in wrong_settings()]
    monkeypatch.delenv(name)
    return found


@pytest.mark.parametrize("value", ["auto", "true", "FALSE", "yes", "no", "on", " off ", "0", "1", ""])
def test_switches(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    assert told(monkeypatch, "DBX_PATCH_ENABLED", value) == []


@pytest.mark.parametrize("value", LEVELS)
def test_levels(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    assert told(monkeypatch, "DBX_PATCH_LOG_LEVEL", value) == []


@pytest.mark.parametrize(
    ("name", "value", "text", "meant"),
    [
        ("ENABLED", "Ture", "ENABLED=ture is not a known value and is ignored. Did you mean true?", "true"),
        ("ENABLED", "2", "ENABLED=2 is not a known value and is ignored.", ""),
        (
            "LOG_LEVEL",
            "debgu",
            "LOG_LEVEL=debgu is not a log level, so nothing is logged. Did you mean DEBUG?",
            "DEBUG",
        ),
        ("LOG_LEVEL", "3", "LOG_LEVEL=3 is not a log level, so nothing is logged.", ""),
        (
            "DISABLE",
            "autorelaod",
            "DISABLE names autorelaod, which is not a patch. Did you mean autoreload?",
            "autoreload",
        ),
        ("DISABLE", "qwxz", "DISABLE names qwxz, which is not a patch.", ""),
    ],
)
def test_values_that_mean_nothing(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, text: str, meant: str
) -> None:
    name = f"DBX_PATCH_{name}"
    assert told(monkeypatch, name, value) == [(name, f"DBX_PATCH_{text}", meant)]


def test_what_is_spelled_right_stays_in_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, "DBX_PATCH_DISABLE", "fallback,sys_path_init") == []
    found = told(monkeypatch, "DBX_PATCH_DISABLE", "fallbak, sys_path_init")
    assert [meant for *_, meant in found] == ["fallback,sys_path_init"]


@pytest.mark.parametrize("name", ["DBX_PATCH_DEBUG", "DBX_PATCH_VERBOSE"])
def test_settings_of_the_old_version(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    text = f"{name} is a setting of dbx-patch 0.1 and does nothing. Use DBX_PATCH_LOG_LEVEL=DEBUG."
    assert told(monkeypatch, name, "") == [(name, text, "")]


def test_names_that_are_almost_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts may have variables of their own that begin as ours do."""
    text = "DBX_PATCH_ENABLE is not a setting of dbx-patch. Did you mean DBX_PATCH_ENABLED?"
    assert told(monkeypatch, "DBX_PATCH_ENABLE", "1") == [("DBX_PATCH_ENABLE", text, "")]
    assert told(monkeypatch, "DBX_PATCH_WHEEL_OF_OURS", "x") == []
    assert told(monkeypatch, "DBX_PATH_ENABLED", "1") == []
    assert Setting("a", "b").meant == ""
