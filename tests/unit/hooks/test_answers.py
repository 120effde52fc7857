"""The one search of the installs: what they have by a name, and when what the others found stays the answer."""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import FileFinder, ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import SimpleNamespace

import pytest

from dbx_patch.hooks import answers, rationed
from dbx_patch.index.snapshot import Index
from support.installed import distribution, index_of
from support.workspaces import write

pytestmark = pytest.mark.usefixtures("import_state")
LINE = "import __editable___x_finder; __editable___x_finder.install()\n"


def mapped(site: Path, mapping: dict[str, str], namespaces: dict[str, list[str]] | None = None) -> Index:
    """An install of setuptools' that maps names to places."""
    text = f"import sys\nMAPPING = {mapping!r}\nNAMESPACES = {namespaces or {}!r}\n"
    return index_of(site, {"__editable___x_finder.py": text, "__editable__.x.pth": LINE})


def find(name: str, index: Index, path: list[str] | None = None, in_namespace: bool = False) -> ModuleSpec | None:
    return answers.find(name, path, index, index.installs, in_namespace)


def place(spec: ModuleSpec | None) -> tuple[str, str | None, list[str] | None] | None:
    """What an import makes of a spec: the module's name, its file, its __path__."""
    if spec is None:
        return None
    locations = spec.submodule_search_locations
    return spec.name, spec.origin if spec.loader else None, None if locations is None else list(locations)


def test_a_mapped_name_is_found_where_the_map_says(site: Path, tmp_path: Path) -> None:
    """A package's folder, a module's file with its suffix or without; called differently there, too."""
    source = write(tmp_path / "ws/proj", {"acme/__init__.py": "", "acme/sub.py": "", "one.py": "", "other.py": ""})
    names = {"acme": "acme", "renamed": "acme", "one": "one", "two": "other", "file": "one.py", "deep": "acme/sub"}
    names["package"] = "acme/__init__.py"
    index = mapped(site, {**{name: f"{source}/{to}" for name, to in names.items()}, "gone": f"{source}/gone"})
    package = f"{source}/acme/__init__.py"
    assert place(find("acme", index)) == ("acme", package, [f"{source}/acme"])
    assert place(find("renamed", index)) == ("renamed", package, [f"{source}/acme"])
    assert place(find("package", index)) == ("package", package, [f"{source}/acme"])
    assert place(find("one", index)) == ("one", f"{source}/one.py", None)
    assert place(find("two", index)) == ("two", f"{source}/other.py", None)
    assert place(find("file", index)) == ("file", f"{source}/one.py", None)
    assert place(find("deep", index)) == ("deep", f"{source}/acme/sub.py", None)
    assert find("gone", index) is None and find("unknown", index) is None


def test_a_mapped_folder_without_an_init_is_no_package(site: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "ws/proj", {"bare/data.txt": ""})
    assert find("bare", mapped(site, {"bare": f"{source}/bare", "alias": f"{source}/bare"})) is None
    assert find("alias", mapped(site, {"alias": f"{source}/bare"})) is None


def test_a_namespace_has_its_folders_once_each_or_only_what_is_mapped_into_it(site: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "ws/proj", {"space/part/__init__.py": ""})
    spaces = {"space": [f"{source}/space", f"{source}/space"], "empty": []}
    index = mapped(site, {"below.part": f"{source}/space/part"}, spaces)
    assert place(find("space", index)) == ("space", None, [f"{source}/space"])
    assert place(find("empty", index)) == ("empty", None, [])
    assert place(find("below", index)) == ("below", None, [])
    assert place(find("below.part", index)) == (
        "below.part",
        f"{source}/space/part/__init__.py",
        [f"{source}/space/part"],
    )
    assert find("belo", index) is None
    spec = find("space.part", index, ["/x"], in_namespace=True)
    assert place(spec) == ("space.part", f"{source}/space/part/__init__.py", [f"{source}/space/part"])


