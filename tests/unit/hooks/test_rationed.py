"""An editable entry in the workspace is asked for what its folder is known to have, as long as it is ours to answer."""

from __future__ import annotations

import os
import sys
from importlib.machinery import FileFinder, ModuleSpec
from pathlib import Path
from typing import Any, Iterator
from zipimport import zipimporter

import pytest

from dbx_patch import hooks
from dbx_patch.hooks import rationed, sys_path
from dbx_patch.hooks.rationed import RationedFinder, SiteFinder
from dbx_patch.index import pth_files, snapshot
from support.workspaces import write

pytestmark = pytest.mark.usefixtures("import_state")


@pytest.fixture
def root(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The one entry of the one install, at its early place. It is new in the process: nobody has asked it anything."""
    project = write(tmp_path / "Workspace/Users/me@corp.com/proj", {"acme/__init__.py": ""})
    monkeypatch.setattr(pth_files, "get_site_packages_dirs", lambda: [str(site)])
    write(site, {"_acme.pth": f"{project}\n"})
    os.utime(site, (1, 1))
    sys.path[:] = [str(site), str(project), "/lib"]
    sys.path_importer_cache.clear()
    sys.path_hooks[:] = [zipimporter, FileFinder.path_hook(*rationed._get_supported_file_loaders())]
    yield str(project)
    assert hooks.faults == [], "nothing of ours has failed on the way"


class Guard:
    """A finder that the runtime puts in place for paths in the workspace."""

    def __init__(self, path: str) -> None:
        if "/Workspace/" not in path:
            raise ImportError(path)
        self.path = path

    def find_spec(self, name: str, target: object = None) -> ModuleSpec | None:
        return ModuleSpec(name, None, origin="the guard's") if name == "guarded" else None


def learn() -> None:
    hooks.arm()
    sys_path.learn(force=True)


def kind(entry: str) -> type:
    return type(sys.path_importer_cache.get(entry))


def test_what_moves_on_the_path_is_judged_anew(root: str, site: Path) -> None:
    """Between two look-ups of the same index `sys.path` can become another one."""
    learn()
    index = snapshot.current()
    assert kind(root) is RationedFinder and kind(str(site)) is SiteFinder
    sys.path[:] = ["/lib", str(site), "/x", root]
    rationed.renew(index)
    assert root not in sys.path_importer_cache, "it is the user's there: the path hooks make its finder"
    sys.path[:] = [str(site), root]
    rationed.renew(index)
    assert kind(root) is RationedFinder
    del sys.path_importer_cache[root]
    rationed.renew(index)
    assert root not in sys.path_importer_cache, "with nothing changed this is a comparison"


@pytest.mark.parametrize("guarded", [True, False])
def test_whoever_it_stood_for_gets_the_entry_back(root: str, guarded: bool) -> None:
    theirs = Guard(root) if guarded else None
    if guarded:
        sys.path_importer_cache[root] = theirs  # type: ignore[assignment]
    learn()
    finder: Any = sys.path_importer_cache[root]
    assert type(finder) is RationedFinder and finder.stands_for is theirs
    rationed.unration()
    assert sys.path_importer_cache.get(root) is theirs and kind(sys.path[0]) is FileFinder
    rationed.renew(snapshot.current())  # of the same path and the same index
    assert kind(root) is RationedFinder and kind(sys.path[0]) is SiteFinder


@pytest.mark.parametrize("way", ["given back", "path hooks", "no guard", "nobody"])
def test_an_entry_that_is_the_users_again_is_asked_as_without_us(root: str, way: str) -> None:
    """Somebody still holds our finder, and asks it."""
    if way == "given back":
        sys.path_importer_cache[root] = Guard(root)  # type: ignore[assignment]
    learn()
    finder: Any = sys.path_importer_cache[root]
    assert finder.find_spec("guarded") is None
    if way in ("path hooks", "nobody"):
        sys.path_hooks[:] = [zipimporter, Guard]
    if way == "nobody":
        sys.path_hooks.pop()
        sys.path_hooks.append(lambda path: Guard("elsewhere"))  # type: ignore[arg-type,return-value]
    sys.path[:] = ["/lib", root]
    write(Path(root), {"guarded.py": ""})
    spec = finder.find_spec("guarded")
    expected = {"given back": "the guard's", "path hooks": "the guard's", "no guard": f"{root}/guarded.py"}.get(way)
    assert (spec and spec.origin) == expected
    assert kind(root) is {"no guard": FileFinder, "nobody": type(None)}.get(way, Guard)


def test_what_it_is_not_known_to_have_is_not_looked_for(root: str, site: Path) -> None:
    sys.path_hooks.insert(0, Guard)
    learn()
    finder: Any = sys.path_importer_cache[root]
    write(Path(root), {"later.py": ""})
    assert finder.find_spec("later") is None and finder._path_mtime == -1, "and the folder was not looked at"
    assert finder.find_spec("acme").origin == f"{root}/acme/__init__.py"
    assert rationed.entries_of("early", snapshot.current()) == [root]
    assert rationed.entries_of("open", snapshot.current()) == []


def test_an_entry_that_anybodys_import_would_ask_without_us_is_open_to_user_code(root: str, site: Path) -> None:
    learn()
    assert rationed.entries_of("open", snapshot.current()) == [root]
    finder: Any = sys.path_importer_cache[root]
    write(Path(root), {"later.py": ""})
    space: dict[str, Any] = {"finder": finder}
    for file, origin in ((f"{site}/library.py", None), (f"{root}/acme/x.py", f"{root}/later.py")):
        exec(compile("def ask():\n    return finder.find_spec('later')\n", file, "exec"), space)
        spec = space["ask"]()
        assert (spec and spec.origin) == origin
    sys.path.remove(root)
    sys_path.restore(sys_path.learn(), "test")
    assert rationed.entries_of("early", snapshot.current()) == [root], "what we put back nobody would ask without us"


@pytest.mark.parametrize("put", [None, FileFinder, Guard])
def test_on_executors_each_entry_is_rationed_that_nobody_guards(root: str, put: type | None) -> None:
    plain = os.path.dirname(root)
    sys.path[:] = [root, plain, sys.path[0]]
    if put is not None:
        sys.path_importer_cache[root] = put(root)
    learn()
    assert kind(root) is (put or type(None)), "not at its early place it is the user's"
    rationed.ration_all()
    rationed.renew(snapshot.current())
    assert (kind(root) is RationedFinder) == (put is not Guard) and kind(plain) is type(None), "plain is no install's"
    assert rationed.entries_of("open", snapshot.current()) == ([] if put is Guard else [root])


def test_a_path_hook_that_comes_before_pythons_own_guards() -> None:
    own = FileFinder.path_hook(*rationed._get_supported_file_loaders())
    for path_hooks, guarded in (
        ([zipimporter, own], False),
        ([own, Guard], False),
        ([zipimporter, Guard, own], True),
        ([Guard], True),
        ([zipimporter], False),
        ([], False),
    ):
        sys.path_hooks[:] = path_hooks
        assert rationed.is_guarded() is guarded, path_hooks


def test_it_stands_again_where_the_runtime_has_cleared_its_cache(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rationed.keep_rationed()
    assert root not in sys.path_importer_cache, "before the first look at the disk there is nothing to do"
    learn()
    sys.path_importer_cache.clear()
    rationed.keep_rationed()
    assert kind(root) is RationedFinder
    finder, put = sys.path_importer_cache[root], []
    with monkeypatch.context() as context:
        context.setattr(rationed, "_put_in_place", lambda: put.append(True))
        rationed.keep_rationed()
    assert sys.path_importer_cache[root] is finder and put == [], "each look-up of a hook asks this"
    sys.path[:] = ["/lib", root]
    rationed.keep_rationed()
    assert root not in sys.path_importer_cache


def test_only_pythons_own_finder_of_a_site_folder_is_replaced(root: str, site: Path) -> None:
    theirs = sys.path_importer_cache[str(site)] = Guard("/Workspace/x")  # type: ignore[assignment]
    sys.path.append(3)  # type: ignore[arg-type]
    learn()
    assert sys.path_importer_cache[str(site)] is theirs
    listed = sys.path_importer_cache[str(site)] = FileFinder(str(site), *rationed._get_supported_file_loaders())
    assert listed.find_spec("no_such") is None
    learn()
    assert sys.path_importer_cache[str(site)] is listed and type(listed) is SiteFinder and listed._path_mtime != -1


def test_a_site_folder_that_has_changed_has_the_names_learnt(root: str, site: Path, tmp_path: Path) -> None:
    learn()
    project = write(tmp_path / "ws/other", {"other/__init__.py": "", "bare/x.txt": ""})
    write(site, {"library.py": "", "bare/x.txt": "", "_other.pth": f"{project}\n"})
    os.utime(site, (2, 2))
    finder: Any = sys.path_importer_cache[str(site)]
    assert finder.find_spec("library").origin == f"{site}/library.py" and "other" in hooks.names
    (site / "_other.pth").unlink()
    os.utime(site, (3, 3))
    assert finder.find_spec("nothing") is None and "other" not in hooks.names
    write(site, {"_other.pth": f"{project}\n"})
    os.utime(site, (4, 4))
    assert finder.find_spec("other").origin == f"{project}/other/__init__.py", "it is answered at this place"
    assert finder.find_spec("bare").submodule_search_locations == [f"{site}/bare"]
