"""What `paths` and the API say of installs: what each provides and from where, and which entries are lost."""

from __future__ import annotations

import sys

import pytest

from dbx_patch.diagnosis.installs import EditableInstall, InstallsResult, editable_installs, list_installs, lost_entries
from support.checked import Mine
from support.installed import distribution, leave_install
from support.workspaces import write


def mapped(**given: object) -> EditableInstall:
    modules = {"acme": "/ws/acme", "acme.sub": "/ws/other", "alone": "/ws/alone.py"}
    return EditableInstall(
        "acme", "1.0", "B", "setuptools import finder", "/ws", "/site", **{"modules": modules, **given}
    )  # type: ignore[arg-type]


def test_one_install_shows_what_it_has() -> None:
    shown = mapped(names=["acme", "alone"], paths=["/ws/src"], namespaces={"space": ["/ws/a", "/ws/b"]})
    shown.pth_files.append("/site/_acme.pth")
    assert str(shown).splitlines() == [
        "acme 1.0, editable: setuptools import finder",
        "",
        "Details",
        "  project     /ws",
        "  provides    acme, alone",
        "  path entry  /ws/src",
        "  acme        /ws/acme",
        "  acme.sub    /ws/other",
        "  alone       /ws/alone.py",
        "  space       /ws/a",
        "  space       /ws/b",
        "  defined in  /site/_acme.pth",
    ]
    many = mapped(modules={f"m{number:02}": "/ws/m" for number in range(30)})
    assert "m19" in str(many) and "m20" not in str(many)


def test_what_is_not_known_is_said() -> None:
    lines = str(EditableInstall("mine.pth", "", "A", "path line", None, "/site")).splitlines()
    assert lines[0] == "mine.pth, editable: path line"
    assert lines[3:] == ["  project   not recorded", "  provides  nothing"]


def test_all_installs_show_what_is_lost() -> None:
    """What lies in a package that is mapped too is left out here."""
    one = mapped(namespaces={"space": ["/ws/a"]})
    two = EditableInstall("mine.pth", "", "A", "path line", None, "/site", paths=["/ws/x", "/ws/y"])
    shown = InstallsResult([one, two], ["/ws/acme", "/ws/x", "/ws/y"], ["/ws/y"])
    assert str(shown).splitlines() == [
        "2 editable installs, 3 source folders. 1 path entry is lost, which means missing",
        "from sys.path",
        "",
        "acme 1.0: setuptools import finder",
        "  project  /ws",
        "  acme     /ws/acme",
        "  alone    /ws/alone.py",
        "  space    /ws/a",
        "",
        "mine.pth: path line",
        "  project  not recorded",
        "  present  /ws/x",
        "  lost     /ws/y",
    ]
    assert InstallsResult([], [], ["/a", "/b"]).headline().startswith("No editable installs, no source folders. 2 path")
    none = InstallsResult([], [], [])
    assert none.headline() == "No editable installs, no source folders"
    assert "none in this interpreter's site folders" in str(none) and shown.exit_code() == 0


def test_installs_are_those_of_the_site_folders(mine: Mine, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = write(mine.home / "acme", {"src/acme/__init__.py": "", "src/zebra.py": ""})
    leave_install(mine.site, "acme", acme, acme / "src")
    write(mine.site, {"mine.pth": f"{acme}/src\n", "other.pth": f"{mine.home}/other\n"})
    write(mine.home, {"other/other.py": ""})
    distribution(mine.site, "library")
    mine.search()
    found = {install.name: install for install in editable_installs()}
    assert {"acme", "other.pth"} <= {*found} and "library" not in found
    one = found["acme"]
    assert (one.version, one.shape, one.kind, one.names) == ("1.0", "A", "path line in a .pth file", ["acme", "zebra"])
    assert (one.project, one.site_folder, one.paths) == (str(acme), str(mine.site), [f"{acme}/src"])
    assert one.pth_files == [f"{mine.site}/_acme.pth"]
    assert (found["other.pth"].project, found["other.pth"].version) == (None, "")
    monkeypatch.setattr(sys, "path", [*sys.path, None, f"{mine.home}/other/"])
    assert lost_entries() == list_installs().lost == [f"{acme}/src"]
    assert list_installs().paths == sorted([f"{acme}/src", f"{mine.home}/other"])
    assert list_installs().to_dict()["installs"][0]["name"] == one.name