def test_a_package_in_a_later_install_wins_over_bare_folders_in_earlier_ones(site: Path, tmp_path: Path) -> None:
    roots = [write(tmp_path / "ws" / name, {"acme/x.txt": "", "space/x.txt": ""}) for name in "ab"]
    write(tmp_path / "ws/c", {"acme/__init__.py": ""})
    index = index_of(site, {"x.pth": "".join(f"{tmp_path}/ws/{name}\n" for name in "abc")})
    assert place(find("acme", index)) == ("acme", f"{tmp_path}/ws/c/acme/__init__.py", [f"{tmp_path}/ws/c/acme"])
    assert place(find("space", index)) == ("space", None, [f"{root}/space" for root in roots])


@pytest.mark.parametrize("asked", [True, False])
def test_a_folder_that_a_plain_finder_was_asked_about_is_not_looked_into_again(
    site: Path, project: Path, asked: bool
) -> None:
    """Whatever its spelling on the path; an entry for which something stands that may refuse is."""
    index = index_of(site, {"x.pth": f"{project}/src\n"})
    sys.path[:] = [None, f"{project}/src/"]  # type: ignore[list-item]
    plain = FileFinder(f"{project}/src", (SourceFileLoader, [".py"]))
    sys.path_importer_cache[f"{project}/src/"] = plain if asked else SimpleNamespace()  # type: ignore[assignment]
    assert (find("acme", index) is None) is asked


def test_inside_a_package_a_patched_hook_has_answered_at_the_top_level_it_may_not_have(
    site: Path, project: Path
) -> None:
    index = index_of(site, {"x.pth": f"{project}/src\n"})

    class Hook:
        """One of the runtime's."""

    rationed.patched_hooks.append(Hook)
    for entry in (f"{project}/src", f"{project}/src/acme"):
        sys.path_importer_cache[entry] = Hook()  # type: ignore[assignment]
    sys.path.append(f"{project}/src")
    assert place(find("acme", index)) == ("acme", f"{project}/src/acme/__init__.py", [f"{project}/src/acme"])
    assert find("acme.sub", index, [f"{project}/src/acme"]) is None
    rationed.patched_hooks.clear()
    assert place(find("acme.sub", index, [f"{project}/src/acme"])) == (
        "acme.sub",
        f"{project}/src/acme/sub.py",
        None,
    )


def test_a_submodule_is_looked_for_in_what_is_editable_of_the_parents_path(
    site: Path, project: Path, tmp_path: Path
) -> None:
    elsewhere = write(tmp_path / "elsewhere", {"acme/other.py": ""})
    write(project / "more", {"acme/half.py": ""})
    index = index_of(site, {"x.pth": f"{project}/src\n{project}/more\n"})
    path = [f"{elsewhere}/acme", f"{project}/src/acme"]
    assert find("acme.other", index, path) is None
    assert place(find("acme.sub", index, path)) == ("acme.sub", f"{project}/src/acme/sub.py", None)
    assert find("acme.half", index, path) is None, "another install's folder is no part of a package"
    assert place(find("acme.half", index, path, in_namespace=True)) == (
        "acme.half",
        f"{project}/more/acme/half.py",
        None,
    )


def test_a_path_entry_is_looked_into_by_the_listing_that_our_finder_has(site: Path, project: Path) -> None:
    entry = f"{project}/src"
    found = answers.look_into(entry, "acme")
    assert place(found) == ("acme", f"{entry}/acme/__init__.py", [f"{entry}/acme"])
    assert answers.finder_for(entry) is answers.finder_for(entry) and entry not in sys.path_importer_cache
    finder = sys.path_importer_cache[entry] = rationed.new_file_finder(entry, rationed.RationedFinder)
    assert place(answers.look_into(entry, "acme")) == place(found) and finder._path_cache == {"acme"}


