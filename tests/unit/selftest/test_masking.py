"""A report hides users' names and folders, the same name the same way each time, and keeps what is the runtime's."""

from __future__ import annotations

import pytest

from dbx_patch.selftest.masking import Mask

MAIL = "jane.doe@corp.com"


@pytest.fixture
def mask(monkeypatch: pytest.MonkeyPatch) -> Mask:
    for name in ("USER", "LOGNAME", "WSFS_TEST_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.path", [f"/Workspace/Users/{MAIL}/my project/src", "/databricks/python_shell"])
    monkeypatch.setenv("HOME", "/home/jane.doe")
    return Mask({"/Workspace/Users/jane.doe@corp.com/notebooks": "<notebook's folder>"})


@pytest.mark.parametrize(
    "path",
    [
        "/databricks/python_shell/dbruntime/wsfs_import_hook.py",
        "/local_disk0/.ephemeral_nfs/envs/pythonEnv-0a1b/lib/python3.12/site-packages",
        "/usr/lib/python3/dist-packages",
        "/WSFS_NOTEBOOK_DIR",
        "/Workspace",
    ],
)
def test_what_is_the_runtimes_stays(mask: Mask, path: str) -> None:
    assert mask.path(path) == mask.text(path) == path


def test_what_is_users_is_numbered(mask: Mask) -> None:
    assert mask.path(f"/Workspace/Users/{MAIL}/my project/src") == "/Workspace/Users/<1>/<2>/src"
    assert mask.path(f"/Workspace/Repos/{MAIL}/secret/src") == "/Workspace/Repos/<1>/<3>/src"
    assert mask.path("/databricks/driver/secret") == "/databricks/driver/<3>"
    assert mask.path(f"/Workspace/Users/{MAIL}/notebooks/report") == "<notebook's folder>/<4>"
    assert mask.path("/home/jane.doe/x") == "<home>/<5>"


def test_in_sentences_too(mask: Mask) -> None:
    said = mask.text(f"FileNotFoundError: '/Workspace/Users/{MAIL}/my project/src/x.py' (and {MAIL}, jane.doe)")
    assert said == "FileNotFoundError: '/Workspace/Users/<1>/<2>/src/<3>' (and <1>, <4>)"
    assert mask.text("No module named 'selftest_line', 3/4 of it, and/or") == (
        "No module named 'selftest_line', 3/4 of it, and/or"
    )


def test_all_strings_of_data(mask: Mask) -> None:
    data = {f"/Workspace/Users/{MAIL}": ["/Workspace/Shared/team", 1, None, True], "sha": "0" * 64}
    assert mask.data(data) == {"/Workspace/Users/<1>": ["/Workspace/Shared/<2>", 1, None, True], "sha": "0" * 64}


def test_a_folder_with_a_name_of_its_own(mask: Mask) -> None:
    assert mask.path("/Workspace/Users/jane.doe@corp.com/notebooks") == "<notebook's folder>"


def test_whoever_runs_it_is_nobody_in_particular(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/jane")
    monkeypatch.setenv("USER", "jane.doe")
    monkeypatch.setenv("LOGNAME", "jd")
    assert Mask({}).text("jane.doe and jd, or jane") == "<1> and <3>, or <2>", "the longest name first"


def test_lines_that_begin_with_a_path_are_a_text(mask: Mask) -> None:
    assert mask.data("/databricks/driver/secret\nis gone") == "/databricks/driver/<1>\nis gone"


def test_a_home_right_below_the_root_is_no_prefix_to_replace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/everything")
    assert "<home>" not in Mask({}).path("/everything/below")
