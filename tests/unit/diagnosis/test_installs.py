"""The editable installs as users see them: each with its kind and places, and which path entries are lost."""

from __future__ import annotations

import sys

from dbx_patch.diagnosis.installs import EditableInstall, InstallsResult, editable_installs, list_installs
from support.solo import Solo


def install(**fields: object) -> EditableInstall:
    given = {
        "name": "acme",
        "version": "1.0",
        "shape": "B",
        "kind": "the kind",
        "project": "/ws/p",
        "site_folder": "/s",
    }
    return EditableInstall(**{**given, **fields})  # type: ignore[arg-type]


def rows(result: EditableInstall | InstallsResult, number: int = 0) -> list[tuple[str, ...]]:
    return [tuple(row) for row in result.sections()[number].rows]


def test_one_install() -> None:
    full = install(names=["acme", "ns"], paths=["/p"], modules={"acme": "/m"}, namespaces={"ns": ["/n1", "/n2"]})
    full.pth_files = ["/s/acme.pth"]
    assert full.headline() == "acme 1.0, editable: the kind"
    assert rows(full) == [
        ("project", "/ws/p"),
        ("provides", "acme, ns"),
        ("path entry", "/p"),
        ("acme", "/m"),
        ("ns", "/n1"),
        ("ns", "/n2"),
        ("defined in", "/s/acme.pth"),
    ]
    bare = install(name="mine.pth", version="", project=None)
    assert bare.headline() == "mine.pth, editable: the kind"
    assert rows(bare) == [("project", "not recorded"), ("provides", "nothing")]


def test_all_installs() -> None:
    some = [install(paths=["/p/", "/q"], modules={"a": "/a", "a.b": "/b"}, namespaces={"n": ["/n"]}), install()]
    found = InstallsResult(some, ["/p", "/q", "/a"], ["/p"])
    assert found.headline() == (
        "2 editable installs, 3 source folders. 1 path entry is lost, which means missing from sys.path"
    )
    assert rows(found) == [("project", "/ws/p"), ("lost", "/p/"), ("present", "/q"), ("a", "/a"), ("n", "/n")]
    assert [section.title for section in found.sections()] == ["acme 1.0: the kind"] * 2
    none = InstallsResult([], [], [])
    assert none.headline() == "No editable installs, no source folders"
    assert "none in this interpreter's site folders" in str(none)


def test_what_this_process_has(solo: Solo) -> None:
    pth = solo.line("acme", solo.project / "src")
    [found] = editable_installs()
    assert (found.name, found.version, found.kind) == ("acme", "1.0", "path line in a .pth file")
    assert (found.project, found.names, found.pth_files) == (str(solo.project), ["acme"], [str(pth)])
    root = f"{solo.project}/src"
    sys.path.append(3)  # type: ignore[arg-type]
    assert (list_installs().paths, list_installs().lost) == ([root], [])
    sys.path.remove(root)
    assert list_installs().lost == [root]
    sys.path.append(f"{root}/")
    assert list_installs().lost == []