def test_what_the_others_found_stays_or_gives_way_by_its_place(site: Path, project: Path, tmp_path: Path) -> None:
    index = index_of(site, {"x.pth": f"{project}/src\n"})
    copies = {name: write(tmp_path / name, {"acme/__init__.py": "", "one.py": ""}) for name in ("higher", "lower")}
    write(tmp_path / "bare", {"acme/x.txt": ""})
    order = [str(tmp_path / "higher"), str(site), str(tmp_path / "lower")]
    sys.path[:] = order

    def stays(spec: ModuleSpec | None) -> bool:
        return answers.stays(spec, list(index.installs), order)

    def copy(folder: Path | str, name: str = "acme") -> ModuleSpec | None:
        return PathFinder.find_spec(name, [str(folder)])

    assert not stays(None) and not stays(copy(tmp_path / "bare")), "a miss, and a folder that merely has its name"
    assert stays(copy(project / "src")), "its own"
    for name in ("acme", "one"):
        assert stays(copy(copies["higher"], name)) and not stays(copy(copies["lower"], name))
    assert stays(importlib.util.find_spec("sys")) and stays(ModuleSpec("acme", SimpleNamespace()))  # type: ignore[arg-type]
    elsewhere = write(tmp_path / "elsewhere", {"one.py": ""})
    assert stays(spec_from_file_location("one", str(elsewhere / "one.py"))), "from a finder of another kind"
    assert stays(spec_from_file_location("one", "lower/one.py")), "of which it is not known where it lies"
    order.remove(str(site))
    assert stays(copy(copies["lower"])), "an install in no site folder of the path has no place there"


def test_of_two_installs_of_one_name_the_first_counts(site: Path, tmp_path: Path) -> None:
    """Also where its path entry is lost, so that the others have found the second."""
    roots = [str(write(tmp_path / "ws" / name, {"acme/__init__.py": ""})) for name in "ab"]
    index = index_of(site, {"x.pth": "".join(f"{root}\n" for root in roots)})
    first, second = (PathFinder.find_spec("acme", [root]) for root in roots)
    assert answers.stays(first, index.providers["acme"], [str(site), *roots])
    assert not answers.stays(second, index.providers["acme"], [str(site), roots[1]])
    assert place(answers.find("acme", None, index, index.providers["acme"])) == place(first)


def test_a_file_is_an_installs_own_however_it_is_spelled(site: Path, tmp_path: Path) -> None:
    root = tmp_path / "Workspace/Users/me@corp.com/proj"
    write(root, {"src/acme/__init__.py": "", "one.py": "", "onemore.py": "", "src2/acme.py": "", "src/space/x.txt": ""})
    index = mapped(site, {"one": f"{root}/one"})
    write(site, {"acme.pth": f"{root}/src\n"})
    installs = list(Index([str(site)]).installs)
    mount = str(root).replace("/Workspace", "/.fuse-mounts/wsfs")
    for base in (str(root), mount):
        for file in ("src/acme/__init__.py", "one.py"):
            spec = spec_from_file_location("any", f"{base}/{file}")
            assert spec is not None and answers.is_from(spec, installs), file
        for file in ("onemore.py", "src2/acme.py", "setup.py"):
            spec = spec_from_file_location("any", f"{base}/{file}")
            assert spec is not None and not answers.is_from(spec, installs), file
        assert not answers.is_from(ModuleSpec("nothing", None), installs)
        namespace = ModuleSpec("space", None, is_package=True)
        assert not answers.is_from(namespace, installs)
        namespace.submodule_search_locations = [f"{tmp_path}/x", f"{base}/src/space"]
        assert answers.is_from(namespace, installs)
    package = spec_from_file_location("any", "/x/__init__.py", submodule_search_locations=[f"{root}/src/space"])
    assert package is not None and not answers.is_from(package, installs), "a package is where its file is"
    assert list(index.providers) == ["one"]


def test_a_link_in_the_site_folder_is_the_installs_own(site: Path, project: Path) -> None:
    """As flit makes it: what is imported is the link, and not what it leads to."""
    (site / "acme").symlink_to(project / "src/acme")
    distribution(site, "acme", ["acme"], project=project)
    (install,) = Index([str(site)]).installs
    spec = PathFinder.find_spec("acme", [str(site)])
    assert spec is not None and spec.origin == f"{site}/acme/__init__.py" and answers.is_from(spec, [install])
