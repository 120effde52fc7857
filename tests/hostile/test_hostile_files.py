"""Files that are no files, too much of everything, and folders that change or refuse do no harm."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Callable

import pytest

from hostile.hostile_sites import EVERYTHING, child, new_site, special
from support.installed import distribution
from support.workspaces import write

Record = Callable[[str, object], None]
PROJECT = "/srv/project"
KINDS = ("fifo", "socket", "folder", "sparse", "zero", "tty", "memory", "loop", "dangling")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return new_site(tmp_path)


def places(site: Path) -> list[Path]:
    """Every path that something reads, named by files that are as they should be."""
    write(site, {"reader.pth": "import _evil_impl; _evil_impl.install()\n", "reader.start": "_evil_start:init\n"})
    listed = ["evil.py", "reader.pth", "evil-1.0.dist-info/editable.json"]
    info = distribution(site, "evil", listed, project=PROJECT)
    bare = [distribution(site, f"evil{number}", project=PROJECT) for number in (1, 2)]
    for replaced in (bare[0] / "direct_url.json", bare[1] / "RECORD"):
        replaced.unlink()
    build = site.parent / "build"
    write(site, {"_meson.py": f"MesonpyMetaFinder(\ninstall('x', '{build}')\n", "meson.pth": "import _meson\n"})
    project = site.parents[3] / "ws/good/src/acme"
    names = (
        "evil.pth",
        "evil.start",
        "evil.egg-link",
        "_evil_impl.py",
        "_evil_start.py",
        "evil.py",
        "sitecustomize.py",
    )
    return [
        *(site / name for name in names),
        *(bare[0] / "direct_url.json", bare[1] / "RECORD", info / "editable.json"),
        *(build / "meson-info/intro-install_plan.json", project / "special.py", project / "sub2/__init__.py"),
        *(site / "evil3-1.0.dist-info", site / "__editable__.evil", site / "evil.dist-info"),
    ]


def assert_well(found: dict[str, Any]) -> None:
    assert found["missed"] == "No module named 'no_such_module'"
    assert found["faults"] == [] and found["failed"] == []
    assert set(found["codes"]) <= {0, 1}
    assert found["rss"] < 200


@pytest.mark.parametrize("kind", KINDS)
def test_no_file_where_a_file_is_read(site: Path, kind: str, record_property: Record) -> None:
    made = places(site)
    for path in made:
        special(path, kind)
    assert_well(child(site, EVERYTHING))
    record_property("hostile files and folders read", len(made))


def test_a_hundred_thousand_files(site: Path, record_property: Record) -> None:
    for number in range(100_000):
        os.close(os.open(f"{site}/file{number}.txt", os.O_CREAT | os.O_WRONLY))
    for number in range(500):
        write(site, {f"p{number}.pth": f"/nowhere/{number}\n"})
        distribution(site, f"d{number}", version="1", texts={"METADATA": "", "RECORD": ""})
    assert_well(child(site, EVERYTHING))
    record_property("hostile files and folders read", 101_000)


def test_a_pth_with_ever_so_many_lines(site: Path) -> None:
    write(site, {"evil.pth": "".join(f"/srv/{number:x}\n" for number in range(350_000))})
    for number in range(20):
        write(site, {f"other{number}.pth": "".join(f"/srv/{number}/{line}\n" for line in range(500))})
        distribution(site, f"d{number}", [f"other{number}.pth"], project=PROJECT)
    found = child(site, EVERYTHING)
    assert_well(found)
    assert found["findings"] < 1000


def test_a_text_that_is_read_from_its_start_again_and_again(site: Path) -> None:
    escapes = "\\n" * 1_200_000
    scheme = '{"scheme": {"purelib": {"' + escapes + '": "evil.py"}}}'
    distribution(site, "evil", project=PROJECT, texts={"editable.json": scheme})
    origins = {
        "long": '{"url": "' + escapes + '", "dir_info": {"editable": true}}',
        "open": '"editable"' + '"\\' * 1_500_000,
        "deep": '"editable"' + "[" * 3_000_000,
        "digits": '{"editable": ' + "9" * 3_000_000 + "}",
    }
    for name, origin in origins.items():
        distribution(site, name, texts={"direct_url.json": origin})
    write(site, {"__f.py": f"\nMAPPING = {{'x': '/{escapes}'}}\nNAMESPACES = {{}}\n", "f.pth": "import __f\n"})
    code = f"import dbx_patch.index.snapshot as e\nprint(json.dumps(e.Index([{str(site)!r}]).path_entries))"
    assert child(site, code, seconds=45) == [f"{site.parents[3]}/ws/good/src"]


def test_a_tree_of_links_to_the_whole_machine(site: Path) -> None:
    tree = site.parent / "build/__editable__.evil"
    tree.parent.mkdir()
    tree.symlink_to("/")
    write(site, {"evil.pth": f"{tree}\n"})
    assert_well(child(site, EVERYTHING, seconds=30))


def test_folders_nested_deeper_than_anyone_recurses(site: Path) -> None:
    far = "/a" * 5000
    finder = f"\nMAPPING = {{'evil': '{far}'}}\nNAMESPACES = {{'evilns': ['{far}']}}\n"
    write(site, {"__f.py": finder, "evil.pth": f"import __f\n{far}\n", "evil.egg-link": far})
    distribution(site, "evil", ["a" + far + ".py"], project=far)
    assert_well(child(site, EVERYTHING))


def test_a_folder_without_permission(site: Path) -> None:
    closed = write(site.parents[3] / "ws/closed", {"evil/__init__.py": ""})
    inner = write(site.parents[3] / "ws/half", {"half/inner/x.py": "", "half/__init__.py": ""})
    write(site, {"closed.pth": f"{closed}\n{closed}/evil\n{inner}\n", "secret.pth": f"{inner}\n"})
    shut = [closed, inner / "half/inner", distribution(site, "evil", ["evil.py"], project=PROJECT), site / "secret.pth"]
    other = site.parents[3] / "other/site-packages"
    other.mkdir(parents=True)
    for path in [*shut, other]:
        path.chmod(0)
    try:
        denied = f"import os; sys.path.append({str(other)!r})\n"
        denied += f"try:\n    os.listdir({str(closed)!r}); print('null'); sys.exit()\nexcept OSError:\n    pass\n"
        found = child(site, denied + EVERYTHING, as_anybody=True)
    finally:
        for path in [*shut, other]:
            path.chmod(0o700)
    if found is None:
        pytest.skip("permissions do not count for this user, who cannot give that right away either")
    assert_well(found)


def test_names_that_are_no_utf8(site: Path) -> None:
    base = os.fsencode(site)
    odd = os.path.join(os.fsencode(site.parents[3]), b"ws/caf\xe9 \xff")
    os.makedirs(odd + b"/evil")
    os.mkdir(os.path.join(base, b"d\xe9-1.0.dist-info"))
    for name in (b"\xff.pth", b"\xe9.egg-link", b"\xfe.start"):
        with open(os.path.join(base, name), "wb") as stream:
            stream.write(odd + b"\n\xff\xfe\n/\xed\xa0\x80\n")
    finder = f"\nMAPPING = {{'evil': '/\\ud800/x', 'e\\udce9vil': {os.fsdecode(odd)!r}}}\n"
    write(site, {"__f.py": finder + "NAMESPACES = {'ns': ['/\\udfff']}\n", "f.pth": "import __f\n"})
    distribution(site, "evil", ["evil.py"], project="/%ff%fe/\\ud83d")
    found = child(site, EVERYTHING)
    assert_well(found)
    assert any(ord(character) > 0xD7FF for name in found["names"] for character in name)


CHANGING = """
import shutil, threading
import dbx_patch
dbx_patch.apply_all_patches(verbose=False)
site, stop, rounds = {site!r}, time.monotonic() + {seconds}, [0, 0]
def change():
    while time.monotonic() < stop:
        rounds[0] += 1
        for number in range(8):
            folder = f"{{site}}/d{{number}}-1.dist-info"
            os.makedirs(folder, exist_ok=True)
            open(folder + "/RECORD", "w").write("x.pth,,\\n")
            open(folder + "/direct_url.json", "w").write('{{"url": "file:///x", "dir_info": {{"editable": true}}}}')
            open(f"{{site}}/x{{number}}.pth", "w").write(folder + "/gone\\n")
            os.rename(f"{{site}}/x{{number}}.pth", f"{{site}}/y{{number}}.pth")
        for number in range(8):
            shutil.rmtree(f"{{site}}/d{{number}}-1.dist-info")
            os.remove(f"{{site}}/y{{number}}.pth")
thread = threading.Thread(target=change)
thread.start()
while thread.is_alive():
    rounds[1] += 1
    for name in [name for name in sys.modules if name.startswith("acme")]:
        del sys.modules[name]
    import acme.sub
    try:
        import no_such_module
    except ModuleNotFoundError:
        pass
    if not rounds[1] % 20:
        dbx_patch.verify_editable_installs(verbose=False), dbx_patch.explain("acme.sub", verbose=False)
faults = dbx_patch.check_patch_status(verbose=False).faults
print(json.dumps([rounds, faults, peak()]))
"""


def test_a_folder_that_changes_while_it_is_read(site: Path, record_property: Record) -> None:
    (rounds, faults, megabytes) = child(site, CHANGING.format(site=str(site), seconds=3))
    assert min(rounds) > 20 and faults == [] and megabytes < 200
    record_property("hostile files and folders read", sum(rounds))
