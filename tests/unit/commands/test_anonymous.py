"""A report names nobody: users, hosts and their folders get stand-ins, the same name the same one everywhere."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from dbx_patch.commands import anonymous
from dbx_patch.commands.anonymous import Anonymous


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anonymous.getpass, "getuser", lambda: "jane")
    monkeypatch.setattr(platform, "node", lambda: "host-of-jane")
    monkeypatch.setenv("HOME", "/home/jane")


def test_own_names_are_replaced_wherever_they_stand() -> None:
    names = Anonymous([], [])
    assert names.text("jane on host-of-jane, janet") == "<user-1> on <host-1>, janet"
    assert names.text("/home/jane/x and a@b.com") == "/home/<user-1>/<folder-1> and <user-2>"
    assert names.text("/Users/a@b.com or /Users/a%40b.com") == "/Users/<user-2> or /Users/<user-2>"


@pytest.mark.parametrize("name", ["root", "me", ""])
def test_a_users_name_that_tells_nothing_stays(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(anonymous.getpass, "getuser", lambda: name)
    monkeypatch.setenv("HOME", f"/{name}")
    assert Anonymous([], []).text("root and me") == "root and me"


def test_folders_that_everybody_has_stay() -> None:
    told = {
        "/usr/lib/python3.12/site-packages": "/usr/lib/python3.12/site-packages",
        "/databricks/python_shell": "/databricks/python_shell",
        "/Workspace/Users/x y/secret/src": "/Workspace/Users/<user-2>/<folder-1>/src",
        "/srv/7/secret/x.whl": "/srv/7/<folder-1>/<folder-2>",
    }
    names = Anonymous([], ["/Workspace/Users/x y/secret/src"])
    assert {path: names.text(path) for path in told} == told


def test_what_lies_in_an_open_place_stays() -> None:
    names = Anonymous(["/srv/client/src/acme/"], ["/srv/client/src/acme/deep/part.py", "/"])
    assert names.text("in /srv/client/src/acme/deep/part.py:") == "in /srv/<folder-1>/src/acme/deep/part.py:"
    assert names.text("/srv/client/src/acme2") == "/srv/<folder-1>/src/<folder-2>"
    assert names.text("1/2 and /") == "1/2 and /"


def test_what_is_put_in_stands_as_it_is() -> None:
    names = Anonymous(["/srv/back\\slash"], ["/srv/back\\slash/it"])
    assert names.text("see /srv/back\\slash/it.") == "see /srv/back\\slash/it."


@dataclass
class Kept:
    file: str
    count: int


def test_all_texts_of_data_are_replaced() -> None:
    names = Anonymous([], [])
    data = {"jane": ["jane", ("jane", 1, None, True)], "kept": Kept("/home/jane", 2)}
    assert names.value(data) == {
        "<user-1>": ["<user-1>", ("<user-1>", 1, None, True)],
        "kept": Kept("/home/<user-1>", 2),
    }
    assert data["jane"] == ["jane", ("jane", 1, None, True)]


def test_a_folder_with_a_blank_in_its_name_is_one_name() -> None:
    names = Anonymous([], ["/srv/my client"])
    assert names.text("see /srv/my client now, for my client") == "see /srv/<folder-1> now, for <folder-1>"


def test_what_packages_and_python_itself_have_stays_readable() -> None:
    install = SimpleNamespace(
        site_folder="/srv/env/site-packages",
        modules={"mapped": "/srv/one/mapped.py"},
        namespaces={"spread": ["/srv/two/spread"]},
        paths=["/srv/three/src/"],
        names=["acme"],
    )
    names = anonymous.of_this_process([install], {})
    for path in ("one/mapped.py", "two/spread/part.py", "three/src/acme/deep.py"):
        folder, _, below = path.partition("/")
        assert names.text(f"/srv/{path}").endswith(f"/{below}") and f"/{folder}/" not in names.text(f"/srv/{path}")
    library = os.path.dirname(os.__file__)
    assert names.text(f"{library}/some_module/part.py").endswith("/some_module/part.py")
